import type { OptionSchema, OptionsSchema, Provided, Registry } from '@netstreamline/core'
import { type ManifestFunction, StreamlineError } from '@netstreamline/core'
import type { Command } from './commands.js'
import { wrap } from './format.js'
import { openHere } from './session.js'
import { safe } from './terminal.js'

/** Everything of that name: functions (by name or alias), spaces, packages, and what translates from it or to it. */
const lookUp = (registry: Registry, name: string) => ({
  functions: registry.functions(name),
  spaces: registry.spaces().filter((space) => space.name === name),
  packages: registry.packages.filter((p) => p.name === name),
  translators: registry.translators().filter(({ from, to }) => from === name || to === name),
})

const paragraph = (text: string, width: number, indent: string): string[] =>
  wrap(text.split(/\s+/), width - indent.length).map((line) => indent + line)

const type = ({ type: name, items, enum: values, 'x-unit': unit }: OptionSchema): string => {
  if (values) return values.map(String).join(' | ')
  const size = unit === 'size' ? ' (k, M, G)' : ''
  return `${name === 'array' && items ? `list of ${items.type}` : name}${size}`
}

const limits = (o: OptionSchema): string[] => [
  ...(o.minimum !== undefined ? [`at least ${o.minimum}`] : []),
  ...(o.maximum !== undefined ? [`at most ${o.maximum}`] : []),
  ...(o.minLength ? [`at least ${o.minLength} character${o.minLength === 1 ? '' : 's'}`] : []),
  ...(o.maxLength !== undefined ? [`at most ${o.maxLength} characters`] : []),
  ...(o.pattern !== undefined ? [`like ${o.pattern}`] : []),
  ...(o.default !== undefined ? [`default ${JSON.stringify(o.default)}`] : []),
]

const options = ({ properties, required = [], anyOf = [] }: OptionsSchema, width: number): string[] => [
  ...Object.entries(properties).flatMap(([name, option]) => {
    const facts = [...(required.includes(name) ? ['required'] : []), ...limits(option)]
    const examples = option.examples?.length ? ` For example: ${option.examples.map(String).join(', ')}.` : ''
    return [
      `  ${name}  ${type(option)}${facts.length ? `; ${facts.join(', ')}` : ''}`,
      ...paragraph(option.description + examples, width, '      '),
    ]
  }),
  ...(anyOf.length ? [`  one of: ${anyOf.map((set) => set.required.join(' with ')).join(', or ')}`] : []),
]

const states = {
  none: 'none: a function of the block; any request may share an instance',
  flow: 'one for each stream',
  global: 'one over all blocks',
}

const functionText = (
  fn: Provided<ManifestFunction>,
  { translators }: ReturnType<typeof lookUp>,
  width: number,
): string[] => {
  const called = fn.aliases?.length ? ` (also ${fn.aliases.join(', ')})` : ''
  const facts: [string, string | undefined][] = [
    ['takes', fn.inputs.join(', ') || 'nothing: a source'],
    ['hands on', fn.outputs.join(', ') || 'nothing: a sink'],
    ['classifier', fn.classifier],
    ['state', states[fn.state] + (fn.unshared ? '; instances are never shared' : '')],
    ['runs as', fn.targets.join(', ')],
    ['translated', translators.map((t) => `${t.from} → ${t.to}`).join(', ') || undefined],
    ['package', fn.package],
  ]
  const shown = facts.flatMap(([name, text]) => {
    if (text === undefined) return []
    const [first = '', ...more] = paragraph(text, width, ' '.repeat(14))
    return [`  ${name.padEnd(12)}${first.trimStart()}`, ...more]
  })
  const described = (fn.description ?? '').split(/\n\n+/).filter(Boolean)
  return [
    `${fn.name}${called}`,
    ...paragraph(fn.summary, width, '  '),
    ...described.flatMap((text) => ['', ...paragraph(text, width, '  ')]),
    '',
    ...shown,
    ...(fn.options && Object.keys(fn.options.properties).length ? ['', 'options', ...options(fn.options, width)] : []),
    ...(fn.examples?.length ? ['', 'examples', ...fn.examples.map((example) => `  ${example}`)] : []),
    '',
  ]
}

const unknown = (registry: Registry, name: string): StreamlineError => {
  const near = registry
    .functions()
    .filter((fn) => fn.name.startsWith(name.slice(0, 2)))
    .map((fn) => fn.name)
  return new StreamlineError('SL_FUNCTION_UNKNOWN', `nothing here is called '${name}'`, {
    name,
    hint: `${near.length ? `similar: ${near.join(', ')}; ` : ''}'streamline list' shows everything`,
  })
}

const inspect: Command = async ({ args }, io) => {
  const name = args[0]!
  const { registry } = await openHere()
  const found = lookUp(registry, name)
  const { functions, spaces, packages } = found
  if (functions.length + spaces.length + packages.length === 0) throw unknown(registry, name)
  if (io.json) {
    io.out.write(`${JSON.stringify({ name, ...found })}\n`)
    return 0
  }
  const of = <T extends { package: string }>(all: readonly T[], owner: string) => all.filter((x) => x.package === owner)
  const lines = [
    ...functions.flatMap((fn) => functionText(fn, found, io.columns)),
    ...spaces.flatMap((s) => [
      `${s.name} (space)`,
      ...paragraph(s.summary, io.columns, '  '),
      '',
      `  depth       ${s.depth}`,
      `  runs        ${s.targets.join(', ')}`,
      `  package     ${s.package}`,
      '',
    ]),
    ...packages.flatMap((p) => [
      `${p.name} ${p.version} (package)`,
      `  at          ${p.location}`,
      ...(p.broken === undefined ? [] : [`  broken      ${p.broken}`, ...(p.hint ? [`  to do       ${p.hint}`] : [])]),
      `  functions   ${
        of(registry.functions(), p.name)
          .map((fn) => fn.name)
          .join(', ') || 'none'
      }`,
      `  translators ${
        of(registry.translators(), p.name)
          .map((t) => `${t.from} → ${t.to}`)
          .join(', ') || 'none'
      }`,
      `  spaces      ${
        of(registry.spaces(), p.name)
          .map((s) => s.name)
          .join(', ') || 'none'
      }`,
      '',
    ]),
  ]
  io.out.write(lines.map(safe).join('\n'))
  return 0
}
export default inspect
