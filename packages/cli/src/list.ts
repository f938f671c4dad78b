import type { Registry } from '@netstreamline/core'
import type { Command } from './commands.js'
import { wrap } from './format.js'
import type { Io } from './io.js'
import { openHere } from './session.js'
import { table } from './table.js'
import { safe } from './terminal.js'

const byName = <T extends { name: string }>(items: readonly T[]): T[] =>
  [...items].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))

const content = (registry: Registry) => ({
  functions: byName(registry.functions()).map(
    ({ name, aliases = [], summary, role = [], state, targets, package: from }) => ({
      name,
      aliases,
      summary,
      role,
      state,
      targets,
      package: from,
    }),
  ),
  translators: registry
    .translators()
    .map(({ from, to, targets, summary, package: by }) => ({ from, to, targets, summary, package: by })),
  spaces: byName(registry.spaces()).map(({ name, depth, targets, summary, package: from }) => ({
    name,
    depth,
    targets,
    summary,
    package: from,
  })),
  packages: registry.packages,
})

/** A section of the list: two columns aligned, the summary wrapped beside them. */
const section = (
  title: string,
  rows: readonly (readonly [string, string, string])[],
  { columns, paint }: Io,
): string[] => {
  if (rows.length === 0) return []
  const left = table(rows, ['<', '<', '<']).map(
    (_, i) =>
      `  ${table(
        rows.map(([a, b]) => [a, b, '.']),
        ['<', '<', '<'],
      )[i]!.slice(0, -1)}`,
  )
  const width = Math.max(...left.map((line) => line.length))
  const lines = rows.flatMap(([, , summary], i) =>
    wrap(summary.split(' '), Math.max(columns - width, 30)).map(
      (part, k) => `${(k ? '' : left[i]!).padEnd(width)}${part}`,
    ),
  )
  return [paint('bold', title), ...lines.map((line) => line.trimEnd()), '']
}

const people = (registry: Registry, io: Io): string => {
  const { functions, translators, spaces, packages } = content(registry)
  const called = ({ name, aliases }: (typeof functions)[number]) => [name, ...aliases].join(', ')
  const broken = packages.filter((p) => p.broken !== undefined)
  return [
    ...section(
      'functions',
      functions.map((f) => [called(f), f.package, f.summary]),
      io,
    ),
    ...section(
      'translators',
      translators.map((t) => [`${t.from} → ${t.to}`, t.package, t.summary]),
      io,
    ),
    ...section(
      'spaces',
      spaces.map((s) => [s.name, s.package, s.summary]),
      io,
    ),
    ...section(
      'broken packages',
      broken.map((p) => [p.name, p.version, `${p.broken}${p.hint ? ` (${p.hint})` : ''}`]),
      io,
    ),
  ]
    .map(safe)
    .join('\n')
}

const list: Command = async (_, io) => {
  const { registry } = await openHere()
  io.out.write(io.json ? `${JSON.stringify(content(registry))}\n` : people(registry, io))
  return 0
}
export default list
