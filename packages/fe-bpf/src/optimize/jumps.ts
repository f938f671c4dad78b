import * as op from '../cbpf/opcodes.js'
import { dominates } from './dominators.js'
import { A_ATOM, ATOMS, type Block, type Edge, retarget, target } from './graph.js'

/** Would going from the end of `b` straight to where `skipped` leads change a value that is still used there? */
const conflicts = (b: Block, skipped: Block): boolean => {
  for (let atom = 0; atom < ATOMS; atom++) {
    if (skipped.outUse & (1 << atom) && b.values[atom] !== skipped.values[atom]) return true
  }
  return false
}

const key = (b: Block): string => `${b.code},${b.values[A_ATOM]}`

/** Edges by what their block compares, in the order of their numbers. */
export class EdgeIndex {
  private readonly byKey = new Map<string, Edge[]>()

  constructor(blocks: readonly Block[]) {
    const edges = blocks.filter((b) => b.jt).flatMap((b) => [b.whenTrue, b.whenFalse])
    edges.sort((a, b) => a.id - b.id)
    for (const e of edges) {
      const k = key(e.from)
      const list = this.byKey.get(k)
      if (list) list.push(e)
      else this.byKey.set(k, [e])
    }
  }

  /** Edges of blocks that compare the same value in the same way as `b`. */
  alike(b: Block): readonly Edge[] {
    return this.byKey.get(key(b)) ?? []
  }
}

/** Where `child` goes, given that `known` was taken before it; undefined when that doesn't decide. */
const decided = (child: Block, known: Edge): Block | undefined => {
  if (child.operand === known.from.operand) return known.sense ? child.jt : child.jf
  // A equals one constant, so it does not equal another.
  return known.sense && child.code === (op.JMP | op.JEQ | op.K) ? child.jf : undefined
}

/**
 * Lets an edge skip comparisons whose outcome the edges that dominate it decide. Returns whether it now leads
 * elsewhere.
 */
export const thread = (e: Edge, index: EdgeIndex): boolean => {
  let changed = false
  let next = target(e)
  if (!next?.jt) return false
  if (next.jt === next.jf && !conflicts(e.from, next.jt)) {
    next = next.jt
    retarget(e, next)
    changed = true
  }
  for (;;) {
    const child: Block = next
    let to: Block | undefined
    for (const known of index.alike(child)) {
      if (!dominates(known, e)) continue
      const candidate = decided(child, known)
      if (candidate && !conflicts(e.from, candidate)) {
        to = candidate
        break
      }
    }
    if (!to) return changed
    next = to
    retarget(e, to)
    changed = true
    if (!to.jt) return changed
  }
}
