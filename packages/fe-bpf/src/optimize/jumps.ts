import * as op from '../cbpf/opcodes.js'
import { dominates } from './dominators.js'
import { A_ATOM, ATOMS, type Block, type Edge, retarget, target } from './graph.js'

/** Would going from the end of `b` straight to where `skipped` leads change a value that is still used there? */
const conflicts = (b: Block, skipped: Block): boolean => {
  for (let atom = 0; atom < ATOMS; atom++) {
    const value = b.values[atom]
    if (skipped.outUse & (1 << atom) && (value === 0 || value !== skipped.values[atom])) return true
  }
  return false
}

const JEQ_K = op.JMP | op.JEQ | op.K

/** An edge among those of the same comparison, and the nearest of these that dominates it. */
interface Entry {
  readonly edge: Edge
  readonly above: Entry | undefined
}

/** In the order of the tree of dominators, each with its nearest dominator among them. */
const nest = (edges: Edge[]): Entry[] => {
  const open: Entry[] = []
  return edges
    .sort((p, q) => p.enter - q.enter)
    .map((edge) => {
      while (open.length > 0 && !dominates(open.at(-1)!.edge, edge)) open.pop()
      const entry: Entry = { edge, above: open.at(-1) }
      open.push(entry)
      return entry
    })
}

/** Which edges tell something about a comparison. `order` holds each block after all that lead to it. */
export class EdgeIndex {
  private readonly byComparison: ReadonlyMap<string, readonly Entry[]>

  constructor(order: readonly Block[]) {
    const lists = new Map<string, Edge[]>()
    for (const b of order) {
      if (!b.jt) continue
      const key = this.key(b)
      const list = lists.get(key)
      if (list) list.push(b.whenTrue, b.whenFalse)
      else lists.set(key, [b.whenTrue, b.whenFalse])
      const above = b.whenTrue.parent?.equality
      b.whenTrue.equality = b.code === JEQ_K ? b.whenTrue : above
      b.whenFalse.equality = above
    }
    this.byComparison = new Map([...lists].map(([key, edges]) => [key, nest(edges)]))
  }

  private key(b: Block): string {
    return `${b.code},${b.values[A_ATOM]},${b.operand}`
  }

  /** The nearest edge of the same comparison as `child` that dominates `e`. */
  private same(e: Edge, child: Block): Edge | undefined {
    // Two values of which nothing is known are not the same.
    if (child.values[A_ATOM] === 0 || child.operand === 0) return undefined
    const list = this.byComparison.get(this.key(child)) ?? []
    let low = 0
    for (let high = list.length; low < high; ) {
      const middle = (low + high) >> 1
      if (list[middle]!.edge.enter <= e.enter) low = middle + 1
      else high = middle
    }
    // What dominates `e` also dominates, or is, the last that begins before it.
    let entry: Entry | undefined = list[low - 1]
    while (entry && !dominates(entry.edge, e)) entry = entry.above
    return entry?.edge
  }

  /** Where `child` goes on the way over `e`, when what was compared before decides that. */
  decided(e: Edge, child: Block): Block | undefined {
    // What its comparison needs has been loaded on the way; what else it loads may still reject the packet.
    if (child.extra) return undefined
    const known = this.same(e, child)
    if (known) return known.sense ? child.jt : child.jf
    if (child.code !== JEQ_K) return undefined
    // A equals one constant, so it does not equal another.
    const value = child.values[A_ATOM]
    if (value === 0) return undefined
    for (let equal = e.equality; equal; equal = equal.parent?.equality) {
      if (equal.from.values[A_ATOM] === value) return child.jf
    }
    return undefined
  }
}

/**
 * Lets an edge skip comparisons whose outcome the edges that dominate it decide. Returns whether it now leads
 * elsewhere.
 */
export const thread = (e: Edge, index: EdgeIndex): boolean => {
  let changed = false
  let next = target(e)
  if (!next?.jt) return false
  if (next.jt === next.jf && !next.rejects && !conflicts(e.from, next.jt)) {
    next = next.jt
    retarget(e, next)
    changed = true
  }
  for (;;) {
    const to = index.decided(e, next)
    if (!to || conflicts(e.from, to)) return changed
    next = to
    retarget(e, to)
    changed = true
    if (!to.jt) return changed
  }
}
