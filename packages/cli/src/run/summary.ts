import type { NodeResult, RunResult } from '@netstreamline/control'
import { bytes, count, cut, seconds, short, wrap } from '../format.js'
import type { Io } from '../io.js'
import { table } from '../table.js'
import { safe } from '../terminal.js'

const head = ['node', 'function', 'space', 'blocks in', 'blocks out', 'bytes in', 'bytes out']
/** Names longer than this are cut: the table has to fit. */
const NAME = 24
/** Most vertices that a table shows. */
const ROWS = 200

const row = (node: NodeResult): string[] => [
  ...[node.name, node.function, node.space].map((name) => cut(safe(name), NAME)),
  ...[node.blocksIn, node.blocksOut, node.bytesIn, node.bytesOut].map(count),
]

/** Counters of the FE itself that are not zero, wrapped under its row. */
const counters = (node: NodeResult, width: number): string[] => {
  const words = Object.entries(node.counters).filter(([, value]) => value !== 0)
  return wrap(
    words.map(([name, value]) => `${safe(name)}\u00a0${count(value)}`),
    width - 6,
  ).map((line) => `      ${line.replaceAll('\u00a0', ' ')}`.replaceAll(/(\d) (?=\S)/g, '$1  '))
}

const total = ({ duration, nodes, edges }: RunResult): string => {
  const fed = new Set(edges.map((edge) => edge.to))
  const sources = nodes.filter((node) => !fed.has(node.name))
  const blocks = sources.reduce((sum, node) => sum + node.blocksOut, 0)
  const size = sources.reduce((sum, node) => sum + node.bytesOut, 0)
  const rate = duration > 0 ? ` (${short(blocks / duration)} blocks/s, ${bytes(size / duration)}/s)` : ''
  return `${count(blocks)} blocks, ${bytes(size)} in ${seconds(duration)}${rate}`
}

/** The table of what each vertex did, and the total of the sources. */
export const summary = (result: RunResult, { columns, paint }: Pick<Io, 'columns' | 'paint'>): string => {
  const nodes = result.nodes.slice(0, ROWS)
  const [first, ...rows] = table([head, ...nodes.map(row)], ['<', '<', '<', '>', '>', '>', '>'])
  const lines = [paint('bold', first!)]
  for (const [i, node] of nodes.entries()) {
    lines.push(rows[i]!, ...counters(node, columns).map((line) => paint('dim', line)))
  }
  const more = result.nodes.length - nodes.length
  if (more > 0) lines.push(`… and ${count(more)} more; --json has all`)
  return [...lines, total(result)].join('\n')
}
