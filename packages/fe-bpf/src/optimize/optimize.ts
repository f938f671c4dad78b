import * as op from '../cbpf/opcodes.js'
import type { Statement } from '../gen/condition.js'
import { canReject, findUses } from './atoms.js'
import { numberEdgeDominators } from './dominators.js'
import { A_ATOM, ATOMS, Block, postorder, preorder, X_ATOM } from './graph.js'
import { intern } from './intern.js'
import { EdgeIndex, thread } from './jumps.js'
import { peephole, removeDead } from './peephole.js'
import { pullUp } from './pullup.js'
import { Values } from './values.js'

/** Rounds that only move branches around may go in circles: after so many in a row it is enough. */
const MAX_MOVES = 100

/** Blocks by level, the root first; within a level the one found last first. */
const byLevel = (root: Block): Block[] => {
  const order = postorder(root, true)
  for (const b of order) b.level = b.jt && b.jf ? Math.max(b.jt.level, b.jf.level) + 1 : 0
  const levels: Block[][] = Array.from({ length: root.level + 1 }, () => [])
  for (const b of order) levels[b.level]!.push(b)
  return levels.reverse().flatMap((level) => level.reverse())
}

const findInEdges = (order: readonly Block[]): void => {
  for (const b of order) b.inEdges.clear()
  for (const b of order) {
    b.jt?.inEdges.add(b.whenTrue)
    b.jf?.inEdges.add(b.whenFalse)
  }
}

/** What is known at the start of a block: what all ways that lead to it agree on. */
const enter = (b: Block): void => {
  let first: Block | undefined
  for (const { from } of b.inEdges) {
    if (!first) {
      b.values.set(from.values)
      b.known = from.known
    } else for (let atom = 0; atom < ATOMS; atom++) if (b.values[atom] !== from.values[atom]) b.values[atom] = 0
    b.known = Math.min(b.known, from.known)
    first ??= from
  }
  if (!first) {
    b.values.fill(0)
    b.known = 0
  }
}

/** Follows the values through one block; with `alter` simplifies its statements. */
const followBlock = (b: Block, values: Values, alter: boolean): void => {
  enter(b)
  const a = b.values[A_ATOM]!
  const x = b.values[X_ATOM]!
  values.followAll(b, alter)
  b.rejects = b.statements.some((s) => values.rejects(s))
  const same = a !== 0 && b.values[A_ATOM] === a && x !== 0 && b.values[X_ATOM] === x
  if (alter && b.outUse === 0 && same && !b.rejects) {
    if (b.statements.length > 0) values.changed = true
    b.statements = []
  } else {
    peephole(b, values)
    removeDead(b, values)
  }
  b.operand = op.srcOf(b.code) === op.K ? values.constant(b.k) : b.values[X_ATOM]!
}

/** One round. Returns what changed: nothing, only the order of branches, or more. */
const round = (root: Block, alter: boolean, fail: (message: string) => never): 'nothing' | 'order' | 'more' => {
  const order = byLevel(root)
  findUses(order)
  numberEdgeDominators(order)
  findInEdges(order)
  const values = new Values(fail)
  for (const b of order) followBlock(b, values, alter)
  if (alter) return values.changed ? 'more' : 'nothing'

  const index = new EdgeIndex(order)
  // From the returns upwards; the sort is stable, within a level the order stays.
  const levels = order.toSorted((p, q) => p.level - q.level)
  let threaded = false
  for (const b of levels) {
    if (!b.jt) continue
    if (thread(b.whenTrue, index)) threaded = true
    if (thread(b.whenFalse, index)) threaded = true
  }
  findInEdges(order)
  let moved = false
  for (const b of order) {
    if (!b.jt) continue
    for (const along of ['jf', 'jt'] as const) {
      if (pullUp(b, along)) moved = true
    }
  }
  return values.changed || threaded ? 'more' : moved ? 'order' : 'nothing'
}

const loop = (root: Block, alter: boolean, fail: (message: string) => never): void => {
  for (let moves = 0; moves < MAX_MOVES; ) {
    const what = round(root, alter, fail)
    if (what === 'nothing') return
    moves = what === 'order' ? moves + 1 : 0
  }
}

/** Skips tests at the start that decide nothing, keeping their statements. */
const skipRoot = (root: Block): Block => {
  let b = root
  const statements: Statement[] = []
  for (; b.jt && b.jt === b.jf; b = b.jt) statements.push(...b.statements)
  if (b === root) return root
  // What the packet is rejected after does not matter, nor does what cannot reject it before it is accepted.
  const keeps = b.jt !== undefined || (b.k !== 0 && statements.some(({ code }) => canReject(code)))
  // Other blocks may lead to `b`, which they find as it is.
  return keeps ? new Block([...statements, ...b.statements], b.code, b.k, b.jt, b.jf) : b
}

/**
 * Makes the graph smaller and quicker without changing what it accepts: value numbering over the acyclic graph,
 * constant folding, comparisons decided by those before them, dead code, common blocks. After McCanne and Jacobson,
 * "The BSD Packet Filter" (1993), §4; dominators are kept as trees, so memory is linear in the size of the graph.
 * A load outside the packet rejects it whether or not the value matters (libpcap's optimiser forgets such loads):
 * it goes only where another has found the packet long enough. Returns the new root.
 * @param fail throws: a division by zero was found
 */
export const optimize = (root: Block, fail: (message: string) => never): Block => {
  preorder(root).forEach((b, i) => {
    b.id = i
  })
  loop(root, false, fail)
  loop(root, true, fail)
  intern(root)
  return skipRoot(root)
}
