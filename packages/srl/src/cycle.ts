import type { Request } from '@netstreamline/core'
import { fail } from './fail.js'

/** The vertices of one cycle among those that a topological sort left over. */
const findCycle = (left: ReadonlySet<number>, before: readonly number[][]): number[] => {
  // Every vertex left has a predecessor that is left too, so walking back must come round.
  const seen = new Map<number, number>()
  const path: number[] = []
  let at = [...left][0]!
  while (!seen.has(at)) {
    seen.set(at, path.length)
    path.push(at)
    at = before[at]!.find((from) => left.has(from))!
  }
  return path.slice(seen.get(at)).reverse()
}

/** @throws SL_SRL_CYCLE with the names along the cycle in `detail.cycle` */
export const checkAcyclic = ({ vertices, edges, text }: Request): void => {
  const after: number[][] = vertices.map(() => [])
  const before: number[][] = vertices.map(() => [])
  for (const { from, to } of edges) {
    after[from]!.push(to)
    before[to]!.push(from)
  }
  const waiting = before.map((list) => list.length)
  const ready = waiting.flatMap((n, v) => (n === 0 ? [v] : []))
  const left = new Set(vertices.keys())
  for (let v = ready.pop(); v !== undefined; v = ready.pop()) {
    left.delete(v)
    for (const to of after[v]!) if (--waiting[to]! === 0) ready.push(to)
  }
  if (left.size === 0) return
  const cycle = findCycle(left, before)
  const names = cycle.map((v) => vertices[v]!.name)
  const shown = [...names.slice(0, 8), ...(names.length > 8 ? ['…'] : []), names[0]]
  throw fail('SL_SRL_CYCLE', `data would go round: ${shown.join(' > ')}`, {
    text,
    at: vertices[cycle[0]!]!.span,
    hint: 'A request is a graph without cycles: take out one of these edges, or give one of the mentions a vertex of its own.',
    cycle: names,
  })
}
