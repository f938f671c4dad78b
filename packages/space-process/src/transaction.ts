import type { SpaceCounters, StreamlineError, Undo, VertexCounters } from '@netstreamline/core'
import type { Link, Node } from './node.js'

/** An undo that does nothing when it is called again. */
export const once = (undo: () => Promise<void> | void): Undo => {
  let called = false
  return () => {
    if (called) return undefined
    called = true
    return undo()
  }
}

/** A node as one request sees it: what its counters were when the request joined. */
export interface Member {
  readonly node: Node
  readonly received: { blocks: number; bytes: number }
  readonly sent: readonly [number, number]
}

/** A link as one request uses it: what it had counted when the request joined, and when it left it. */
export interface Used {
  readonly link: Link
  readonly from: string
  readonly to: string
  readonly blocks: number
  readonly bytes: number
  cut?: { readonly blocks: number; readonly bytes: number }
}

/** What one transaction has made in this space, so that it can be undone step by step or at once. */
export class Transaction {
  /** By the name of the vertex, or of the edge for a port. */
  readonly members = new Map<string, Member>()
  readonly links = new Map<number, Used>()
  readonly active = new Set<string>()
  failure: StreamlineError | undefined
  /** Set once its inputs that others go on using no longer lead to what it alone uses. */
  detached: Promise<void> | undefined
  /** Set once it leaves: what it alone used is being released. */
  left: Promise<void> | undefined
  readonly done: Promise<void>
  settle!: () => void
  /** How many of its vertices share a node. */
  readonly #uses = new Map<Node, number>()
  #nodes: Node[] | undefined
  #settled = false
  constructor() {
    this.done = new Promise((resolve, reject) => {
      this.settle = () => {
        if (this.#settled) return
        this.#settled = true
        if (this.failure) reject(this.failure)
        else resolve()
      }
    })
    this.done.catch(() => {})
  }

  join(name: string, node: Node): void {
    this.members.set(name, { node, received: node.received(), sent: node.handed() })
    this.#uses.set(node, (this.#uses.get(node) ?? 0) + 1)
    this.#nodes = undefined
    node.refs++
  }
  /** False when it has no such member (any more). */
  part(name: string): boolean {
    const node = this.members.get(name)?.node
    if (!node) return false
    this.members.delete(name)
    const uses = this.#uses.get(node)! - 1
    if (uses > 0) this.#uses.set(node, uses)
    else this.#uses.delete(node)
    this.#nodes = undefined
    node.refs--
    return true
  }
  has(node: Node): boolean {
    return this.#uses.has(node)
  }
  /** Is it the only one that uses the node? */
  owns(node: Node): boolean {
    return this.#uses.get(node) === node.refs
  }
  /** In order of instantiation: inputs before outputs. */
  get nodes(): readonly Node[] {
    this.#nodes ??= [...this.#uses.keys()]
    return this.#nodes
  }
  /** Have all its nodes ended? Outputs end last, so a look from the end tells soonest. */
  get finished(): boolean {
    return this.nodes.findLast((n) => n.state !== 'finished') === undefined
  }

  /** Since the request joined: what it shares may have been running for others before. */
  counters(): SpaceCounters {
    const vertices: Record<string, VertexCounters> = {}
    for (const [name, { node, received, sent }] of this.members) {
      if (node.port) continue
      const came = node.received()
      const [blocks, bytes] = node.handed()
      vertices[name] = {
        blocksIn: came.blocks - received.blocks,
        blocksOut: blocks - sent[0],
        bytesIn: came.bytes - received.bytes,
        bytesOut: bytes - sent[1],
        counters: node.instance.counters?.() ?? {},
      }
    }
    const edges = [...this.links.values()].map(({ link: { count }, from, to, blocks, bytes, cut }) => ({
      from,
      to,
      blocks: (cut?.blocks ?? count[0]!) - blocks,
      bytes: (cut?.bytes ?? count[1]!) - bytes,
    }))
    return { vertices, edges }
  }
}
