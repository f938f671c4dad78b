// Writes docs/functions from the manifests and the API reference into docs/api. --pages: only the former.
// --check: writes nothing; fails when pages are not current or the API reference would have warnings.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, tool } from './lib.mjs'

const target = join(root, 'docs', 'functions')
const check = process.argv.includes('--check')
const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ')
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))].map((row) => `| ${row.join(' | ')} |`).join('\n')
const value = (v) => (v === '' ? 'empty' : `\`${JSON.stringify(v).replace(/^"|"$/g, '')}\``)

const typeOf = (option) => {
  const type = option.type === 'array' ? `list of ${option.items?.type ?? 'string'}` : option.type
  const bounds = [
    option['x-unit'] === 'size' && 'also 64k, 2M, 1G',
    option.enum && `one of ${option.enum.map(value).join(', ')}`,
    option.minimum !== undefined && `at least ${option.minimum}`,
    option.maximum !== undefined && `at most ${option.maximum}`,
  ].filter(Boolean)
  return [type, ...bounds].join('; ')
}
const STATE = {
  none: 'None: a function of the block. Requests may share an instance at any time.',
  flow: 'Kept per stream. Requests share an instance only from its start.',
  global: 'Kept over all blocks. Requests share an instance only from its start.',
}
const list = (names) => (names.length ? names.map((name) => `\`${name}\``).join(', ') : 'nothing')

const optionsOf = ({ properties, required = [], anyOf = [] }) => {
  const rows = Object.entries(properties).map(([name, option]) => [
    `\`${name}\``,
    typeOf(option),
    required.includes(name) ? 'required' : option.default === undefined ? '' : value(option.default),
    option.description,
  ])
  const choice = anyOf.map((set) => set.required.map((name) => `\`${name}\``).join(' with ')).join(' or ')
  return `${table(['option', 'type', 'default', 'meaning'], rows)}${choice ? `\n\nOne of these is needed: ${choice}.` : ''}`
}

const pageOf = (fn, package_) => {
  const sections = [`# ${fn.name}`, fn.summary]
  if (fn.aliases?.length) sections.push(`Also called ${list(fn.aliases)}.`)
  if (fn.description) sections.push(fn.description.trim())
  const facts = [
    ['takes', list(fn.inputs)],
    ['hands on', list(fn.outputs)],
    ...(fn.role ? [['stands as', fn.role.join(', ')]] : []),
    ...(fn.classifier ? [['classifier', fn.classifier]] : []),
    ['state', fn.unshared ? 'Its own; instances are never shared.' : STATE[fn.state]],
    ['runs as', fn.targets.length ? list(fn.targets) : 'what translators make of it'],
    ['package', `\`${package_}\``],
  ]
  sections.push(table(['', ''], facts))
  if (fn.options && Object.keys(fn.options.properties).length) sections.push('## Options', optionsOf(fn.options))
  if (fn.examples?.length) sections.push('## Examples', `\`\`\`srl\n${fn.examples.join('\n')}\n\`\`\``)
  return `${sections.join('\n\n')}\n`
}

const manifests = readdirSync(join(root, 'packages'))
  .map((name) => join(root, 'packages', name, 'streamline.json'))
  .filter((file) => existsSync(file))
  .map((file) => JSON.parse(readFileSync(file, 'utf8')))
const functions = manifests
  .flatMap((m) => (m.functions ?? []).map((fn) => ({ fn, package: m.package })))
  .sort((a, b) => (a.fn.name < b.fn.name ? -1 : 1))
const translators = manifests.flatMap((m) => (m.translators ?? []).map((t) => ({ ...t, package: m.package })))
const spaces = manifests.flatMap((m) => (m.spaces ?? []).map((s) => ({ ...s, package: m.package })))

const pages = new Map(functions.map(({ fn, package: from }) => [`${fn.name}.md`, pageOf(fn, from)]))
pages.set(
  'README.md',
  `# Functions

Written from the manifests by \`npm run docs\`; \`streamline inspect NAME\` shows the same for what is installed.

${table(
  ['function', 'does', 'package'],
  functions.map(({ fn, package: from }) => [
    `[${[fn.name, ...(fn.aliases ?? [])].join(', ')}](${fn.name}.md)`,
    fn.summary,
    `\`${from}\``,
  ]),
)}

## Translators

${table(
  ['from', 'to', 'does', 'package'],
  translators.map((t) => [t.from, t.to, t.summary, `\`${t.package}\``]),
)}

## Spaces

${table(
  ['space', 'is', 'runs', 'package'],
  spaces.map((s) => [s.name, s.summary, list(s.targets), `\`${s.package}\``]),
)}
`,
)

const there = existsSync(target) ? readdirSync(target) : []
const stale = there.filter((name) => !pages.has(name))
const changed = [...pages].filter(
  ([name, text]) => !there.includes(name) || readFileSync(join(target, name), 'utf8') !== text,
)
if (check) {
  const wrong = [...stale, ...changed.map(([name]) => name)]
  if (wrong.length) {
    console.error(
      `docs/functions is not what the manifests say (${wrong.join(', ')}): run \`npm run docs\` and commit it.`,
    )
    process.exit(1)
  }
  tool('typedoc', ['--emit', 'none', '--treatWarningsAsErrors', '--logLevel', 'Warn'])
} else {
  mkdirSync(target, { recursive: true })
  for (const name of stale) rmSync(join(target, name))
  for (const [name, text] of changed) writeFileSync(join(target, name), text)
  if (!process.argv.includes('--pages')) tool('typedoc', ['--logLevel', 'Warn'])
}
