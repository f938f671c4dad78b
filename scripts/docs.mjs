// `npm run docs`: a page per function from the manifests (docs/functions, committed) and the API pages (docs/api).
// With --check: says whether the pages are current, and writes nothing.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, tool } from './lib.mjs'

const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ')
const code = (value) => `\`${String(value)}\``

const optionRows = ({ properties = {}, required = [] } = {}) =>
  Object.entries(properties).map(([name, o]) => {
    const bounds = [
      o.enum && `one of ${o.enum.map(code).join(', ')}`,
      o.minimum !== undefined && `at least ${o.minimum}`,
      o.maximum !== undefined && `at most ${o.maximum}`,
    ].filter(Boolean)
    const fallback = required.includes(name) ? 'required' : o.default === undefined ? '' : code(o.default)
    return `| ${code(name)} | ${[o.type, ...bounds].join(', ')} | ${fallback} | ${cell(o.description ?? '')} |`
  })

const states = { none: 'none', flow: 'one for each stream', global: 'one for all blocks' }

const page = (fn, provider) => {
  const rows = optionRows(fn.options)
  return `${[
    `# ${fn.name}`,
    fn.summary,
    ...(fn.description ? [fn.description.trim()] : []),
    [
      '| | |',
      '|---|---|',
      ...(fn.aliases?.length ? [`| also called | ${fn.aliases.map(code).join(', ')} |`] : []),
      `| takes | ${cell(fn.inputs.join(', ') || 'nothing: a source')} |`,
      `| hands on | ${cell(fn.outputs.join(', ') || 'nothing: a sink')} |`,
      ...(fn.classifier ? [`| classifier | ${cell(fn.classifier)} |`] : []),
      `| state | ${states[fn.state]} |`,
      `| package | ${code(provider)} |`,
    ].join('\n'),
    '## Options',
    rows.length ? ['| option | type | default | |', '|---|---|---|---|', ...rows].join('\n') : 'None of its own.',
    ...(fn.examples?.length ? ['## Examples', `\`\`\`srl\n${fn.examples.join('\n')}\n\`\`\``] : []),
  ].join('\n\n')}\n`
}

const pages = new Map()
for (const name of readdirSync(join(root, 'packages')).sort()) {
  const path = join(root, 'packages', name, 'streamline.json')
  if (!existsSync(path)) continue
  const manifest = JSON.parse(readFileSync(path, 'utf8'))
  for (const fn of manifest.functions ?? []) pages.set(`${fn.name}.md`, page(fn, manifest.package))
}
const index = [...pages.keys()].sort().map((file) => {
  const [, , summary] = pages.get(file).split('\n')
  return `- [${file.slice(0, -3)}](${file}): ${summary}`
})
pages.set('README.md', `# Functions\n\nGenerated from the manifests by \`npm run docs\`.\n\n${index.join('\n')}\n`)

const dir = join(root, 'docs', 'functions')
if (process.argv.includes('--check')) {
  const present = existsSync(dir) ? readdirSync(dir) : []
  const stale = [...pages].filter(([file, text]) => !present.includes(file) || readFileSync(join(dir, file), 'utf8') !== text)
  const extra = present.filter((file) => !pages.has(file))
  for (const file of [...stale.map(([f]) => f), ...extra]) console.error(`docs/functions/${file} is not current`)
  if (stale.length || extra.length) {
    console.error('Run `npm run docs` and commit the pages.')
    process.exit(1)
  }
} else {
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
  for (const [file, text] of pages) writeFileSync(join(dir, file), text)
}
const api = ['--check', '--pages'].some((flag) => process.argv.includes(flag)) ? [] : ['--logLevel', 'Warn']
if (!process.argv.includes('--pages')) tool('typedoc', process.argv.includes('--check') ? ['--emit', 'none', '--logLevel', 'Error'] : api)
