import type { Running, RunResult } from '@netstreamline/control'
import { bytes, seconds, short } from '../format.js'
import { safe } from '../terminal.js'

/** Milliseconds between two looks at the counters: at most ten a second, and none per block. */
const PERIOD = 200
const BAR = 24

/** How far a request has come. */
export interface Position {
  readonly seconds: number
  readonly blocks: number
  /** Bytes read by the sources. */
  readonly bytes: number
  /** Bytes that they will read, where that is known. */
  readonly total?: number
}

/** What the sources have read, of the size that their probes have found and as often as `loop` says. */
export const positionOf = ({ plan, size }: Pick<Running, 'plan' | 'size'>, result: RunResult): Position => {
  const fed = new Set(plan.edges.map((edge) => edge.to))
  const sources = result.nodes.filter((_, v) => !fed.has(v))
  const sum = (value: (node: (typeof sources)[number]) => number) => sources.reduce((all, node) => all + value(node), 0)
  const loops = plan.vertices.filter((_, v) => !fed.has(v)).map(({ vertex }) => Number(vertex.options['loop'] ?? 1))
  const times = loops.length === 1 ? loops[0]! : loops.every((n) => n === 1) ? 1 : undefined
  return {
    seconds: result.duration,
    blocks: sum((node) => node.blocksOut),
    bytes: sum(({ counters, bytesOut }) => counters['read'] ?? counters['bytesRead'] ?? bytesOut),
    ...(size !== undefined && times !== undefined && { total: size * times }),
  }
}

/** One line of at most `columns` characters. */
export const progressLine = ({ seconds: past, blocks, bytes: read, total }: Position, columns: number): string => {
  const rate = past > 0 ? read / past : 0
  const speed = `${short(blocks)} blocks  ${bytes(rate)}/s`
  // A compressed file grows while it is read: then only the rate is true.
  if (total === undefined || total === 0 || read > total) {
    return `${bytes(read)} in ${seconds(past)}  ${speed}`.slice(0, columns - 1)
  }
  const part = read / total
  const full = Math.round(part * BAR)
  const eta = rate > 0 && past > 0.5 ? `  ${seconds((total - read) / rate)} left` : ''
  const line = `[${'#'.repeat(full)}${'-'.repeat(BAR - full)}] ${Math.floor(part * 100)} %  ${bytes(read)} of ${bytes(total)}  ${speed}${eta}`
  return line.slice(0, columns - 1)
}

/**
 * Shows how far the request has come, until told to stop. On a terminal the line is overwritten, and gone at the end.
 * @returns stops it
 */
export const showProgress = (
  running: Running,
  { terminal, columns, write }: { terminal: boolean; columns: number; write: (text: string) => void },
): (() => void) => {
  let asking = false
  let over = false
  const show = async () => {
    if (asking) return
    asking = true
    const result = await running.counters()
    asking = false
    if (over) return
    const line = safe(progressLine(positionOf(running, result), columns))
    write(terminal ? `\r\x1b[K${line}` : `${line}\n`)
  }
  // Counting must not fail a request: its own failure is reported by its end.
  const timer = setInterval(() => void show().catch(() => clearInterval(timer)), PERIOD)
  return () => {
    over = true
    clearInterval(timer)
    if (terminal) write('\r\x1b[K')
  }
}
