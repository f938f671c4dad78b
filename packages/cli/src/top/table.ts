import { bytes, count, short } from '../format.js'
import { type Align, table } from '../table.js'
import type { Sample } from './sample.js'

const LEVELS = ['all', 'mitigated', 'none']
const HEAD = ['ring', 'pid', 'kind', 'size', 'blocks/s', 'bytes/s', 'fill', 'full', 'lost', 'signals']
const ALIGN: Align[] = ['<', '>', '<', '>', '>', '>', '>', '>', '>', '<']

const percent = (part: number, whole: number): string => `${Math.round((100 * part) / whole)}%`

const ringRow = ({ name, report, blocksPerSecond = 0, bytesPerSecond = 0 }: Sample): string[] => {
  const { pid, kind, strategy, capacity, perceived, fill, span, counters, level, state, readers } = report!
  const lost = readers.reduce((sum, reader) => sum + reader.counters.lostBlocks + reader.counters.lostBytes, 0)
  return [
    state === 'ended' ? `${name} (ended)` : name,
    String(pid),
    `${kind} ${strategy}`,
    perceived < capacity ? `${bytes(perceived)} of ${bytes(capacity)}` : bytes(capacity),
    short(blocksPerSecond),
    bytes(bytesPerSecond),
    readers.length === 0 ? '-' : percent(fill, span),
    count(counters.full),
    lost === 0 ? '' : 'yes',
    LEVELS[level] ?? String(level),
  ]
}

const readerRows = ({ report }: Sample): string[][] =>
  report!.readers.map(({ pid, strategy, lag, isAsleep, counters }, i) => [
    `${i === report!.readers.length - 1 ? '└' : '├'} reader`,
    String(pid),
    strategy,
    '',
    '',
    '',
    percent(Math.min(lag, report!.span), report!.span),
    '',
    counters.lostBytes === 0 && counters.lostBlocks === 0
      ? ''
      : report!.kind === 'c'
        ? bytes(counters.lostBytes)
        : `${count(counters.lostBlocks)} blocks`,
    isAsleep ? 'asleep' : '',
  ])

/** What people see: a line for each ring, and one for each of its readers below. */
export const lines = (samples: readonly Sample[]): string[] => {
  const alive = samples.filter((sample) => sample.report !== undefined)
  const others = samples.filter((sample) => sample.report === undefined)
  const rows = alive.flatMap((sample) => [ringRow(sample), ...readerRows(sample)])
  return [
    ...(rows.length > 0 ? table([HEAD, ...rows], ALIGN) : []),
    ...others.map(({ name, state }) =>
      state === 'stale' ? `${name}: its producer is dead (streamline doctor --clean removes it)` : `${name}: ${state}`,
    ),
    ...(samples.length === 0 ? ['no rings'] : []),
  ]
}
