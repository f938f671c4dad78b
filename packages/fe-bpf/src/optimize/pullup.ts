import { A_ATOM, type Block, type Edge, retarget, target } from './graph.js'

/** Lets an edge lead elsewhere and keeps the lists of incoming edges right. */
const redirect = (e: Edge, to: Block): void => {
  const from = target(e)!
  from.inEdges.splice(from.inEdges.indexOf(e), 1)
  retarget(e, to)
  to.inEdges.push(e)
}

/**
 * In a chain of comparisons joined by `or` (`along` is jf, `out` is jt; for `and` the other way round) that all lead to
 * the same block, a comparison of a value that was already at hand before the chain is pulled up in front of those that
 * need another one: fewer loads, and no load that could fail comes earlier than before. Blocks inside the chain have
 * one way in each, so nobody else sees the change. Returns whether the graph changed.
 */
export const pullUp = (b: Block, along: 'jt' | 'jf'): boolean => {
  const out = along === 'jf' ? 'jt' : 'jf'
  const first = b.inEdges[0]?.from
  if (!first) return false
  const value = first.values[A_ATOM]!
  if (b.inEdges.some((e) => e.from.values[A_ATOM] !== value)) return false

  const inChain = (at: Block | undefined): at is Block =>
    at?.jt !== undefined && at[out] === b[out] && (at === b || at.inEdges.length === 1)
  const edge = (at: Block): Edge => (along === 'jt' ? at.whenTrue : at.whenFalse)

  let top: Block | undefined = b
  while (inChain(top) && top.values[A_ATOM] === value) top = top[along]
  if (!inChain(top)) return false
  let last = top
  while (inChain(last[along]) && last[along]!.values[A_ATOM] !== value) last = last[along]!
  const pulled = last[along]
  if (!inChain(pulled)) return false
  const before = [...top.inEdges]
  redirect(edge(last), pulled[along]!)
  redirect(edge(pulled), top)
  for (const e of before) redirect(e, pulled)
  return true
}
