import type { ExplainEntry } from '@netstreamline/control'
import type { Plan, Registry } from '@netstreamline/core'
import { count } from '../format.js'
import type { Io } from '../io.js'
import { placement } from '../plan/text.js'
import { safe } from '../terminal.js'

/** A step of the command itself, or one of the control plane with what it has noted. */
export interface Step {
  readonly name: string
  readonly ms: number
  readonly entries?: readonly ExplainEntry[]
}

/** Entries of one step (one for each vertex) that are shown. */
const SHOWN = 40

const group = (entries: readonly ExplainEntry[]): [string, ExplainEntry[]][] => {
  const groups = new Map<string, ExplainEntry[]>()
  for (const entry of entries) groups.set(entry.step, [...(groups.get(entry.step) ?? []), entry])
  return [...groups]
}

const leaf = ({ vertex, space, text, ms }: ExplainEntry): string => {
  const who = [vertex, space && `in ${space}`].filter(Boolean).join(' ')
  return `${who ? `${who}: ` : ''}${text}  ${time(ms)}`
}
const time = (ms: number): string => `(${ms.toFixed(ms < 10 ? 2 : 1)} ms)`

/** The steps as a tree, each with how long it took. */
export const timeTree = (steps: readonly Step[]): string[] => {
  const lines: string[] = []
  const branch = (prefix: string, items: readonly { text: string; below?: readonly string[] }[]) => {
    for (const [i, { text, below = [] }] of items.entries()) {
      const last = i === items.length - 1
      lines.push(`${prefix}${last ? '└─' : '├─'} ${text}`)
      branch(
        `${prefix}${last ? '   ' : '│  '}`,
        below.map((line) => ({ text: line })),
      )
    }
  }
  for (const { name, ms, entries = [] } of steps) {
    lines.push(`${name} ${time(ms)}`)
    branch(
      '',
      group(entries).map(([step, all]) => {
        const sum = all.reduce((total, entry) => total + entry.ms, 0)
        const shown = all.slice(0, SHOWN).map(leaf)
        if (all.length > SHOWN) shown.push(`… and ${count(all.length - SHOWN)} more`)
        return all.length === 1 && !all[0]!.vertex
          ? { text: `${step}  ${leaf(all[0]!)}` }
          : { text: `${step}  ${time(sum)}`, below: shown }
      }),
    )
  }
  return lines.map(safe)
}

const found = (registry: Registry): string => {
  const broken = registry.packages.filter((p) => p.broken !== undefined)
  const reasons = broken.map((p) => `\n  ${p.name} is broken: ${p.broken}`).join('')
  const spaces = registry.spaces().map((space) => space.name)
  return safe(
    `found ${registry.packages.length} packages: ${registry.functions().length} functions, ` +
      `${registry.translators().length} translators, spaces ${spaces.join(', ') || 'none'}${reasons}`,
  )
}

/** What `--explain` prints before the data flows. */
export const explanation = (
  { registry, steps, plan }: { registry: Registry; steps: readonly Step[]; plan: Plan },
  { paint }: Pick<Io, 'paint'>,
): string =>
  [
    paint('bold', 'discovery'),
    found(registry),
    '',
    paint('bold', 'places'),
    ...placement(plan),
    '',
    paint('bold', 'time'),
    ...timeTree(steps),
    '',
  ].join('\n')
