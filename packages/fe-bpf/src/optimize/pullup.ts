import { dominates } from './dominators.js'
import { A_ATOM, type Block } from './graph.js'

/**
 * In a chain of comparisons joined by `or` (`along` is jf, `out` is jt; for `and` the other way round) that all fail to
 * the next, a comparison of a value that was already at hand before the chain is pulled up in front of those that need
 * another one: fewer loads. Returns whether the graph changed.
 */
export const pullUp = (b: Block, along: 'jt' | 'jf'): boolean => {
  const out = along === 'jf' ? 'jt' : 'jf'
  const first = b.inEdges.at(-1)?.from
  if (!first) return false
  const value = first.values[A_ATOM]!
  if (b.inEdges.some((e) => e.from.values[A_ATOM] !== value)) return false

  /** A place that holds a block of the chain, and how to put another there. */
  interface Place {
    readonly block: Block | undefined
    put(block: Block): void
  }
  const behind = (at: Block): Place => ({
    block: at[along],
    put: (block) => {
      at[along] = block
    },
  })
  const inChain = (at: Block | undefined): at is Block => at?.jt !== undefined && at[out] === b[out] && dominates(b, at)

  const entry = first.jt === b ? 'jt' : 'jf'
  let differs: Place = {
    block: first[entry],
    put: (block) => {
      for (const e of b.inEdges) {
        if (e.from.jt === b) e.from.jt = block
        else e.from.jf = block
      }
    },
  }
  for (;;) {
    const { block } = differs
    if (!inChain(block)) return false
    if (block.values[A_ATOM] !== value) break
    differs = behind(block)
  }
  const top = differs.block!
  let same = behind(top)
  for (;;) {
    const { block } = same
    if (!inChain(block)) return false
    if (block.values[A_ATOM] === value) break
    same = behind(block)
  }
  const pulled = same.block!
  same.put(pulled[along]!)
  pulled[along] = top
  differs.put(pulled)
  return true
}
