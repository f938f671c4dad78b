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

const JEQ_K = op.JMP | op.JEQ | op.K

/** Which edges tell something about a comparison. `order` holds each block after all that lead to it. */
export class EdgeIndex {
  private readonly byComparison = new Map<string, Edge[]>()

  constructor(order: readonly Block[]) {
    for (const b of order) {
      if (!b.jt) continue
      const key = this.key(b)
      const list = this.byComparison.get(key)
      if (list) list.push(b.whenTrue, b.whenFalse)
      else this.byComparison.set(key, [b.whenTrue, b.whenFalse])
      const above = b.whenTrue.parent?.equality
      b.whenTrue.equality = b.code === JEQ_K ? b.whenTrue : above
      b.whenFalse.equality = above
    }
  }

  private key(b: Block): string {
    return `${b.code},${b.values[A_ATOM]},${b.operand}`
  }

  /**
   * Edges that dominate `e` and may decide the comparison of `child`: those of the same comparison, and those that say
   * that the same value equals some constant. In the order of their numbers.
   */
  deciding(e: Edge, child: Block): Edge[] {
    const out = (this.byComparison.get(this.key(child)) ?? []).filter((known) => dominates(known, e))
    if (child.code === JEQ_K) {
      for (let known = e.equality; known; known = known.parent?.equality) {
        if (known.from.values[A_ATOM] === child.values[A_ATOM] && known.from.operand !== child.operand) out.push(known)
      }
    }
    return out.length > 1 ? out.sort((p, q) => p.id - q.id) : out
  }
}

/** Where `child` goes, given that `known`, one of the deciding edges, was taken before it. */
const decided = (child: Block, known: Edge): Block | undefined => {
  if (child.operand === known.from.operand) return known.sense ? child.jt : child.jf
  // A equals one constant, so it does not equal another.
  return known.sense ? child.jf : undefined
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
    for (const known of index.deciding(e, child)) {
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
