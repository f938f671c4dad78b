import { type Accept, accepts, type Batch, type Instance, type Ring, type StreamInfo } from '@netstreamline/core'
import type { Program } from '@netstreamline/jit/ir'
import { Cursor } from './cursor.js'

/** One stream between two nodes. */
export interface Link {
  readonly id: number
  readonly from: Node
  readonly to: Node
  readonly accept: Accept
  readonly input: number
  /** Blocks and bytes that it took. */
  readonly count: Float64Array
  /** Requests that use it. */
  refs: number
}

/** Hands a block of a node to the links that take it: classifier, window, headers, stream, times, identity. */
export type Out = (
  c: number,
  o: number,
  l: number,
  k: number,
  p3: number,
  p4: number,
  pr: number,
  st: number,
  fl: number,
  se: number,
  ns: number,
  wl: number,
  ri: number,
  po: number,
) => void

let last = 0

/** A running functional element: what is behind one vertex, or several that share it. */
export class Node {
  readonly id = ++last
  readonly name: string
  readonly function: string
  /** Same key, same work: what sharing looks up. Empty: never shared. */
  readonly key: string
  readonly stateless: boolean
  readonly cursor: Cursor
  readonly ins: Link[] = []
  readonly outs: Link[] = []
  /** Blocks and bytes handed on. */
  readonly sent = new Float64Array(2)
  readonly streams = new Map<number, StreamInfo>()
  readonly rings = new Set<Ring>()
  instance: Instance = {}
  program: Program | undefined
  memory = new Uint32Array(0)
  /** Set by the datapath compiler. */
  out: Out = () => {}
  /** Sources only: runs a batch through everything below. */
  run: ((batch: Batch) => void) | undefined
  refs = 0
  state: 'new' | 'active' | 'finished' | 'stopped' = 'new'
  constructor(name: string, fn: string, key: string, stateless: boolean, bytes: Uint8Array) {
    this.name = name
    this.function = fn
    this.key = key
    this.stateless = stateless
    this.cursor = new Cursor(bytes)
  }
  get isSource(): boolean {
    return this.instance.pull !== undefined
  }
  /** Nothing has passed yet, so another request may still join whatever state it keeps. */
  get fresh(): boolean {
    return this.state === 'new' || (this.state === 'active' && this.received().blocks === 0 && this.sent[0] === 0)
  }
  received(): { blocks: number; bytes: number } {
    let blocks = 0
    let bytes = 0
    for (const { count } of this.ins) {
      blocks += count[0]!
      bytes += count[1]!
    }
    return { blocks, bytes }
  }
  /** Is a block of classifier 0 of any use below? */
  get passesZero(): boolean {
    return this.outs.some(({ accept }) => accepts(accept, 0))
  }
}

let lastLink = 0
/** Connects two nodes; the same stream twice is one link. */
export const link = (from: Node, to: Node, accept: Accept, input: number): Link => {
  const same = from.outs.find(
    (l) =>
      l.to === to && l.input === input && l.accept.not === accept.not && l.accept.lo === accept.lo && l.accept.hi === accept.hi,
  )
  if (same) {
    same.refs++
    return same
  }
  const made: Link = { id: ++lastLink, from, to, accept, input, count: new Float64Array(2), refs: 1 }
  from.outs.push(made)
  to.ins.push(made)
  return made
}

/** Gives up one use of a link; true when it is gone. */
export const unlink = (l: Link): boolean => {
  if (--l.refs > 0) return false
  const drop = (list: Link[]) => {
    const at = list.indexOf(l)
    if (at >= 0) list.splice(at, 1)
  }
  drop(l.from.outs)
  drop(l.to.ins)
  return true
}

/** Everything below a node, in topological order, the node itself first. */
export const below = (start: Node): Node[] => {
  const seen = new Set<Node>()
  const order: Node[] = []
  // Iterative: a request may be 65,535 vertices deep.
  const stack: { node: Node; next: number }[] = [{ node: start, next: 0 }]
  seen.add(start)
  while (stack.length) {
    const top = stack.at(-1)!
    const to = top.node.outs[top.next++]?.to
    if (to === undefined) {
      order.push(top.node)
      stack.pop()
    } else if (!seen.has(to)) {
      seen.add(to)
      stack.push({ node: to, next: 0 })
    }
  }
  return order.reverse()
}
