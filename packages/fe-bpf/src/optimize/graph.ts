import { K, RET } from '../cbpf/opcodes.js'
import type { Condition, Statement } from '../gen/condition.js'

/** Registers that code uses and defines: M[0..15], A and X. */
export const A_ATOM = 16
export const X_ATOM = 17
export const ATOMS = 18

/** A way out of a block. Its code is that of the block's comparison: `sense` tells which outcome it stands for. */
export interface Edge {
  readonly from: Block
  readonly sense: boolean
  /** Position in the tree of edge dominators: e dominates f where enter(e) <= enter(f) and leave(f) <= leave(e). */
  enter: number
  leave: number
  /** The nearest other edge that dominates this one. */
  parent: Edge | undefined
  /** The nearest edge that dominates this one, or itself, and says that A equals a constant. */
  equality: Edge | undefined
}

/** A basic block: statements, then a comparison with two ways out, or a return. The graph has no cycles. */
export class Block {
  jt: Block | undefined
  jf: Block | undefined
  /** A number of its own; set once. */
  id = 0
  /** Longest way to a return. */
  level = 0
  /** Edges that lead here. */
  inEdges = new Set<Edge>()
  /** Value numbers of the atoms at the end of the block; 0 is unknown. */
  readonly values = new Int32Array(ATOMS)
  /** Bytes that a packet which gets to the end of the block has at least. */
  known = 0
  /** A statement can reject the packet here that has come in so far; or can though nothing needs its result. */
  rejects = false
  extra = false
  /** Value number of the comparison's operand. */
  operand = 0
  /** Atoms (bits) whose value at the start, and at the end, is used by this block or what follows. */
  inUse = 0
  outUse = 0
  kill = 0
  readonly whenTrue: Edge
  readonly whenFalse: Edge

  constructor(
    public statements: Statement[],
    public code: number,
    public k: number,
    jt?: Block,
    jf?: Block,
  ) {
    this.jt = jt
    this.jf = jf
    const edge = (sense: boolean): Edge => ({
      from: this,
      sense,
      enter: 0,
      leave: 0,
      parent: undefined,
      equality: undefined,
    })
    this.whenTrue = edge(true)
    this.whenFalse = edge(false)
  }
}

export const target = (e: Edge): Block | undefined => (e.sense ? e.from.jt : e.from.jf)

export const retarget = (e: Edge, to: Block): void => {
  if (e.sense) e.from.jt = to
  else e.from.jf = to
}

/** The blocks that test `condition` and go on to `onTrue` or `onFalse`. */
export const lower = (condition: Condition, onTrue: Block, onFalse: Block): Block => {
  let c = condition
  let yes = onTrue
  let no = onFalse
  // First operands are followed in this loop: long expressions lean to the left and must not exhaust the stack.
  for (;;) {
    if (c.type === 'test') return new Block(c.statements, c.code, c.k, yes, no)
    if (c.type === 'constant') return c.holds ? yes : no
    if (c.type === 'not') {
      ;[yes, no] = [no, yes]
      c = c.of
      continue
    }
    for (let i = c.list.length - 1; i > 0; i--) {
      if (c.type === 'and') yes = lower(c.list[i]!, yes, no)
      else no = lower(c.list[i]!, yes, no)
    }
    c = c.list[0]!
  }
}

export const returning = (k: number): Block => new Block([], RET | K, k)

/** Blocks reachable from `root`: each before what it leads to, true branches first. */
export const preorder = (root: Block): Block[] => {
  const seen = new Set<Block>()
  const out: Block[] = []
  const stack = [root]
  for (let b = stack.pop(); b; b = stack.pop()) {
    if (seen.has(b)) continue
    seen.add(b)
    out.push(b)
    if (b.jf) stack.push(b.jf)
    if (b.jt) stack.push(b.jt)
  }
  return out
}

/** Blocks reachable from `root`: each after what it leads to; `trueFirst` says which branch is walked first. */
export const postorder = (root: Block, trueFirst: boolean): Block[] => {
  const seen = new Set<Block>([root])
  const out: Block[] = []
  const stack: { block: Block; next: number }[] = [{ block: root, next: 0 }]
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const { block } = top
    const child = top.next === 2 ? undefined : (top.next === 0) === trueFirst ? block.jt : block.jf
    if (top.next === 2 || !child) {
      out.push(block)
      stack.pop()
    } else {
      top.next++
      if (!seen.has(child)) {
        seen.add(child)
        stack.push({ block: child, next: 0 })
      }
    }
  }
  return out
}
