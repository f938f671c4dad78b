import { type Accept, accepts, type Batch, type Instance, type Ring, type StreamInfo } from '@netstreamline/core'
import type { Program } from '@netstreamline/jit/ir'
import { Cursor } from './cursor.js'
import type { HeldBlock } from './memory.js'

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

/** What a port does besides being a source or a sink. */
export interface Port {
  /** A source: blocks come in by it. */
  readonly incoming: boolean
  /** Shows what the breath has written. */
  flush?(): void
  /** Stops waiting for the far side; what is under way is lost. */
  cancel?(): void
}

/** Does it take everything that is accepted? */
export const isPlain = ({ accept: { not, lo, hi } }: Link): boolean => not && lo === 0 && hi === 0

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
  /** Blocks and bytes handed on, less what the plain link has counted: see {@link handed}. */
  readonly sent = new Float64Array(2)
  /** Blocks and bytes that came by links which are gone. */
  readonly came = new Float64Array(2)
  readonly streams = new Map<number, StreamInfo>()
  readonly rings = new Set<Ring>()
  /** Blocks that its FE keeps: released with it, whatever the FE does. */
  readonly held = new Set<HeldBlock>()
  instance: Instance = {}
  /** Stands for the far side of an edge to another space. */
  port: Port | undefined
  /** A source whose batches are {@link PortBatch}: blocks come with classifier, stream, flags and headers. */
  columns = false
  /** Its FE has thrown while others go on using its source: it is not called any more. */
  dead = false
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
  #starting: Promise<void> | undefined
  #stopping: Promise<void> | undefined
  /** Starts the instance, once, whoever of those that share it comes first. */
  start(): Promise<void> {
    this.#starting ??= (async () => this.instance.start?.())()
    return this.#starting
  }
  /** Stops the instance, once. */
  stop(): Promise<void> {
    this.#stopping ??= (async () => this.instance.stop?.())()
    return this.#stopping
  }
  /** The link whose counters also count what the node hands on, so that the datapath need not count twice. */
  get plain(): Link | undefined {
    return this.outs.find(isPlain)
  }
  /** Blocks and bytes handed on in all, whatever links have come and gone. */
  handed(): [number, number] {
    const count = this.plain?.count
    return [this.sent[0]! + (count?.[0] ?? 0), this.sent[1]! + (count?.[1] ?? 0)]
  }
  /** Nothing has passed yet, so another request may still join whatever state it keeps. */
  get fresh(): boolean {
    return this.state === 'new' || (this.state === 'active' && this.received().blocks === 0 && this.handed()[0] === 0)
  }
  received(): { blocks: number; bytes: number } {
    let blocks = this.came[0]!
    let bytes = this.came[1]!
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
      l.to === to &&
      l.input === input &&
      l.accept.not === accept.not &&
      l.accept.lo === accept.lo &&
      l.accept.hi === accept.hi,
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
  const { from } = l
  const before = from.handed()
  const received = l.to.received()
  drop(from.outs)
  drop(l.to.ins)
  // What the link has counted stays counted: requests that go on using the nodes count from when they joined.
  const after = from.handed()
  from.sent[0]! += before[0] - after[0]
  from.sent[1]! += before[1] - after[1]
  const left = l.to.received()
  l.to.came[0]! += received.blocks - left.blocks
  l.to.came[1]! += received.bytes - left.bytes
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
