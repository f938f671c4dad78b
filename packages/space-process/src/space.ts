import {
  type Connection,
  type EdgeStep,
  type Implementation,
  type Instance,
  type Placed,
  type Space,
  type SpaceCounters,
  StreamlineError,
  type Undo,
  type Vertex,
} from '@netstreamline/core'
import { canGenerate } from '@netstreamline/jit'
import { verify } from '@netstreamline/jit/ir'
import { processArena } from './arena.js'
import { createContext } from './context.js'
import { Memory } from './memory.js'
import { link, Node, unlink } from './node.js'
import type { ProcessSpaceOptions } from './options.js'
import type { PortDescriptor } from './port.js'
import { Runtime } from './runtime.js'
import { joinable, shareKey } from './share.js'
import { once, Transaction, type Used } from './transaction.js'

/** Functional elements in this thread: fused datapaths over one arena (architecture §6). */
class ProcessSpace implements Space {
  readonly name: string
  readonly depth: number
  readonly targets = ['js']
  readonly #options: ProcessSpaceOptions
  readonly #memory: Memory
  readonly #runtime: Runtime
  readonly #transactions = new Map<string, Transaction>()
  /** What stopped transactions have counted, until they are aborted. */
  readonly #counted = new Map<string, SpaceCounters>()
  readonly channels: Space['channels']
  #lastLink = 0

  constructor(options: ProcessSpaceOptions) {
    this.name = options.name ?? 'process'
    this.depth = options.depth ?? 0
    this.#options = options
    this.channels = options.channels
    this.#memory = new Memory(options.arena ?? processArena())
    this.#runtime = new Runtime(this.#memory, options.generate ?? canGenerate())
    this.#runtime.isShared = (node, source) =>
      this.#transactions.size > 1 && this.#users(source).some((t) => !t.has(node))
    this.#runtime.onChange = () => this.#settle()
    this.#runtime.onFailure = (node, error) => this.#fail(node, error)
  }

  async discover(_vertex: Vertex, offers: readonly Implementation[]): Promise<readonly Implementation[]> {
    return offers.filter((o) => this.targets.includes(o.target))
  }

  #begin(tx: string): Transaction {
    const known = this.#transactions.get(tx)
    if (known) return known
    if (this.#counted.has(tx)) throw new StreamlineError('SL_PROTOCOL', `transaction ${tx} has been stopped`)
    const made = new Transaction()
    this.#transactions.set(tx, made)
    return made
  }
  #member(tx: string, vertex: string): Node {
    const member = this.#transactions.get(tx)?.members.get(vertex)
    if (!member)
      throw new StreamlineError('SL_PROTOCOL', `transaction ${tx} has no vertex ${vertex} in space ${this.name}`)
    return member.node
  }

  /** A live node that does the same work on the same data, if it may be joined (§4). */
  #shared(key: string): Node | undefined {
    if (!key) return undefined
    for (const node of this.#runtime.alike(key)) if (joinable(node) && !this.#runtime.stopping(node)) return node
    return undefined
  }
  #key(placed: Placed, tx: Transaction): string {
    const { implementation, runs, inputs } = placed
    if (!inputs || implementation.unshared) return ''
    const local = inputs.map(({ from, accept }) => ({ node: tx.members.get(from)?.node, accept }))
    if (local.some(({ node }) => node === undefined)) return ''
    return shareKey(implementation.module, runs.function, runs.options, local as { node: Node; accept: never }[])
  }

  async instantiate(placed: Placed, tx: string): Promise<Undo> {
    const transaction = this.#begin(tx)
    const key = this.#key(placed, transaction)
    const node = this.#shared(key) ?? (await this.#create(placed, key))
    const { name } = placed.vertex
    transaction.join(name, node)
    return once(async () => {
      if (!transaction.part(name)) return
      if (node.refs === 0) await this.#runtime.release(node)
      else this.#launch(node)
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
    this.#runtime.add(node)
    return node
  }

  async connect(edge: EdgeStep, tx: string): Promise<Connection> {
    if (edge.remote) return this.#connectRemote(edge, tx)
    const transaction = this.#begin(tx)
    const made = link(this.#member(tx, edge.from), this.#member(tx, edge.to), edge.accept, edge.input)
    return { undo: this.#linked(transaction, edge, made) }
  }
  #linked(transaction: Transaction, edge: EdgeStep, made: ReturnType<typeof link>): Undo {
    this.#runtime.changed()
    const key = ++this.#lastLink
    const used: Used = { link: made, from: edge.from, to: edge.to, blocks: made.count[0]!, bytes: made.count[1]! }
    transaction.links.set(key, used)
    return once(() => {
      if (transaction.links.delete(key)) this.#cut(used)
    })
  }
  /** One end of an edge to another space: a port node stands for the far side. */
  async #connectRemote(edge: EdgeStep, tx: string): Promise<Connection> {
    // Most requests stay in one space, and start faster without ports and rings.
    const { openPort } = await import('./port.js')
    const transaction = this.#begin(tx)
    const incoming = edge.remote === 'from'
    const near = this.#member(tx, incoming ? edge.to : edge.from)
    const name = `${edge.from}>${edge.to}#${edge.input}`
    const { node, port } = openPort(name, incoming, edge.port as PortDescriptor | undefined, {
      memory: this.#memory,
      size: this.#options.ports ?? {},
      fail: (failed, error) => this.#fail(failed, error),
    })
    this.#runtime.add(node)
    transaction.join(name, node)
    const made = incoming ? link(node, near, edge.accept, edge.input) : link(near, node, edge.accept, 0)
    const undoLink = this.#linked(transaction, edge, made)
    const undo = once(async () => {
      undoLink()
      if (transaction.part(name)) await this.#runtime.release(node)
    })
    return { undo, port }
  }

  async activate(vertex: string, tx: string): Promise<Undo> {
    const node = this.#member(tx, vertex)
    const transaction = this.#transactions.get(tx)!
    await node.start()
    if (node.state === 'new') node.state = 'active'
    transaction.active.add(vertex)
    const ports = node.ins.map(({ from }) => from).filter((from) => from.port && transaction.has(from))
    const sources = node.isSource ? [node, ...ports] : ports
    for (const source of sources) this.#launch(source)
    return once(async () => {
      transaction.active.delete(vertex)
      for (const source of sources) if (transaction.owns(source)) await this.#runtime.halt(source)
    })
  }
  /**
   * Activation runs from the outputs to the inputs, so what is below a source is ready when its turn comes (§4). Who
   * joined it before its first block must be ready too.
   */
  #launch(source: Node): void {
    const needs = source.port ? new Set(source.outs.map(({ to }) => to)) : new Set([source])
    const ready = (t: Transaction) => [...t.members].every(([name, { node }]) => !needs.has(node) || t.active.has(name))
    setTimeout(() => {
      if (source.isSource && source.state === 'active' && this.#users(source).every(ready)) this.#runtime.begin(source)
    }, 0)
  }

  #users(node: Node): Transaction[] {
    return [...this.#transactions.values()].filter((t) => t.has(node))
  }
  /** Ends the requests that use the node; what they share with others goes on for those. */
  #fail(node: Node, error: StreamlineError): void {
    const failed = this.#users(node).filter((t) => !t.failure)
    for (const t of failed) t.failure = error
    for (const n of this.#runtime.nodes) {
      const users = n.isSource ? this.#users(n) : []
      if (users.length > 0 && users.every((t) => t.failure)) this.#runtime.stopSoon(n)
    }
    // Its sources go on for others, so nothing else would ever end it. Not now: the failing breath is under way.
    const goesOn = (n: Node) => n.isSource && this.#users(n).some((t) => !t.failure)
    for (const t of failed) if (t.nodes.some(goesOn)) setTimeout(() => void this.#giveUp(t), 0)
  }
  async #giveUp(t: Transaction): Promise<void> {
    for (const n of t.nodes) if (n.isSource && t.owns(n)) await this.#runtime.halt(n)
    await this.#detach(t)
    t.settle()
  }
  #settle(): void {
    for (const t of this.#transactions.values()) if (t.finished) t.settle()
  }

  async done(tx: string): Promise<void> {
    const transaction = this.#transactions.get(tx)
    if (!transaction) return
    this.#settle()
    await transaction.done
  }
  async stop(tx: string): Promise<void> {
    const transaction = this.#transactions.get(tx)
    if (!transaction) return
    await this.#drain(transaction)
    // Aborted meanwhile?
    if (this.#transactions.get(tx) !== transaction) return
    this.#counted.set(tx, transaction.counters())
    await this.#leave(tx, transaction)
  }
  async abort(tx: string): Promise<void> {
    this.#counted.delete(tx)
    const transaction = this.#transactions.get(tx)
    if (!transaction) return
    for (const { port } of transaction.nodes) port?.cancel?.()
    for (const n of transaction.nodes) if (n.isSource && transaction.owns(n)) await this.#runtime.halt(n)
    await this.#leave(tx, transaction)
  }
  /** Sources first; what comes from other spaces ends by itself when they have stopped. */
  async #drain(transaction: Transaction): Promise<void> {
    const own = transaction.nodes.filter((n) => n.isSource && transaction.owns(n))
    const near = own.filter((n) => !n.port)
    for (const n of near) this.#runtime.stopSoon(n)
    for (const n of near) await this.#runtime.halt(n)
    for (const n of own) if (n.port) await this.#runtime.ended(n)
    await this.#detach(transaction)
  }
  /** Inputs that other requests go on using never end; what hung on them ends here, in order of the request. */
  #detach(transaction: Transaction): Promise<void> {
    transaction.detached ??= this.#end(transaction)
    return transaction.detached
  }
  async #end(transaction: Transaction): Promise<void> {
    if (transaction.nodes.every((n) => transaction.owns(n))) return
    for (const l of transaction.links.values()) if (!transaction.owns(l.link.from)) this.#cut(l)
    for (const n of transaction.nodes) if (transaction.owns(n) && n.state === 'active') await this.#runtime.finish(n)
  }
  #cut(used: Used): void {
    if (used.cut) return
    used.cut = { blocks: used.link.count[0]!, bytes: used.link.count[1]! }
    unlink(used.link)
    this.#runtime.changed()
  }
  /** Takes a request out of the graph and releases what it alone used. */
  #leave(tx: string, transaction: Transaction): Promise<void> {
    transaction.left ??= (async () => {
      this.#transactions.delete(tx)
      const { nodes } = transaction
      for (const l of transaction.links.values()) this.#cut(l)
      for (const name of [...transaction.members.keys()]) transaction.part(name)
      transaction.links.clear()
      const unused = nodes.filter((n) => n.refs === 0)
      for (const n of nodes) if (n.refs > 0) this.#launch(n)
      const outcomes = await Promise.allSettled(unused.map((n) => this.#runtime.release(n)))
      if (this.#runtime.nodes.size === 0) this.#memory.close()
      transaction.settle()
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
    })()
    return transaction.left
  }

  async counters(tx: string): Promise<SpaceCounters> {
    const transaction = this.#transactions.get(tx)
    return transaction?.counters() ?? this.#counted.get(tx) ?? { vertices: {}, edges: [] }
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
    for (const tx of [...this.#transactions.keys(), ...this.#counted.keys()]) await this.abort(tx)
    this.#memory.close()
  }
}

/** Makes a process space in this thread. Runs in browsers too. */
export const createProcessSpace = (options: ProcessSpaceOptions): Space => new ProcessSpace(options)
