import {
  type Connection,
  type EdgeStep,
  type FunctionalElement,
  type Implementation,
  type Instance,
  type Placed,
  type Space,
  type SpaceCounters,
  StreamlineError,
  type Undo,
  type Vertex,
  type VertexCounters,
} from '@netstreamline/core'
import { canGenerate } from '@netstreamline/jit'
import { verify } from '@netstreamline/jit/ir'
import { type Arena, createArena } from '@netstreamline/rings'
import { createContext } from './context.js'
import { Memory } from './memory.js'
import { link, Node, unlink } from './node.js'
import { openPort, type PortDescriptor } from './port.js'
import { Runtime } from './runtime.js'
import { joinable, shareKey } from './share.js'
import { Transaction } from './transaction.js'

/** How a process space is made. */
export interface ProcessSpaceOptions {
  /** Default `process`. */
  readonly name?: string
  /** Default 0. A worker is as near to the data as the main thread. */
  readonly depth?: number
  /** Loads the FE `function` from a module of a manifest. */
  load(module: string, fn: string): Promise<FunctionalElement>
  /** Memory to work in; default: a new arena. */
  readonly arena?: Arena
  /** `false`: interpret instead of generating code. Default: generate where that is allowed. */
  readonly generate?: boolean
  print?(line: string): void
  log?(message: string): void
}

const once = (undo: () => Promise<void> | void): Undo => {
  let called = false
  return () => {
    if (called) return undefined
    called = true
    return undo()
  }
}

/** Functional elements in this thread: fused datapaths over one arena (architecture §6). */
class ProcessSpace implements Space {
  readonly name: string
  readonly depth: number
  readonly targets = ['js']
  readonly #options: ProcessSpaceOptions
  readonly #memory: Memory
  readonly #runtime: Runtime
  readonly #transactions = new Map<string, Transaction>()

  constructor(options: ProcessSpaceOptions) {
    this.name = options.name ?? 'process'
    this.depth = options.depth ?? 0
    this.#options = options
    this.#memory = new Memory(options.arena ?? createArena())
    this.#runtime = new Runtime(this.#memory, options.generate ?? canGenerate())
    this.#runtime.onChange = () => this.#settle()
    this.#runtime.onFailure = (node, error) => this.#fail(node, error)
  }

  async discover(_vertex: Vertex, offers: readonly Implementation[]): Promise<readonly Implementation[]> {
    return offers.filter((o) => this.targets.includes(o.target))
  }

  #begin(tx: string): Transaction {
    const known = this.#transactions.get(tx)
    if (known) return known
    const made = new Transaction()
    this.#transactions.set(tx, made)
    return made
  }
  #member(tx: string, vertex: string): Node {
    const member = this.#transactions.get(tx)?.members.get(vertex)
    if (!member) throw new StreamlineError('SL_PROTOCOL', `transaction ${tx} has no vertex ${vertex} in space ${this.name}`)
    return member.node
  }

  /** A live node that does the same work on the same data, if it may be joined (§4). */
  #shared(key: string): Node | undefined {
    if (!key) return undefined
    for (const node of this.#runtime.nodes) if (node.key === key && joinable(node)) return node
    return undefined
  }
  #key(placed: Placed, tx: Transaction): string {
    const { implementation, runs, inputs } = placed
    if (!inputs || (implementation.unshared && inputs.length > 0)) return ''
    const local = inputs.map(({ from, accept }) => ({ node: tx.members.get(from)?.node, accept }))
    if (local.some(({ node }) => node === undefined)) return ''
    return shareKey(implementation.module, runs.function, runs.options, local as { node: Node; accept: never }[])
  }

  async instantiate(placed: Placed, tx: string): Promise<Undo> {
    const transaction = this.#begin(tx)
    const key = this.#key(placed, transaction)
    const node = this.#shared(key) ?? (await this.#create(placed, key))
    const { name } = placed.vertex
    node.refs++
    transaction.members.set(name, { node, received: node.received(), sent: [node.sent[0]!, node.sent[1]!] })
    return once(async () => {
      if (!transaction.members.delete(name)) return
      if (--node.refs === 0) await this.#runtime.release(node)
    })
  }
  async #create(placed: Placed, key: string): Promise<Node> {
    const { implementation, runs, vertex } = placed
    const fe = await this.#options.load(implementation.module, runs.function)
    const stateless = implementation.state === 'none'
    const node = new Node(vertex.name, vertex.function, key, stateless, this.#memory.arena.bytes)
    try {
      const context = createContext(node, placed.inputs?.length ?? 0, {
        memory: this.#memory,
        print: this.#options.print ?? ((line) => console.log(line)),
        log: this.#options.log ?? ((message) => console.warn(message)),
        fail: (failed, error) => this.#fail(failed, error),
      })
      const made = await fe.create({ ...runs.options }, context)
      const instance: Instance = typeof made === 'function' ? { process: made } : made
      node.instance = instance
      if (instance.program) {
        node.program = verify(instance.program)
        node.memory = new Uint32Array(node.program.memory)
      }
    } catch (error) {
      await this.#runtime.release(node)
      throw error
    }
    this.#runtime.nodes.add(node)
    return node
  }

  async connect(edge: EdgeStep, tx: string): Promise<Connection> {
    const transaction = this.#begin(tx)
    if (edge.remote) return this.#connectRemote(edge, tx, transaction)
    const made = link(this.#member(tx, edge.from), this.#member(tx, edge.to), edge.accept, edge.input)
    return { undo: this.#linked(transaction, edge, made) }
  }
  #linked(transaction: Transaction, edge: EdgeStep, made: ReturnType<typeof link>): Undo {
    this.#runtime.changed()
    const key = `${edge.from}>${edge.to}#${transaction.links.size}`
    transaction.links.set(key, { link: made, from: edge.from, to: edge.to, blocks: made.count[0]!, bytes: made.count[1]! })
    return once(() => {
      if (!transaction.links.delete(key)) return
      unlink(made)
      this.#runtime.changed()
    })
  }
  /** One end of an edge to another space: a port node stands for the far side. */
  async #connectRemote(edge: EdgeStep, tx: string, transaction: Transaction): Promise<Connection> {
    const incoming = edge.remote === 'from'
    const near = this.#member(tx, incoming ? edge.to : edge.from)
    const name = `${edge.from}>${edge.to}#${edge.input}`
    const { node, port } = openPort(name, incoming, this.#memory, edge.port as PortDescriptor | undefined, (n, e) => this.#fail(n, e))
    node.refs = 1
    this.#runtime.nodes.add(node)
    transaction.members.set(name, { node, received: { blocks: 0, bytes: 0 }, sent: [0, 0] })
    const made = incoming ? link(node, near, edge.accept, edge.input) : link(near, node, edge.accept, 0)
    const undoLink = this.#linked(transaction, edge, made)
    const undo = once(async () => {
      undoLink()
      if (!transaction.members.delete(name)) return
      await this.#runtime.release(node)
    })
    return { undo, port }
  }

  async activate(vertex: string, tx: string): Promise<Undo> {
    const node = this.#member(tx, vertex)
    const transaction = this.#transactions.get(tx)!
    if (node.state === 'new') {
      await node.instance.start?.()
      node.state = 'active'
    }
    transaction.active.add(vertex)
    if (node.isSource) this.#launch(node, transaction)
    return once(async () => {
      transaction.active.delete(vertex)
      if (node.isSource && node.refs === 1) await this.#runtime.halt(node)
    })
  }
  /** Activation runs from the outputs to the inputs, so what is below a source is ready when its turn comes (§4). */
  #launch(node: Node, transaction: Transaction): void {
    setTimeout(() => {
      if (transaction.active.size > 0 && node.state === 'active') this.#runtime.begin(node)
    }, 0)
  }

  #fail(node: Node, error: StreamlineError): void {
    for (const t of this.#transactions.values()) if (t.has(node)) t.failure ??= error
    for (const n of this.#runtime.nodes) {
      if (!n.isSource) continue
      const users = [...this.#transactions.values()].filter((t) => t.has(n))
      if (users.length > 0 && users.every((t) => t.failure)) this.#runtime.stopSoon(n)
    }
  }
  #settle(): void {
    for (const t of this.#transactions.values()) if (t.nodes.every((n) => n.state === 'finished')) t.settle()
  }

  async done(tx: string): Promise<void> {
    const transaction = this.#transactions.get(tx)
    if (!transaction) return
    this.#settle()
    await transaction.done
  }
  async stop(tx: string): Promise<void> {
    await this.#leave(tx, true)
  }
  async abort(tx: string): Promise<void> {
    await this.#leave(tx, false)
  }
  /** Takes a request out of the graph: what it alone used is drained (or not), finished and released. */
  async #leave(tx: string, drain: boolean): Promise<void> {
    const transaction = this.#transactions.get(tx)
    if (!transaction) return
    this.#transactions.delete(tx)
    transaction.stopping = true
    const own = transaction.nodes.filter((n) => [...transaction.members.values()].filter((m) => m.node === n).length === n.refs)
    for (const n of own) if (n.isSource) this.#runtime.stopSoon(n)
    for (const n of own) if (n.isSource) await n.instance.stop?.()
    for (const n of own) if (n.isSource) await this.#runtime.halt(n)
    const shared = transaction.nodes.some((n) => !own.includes(n))
    for (const l of transaction.links.values()) if (shared && !own.includes(l.link.from)) unlink(l.link)
    this.#runtime.changed()
    // Inputs that other requests go on using never end; what hung on them ends here, in order of the request.
    if (drain && shared) for (const n of own) if (n.state === 'active') await this.#runtime.finish(n)
    const failures: unknown[] = []
    for (const n of transaction.nodes) {
      n.refs -= [...transaction.members.values()].filter((m) => m.node === n).length
      if (n.refs === 0) await this.#runtime.release(n).catch((e: unknown) => failures.push(e))
    }
    for (const l of transaction.links.values()) if (own.includes(l.link.from)) unlink(l.link)
    this.#runtime.changed()
    if (this.#runtime.nodes.size === 0) this.#memory.close()
    transaction.settle()
    if (failures.length) throw failures[0]
  }

  async counters(tx: string): Promise<SpaceCounters> {
    const transaction = this.#transactions.get(tx)
    const vertices: Record<string, VertexCounters> = {}
    for (const [name, { node, received, sent }] of transaction?.members ?? []) {
      const now = node.received()
      const plain = node.outs.find(({ accept: a }) => a.not && a.lo === 0 && a.hi === 0)
      const out = node.isSource || !plain ? node.sent : plain.count
      const bytes = node.isSource && plain ? plain.count[1]! : out[1]!
      vertices[name] = {
        blocksIn: now.blocks - received.blocks,
        blocksOut: out[0]! - sent[0],
        bytesIn: now.bytes - received.bytes,
        bytesOut: bytes - sent[1],
        counters: node.instance.counters?.() ?? {},
      }
    }
    const edges = [...(transaction?.links.values() ?? [])].map(({ link: l, from, to, blocks, bytes }) => ({
      from,
      to,
      blocks: l.count[0]! - blocks,
      bytes: l.count[1]! - bytes,
    }))
    return { vertices, edges }
  }

  async census(): Promise<Record<string, number>> {
    const { nodes } = this.#runtime
    return {
      transactions: this.#transactions.size,
      nodes: nodes.size,
      links: [...nodes].reduce((sum, n) => sum + n.outs.length, 0),
      rings: this.#memory.rings,
      shadows: this.#memory.shadows,
    }
  }
  async close(): Promise<void> {
    for (const tx of [...this.#transactions.keys()]) await this.abort(tx)
    this.#memory.close()
  }
}

/** Makes a process space in this thread. Runs in browsers too. */
export const createProcessSpace = (options: ProcessSpaceOptions): Space => new ProcessSpace(options)
