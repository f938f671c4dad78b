import type {
  Connection,
  EdgeStep,
  Implementation,
  Placed,
  Space,
  SpaceCounters,
  Undo,
  Vertex,
} from '@netstreamline/core'
import { StreamlineError } from '@netstreamline/core'
import { importable, type WorkerSpaceOptions } from './worker-setup.js'
import type { Thread } from './worker-thread.node.js'

/** How long a worker may take to close in order before it is terminated, in milliseconds. */
const GRACE = 5000
const NOTHING = { transactions: 0, nodes: 0, links: 0, rings: 0, shadows: 0 }

/**
 * The process space in a thread of its own. The thread starts with the first step of a request that is placed here,
 * and again after it has died; what it ran then is gone, and said to be so (SL_SPACE_DIED).
 */
class WorkerSpace implements Space {
  readonly name: string
  readonly depth: number
  readonly targets = ['js']
  readonly channels: Space['channels']
  readonly #options: WorkerSpaceOptions
  #thread: Promise<Thread> | undefined
  /** The thread that runs a transaction. */
  readonly #of = new Map<string, Promise<Thread>>()

  constructor(options: WorkerSpaceOptions) {
    this.name = options.name ?? 'worker'
    this.depth = options.depth ?? 0
    this.channels = [{ ends: [options.beside ?? 'process', this.name] }]
    this.#options = options
  }

  async discover(_vertex: Vertex, offers: readonly Implementation[]): Promise<readonly Implementation[]> {
    return offers.filter((o) => this.targets.includes(o.target) && importable(o.module))
  }

  #start(): Promise<Thread> {
    this.#thread ??= this.#launch()
    return this.#thread
  }
  async #launch(): Promise<Thread> {
    try {
      // Imported only now: requests that need no thread do not wait for what starts one.
      const { startThread } = await import('./worker-thread.node.js')
      const thread = startThread(this.#options)
      void thread.gone.then(() => {
        this.#thread = undefined
      })
      return thread
    } catch (error) {
      this.#thread = undefined
      throw error
    }
  }
  async #at(tx: string): Promise<Space> {
    const thread = await this.#of.get(tx)
    if (thread) return thread.space
    throw new StreamlineError('SL_PROTOCOL', `transaction ${tx} is not under way in space ${this.name}`)
  }

  async instantiate(placed: Placed, tx: string): Promise<Undo> {
    if (!this.#of.has(tx)) this.#of.set(tx, this.#start())
    return (await this.#at(tx)).instantiate(placed, tx)
  }
  async connect(edge: EdgeStep, tx: string): Promise<Connection> {
    return (await this.#at(tx)).connect(edge, tx)
  }
  async activate(vertex: string, tx: string): Promise<Undo> {
    return (await this.#at(tx)).activate(vertex, tx)
  }
  async done(tx: string): Promise<void> {
    if (this.#of.has(tx)) await (await this.#at(tx)).done(tx)
  }
  async stop(tx: string): Promise<void> {
    if (this.#of.has(tx)) await (await this.#at(tx)).stop(tx)
  }
  async abort(tx: string): Promise<void> {
    if (!this.#of.has(tx)) return
    // A thread that could not start has made nothing.
    const space = await this.#at(tx).catch(() => undefined)
    await space?.abort(tx)
    this.#of.delete(tx)
  }
  async counters(tx: string): Promise<SpaceCounters> {
    return this.#of.has(tx) ? (await this.#at(tx)).counters(tx) : { vertices: {}, edges: [] }
  }
  async census(): Promise<Readonly<Record<string, number>>> {
    const space = await this.#thread?.then((thread) => thread.space).catch(() => undefined)
    // A thread that dies meanwhile holds nothing any more.
    return (await space?.census().catch(() => undefined)) ?? NOTHING
  }
  async close(): Promise<void> {
    this.#of.clear()
    const thread = await this.#thread?.catch(() => undefined)
    if (!thread) return
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, GRACE)
    })
    const orderly = thread.space.then((space) => space.close()).catch(() => {})
    await Promise.race([orderly, late])
    clearTimeout(timer)
    await thread.terminate()
  }
}

/** Makes a space that runs in a worker thread of its own. Nothing is started before a request is placed in it. */
export const createWorkerSpace = (options: WorkerSpaceOptions = {}): Space => new WorkerSpace(options)
