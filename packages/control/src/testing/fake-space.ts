import {
  type Channel,
  type EdgeStep,
  type Implementation,
  type Placed,
  type Space,
  type SpaceCounters,
  StreamlineError,
  type Undo,
  type Vertex,
} from '@netstreamline/core'

/** What a transaction has in the space. */
interface Content {
  readonly instances: Map<string, Placed>
  readonly connections: Set<EdgeStep>
  readonly active: Set<string>
  readonly end: Promise<void>
  finish(): void
  fail(error: unknown): void
}

export interface FakeOptions {
  readonly depth?: number
  readonly targets?: readonly string[]
  readonly channels?: readonly Pick<Channel, 'ends'>[]
  /** Called before every operation that changes something; what it throws fails the operation. */
  before?(step: string): void | Promise<void>
  /** Called after the operation has had its effect. */
  after?(step: string): void | Promise<void>
  /** Has the last word on what can run. */
  accepts?(vertex: Vertex, offer: Implementation): boolean
  counters?(tx: string): SpaceCounters
}

export interface FakeSpace extends Space {
  /** What was done, in order, without transaction ids. */
  readonly log: string[]
  /** What was instantiated, also after it is gone. */
  readonly placed: Placed[]
  readonly edges: EdgeStep[]
  /** Ends all transactions as if their sources had. */
  finish(): void
  /** Fails all transactions. */
  fail(error: unknown): void
  /** The space is gone, with all that is in it: every operation fails from now on. */
  die(): void
}

/** A space that runs nothing and counts everything. */
export const fakeSpace = (name: string, options: FakeOptions = {}): FakeSpace => {
  const { depth = 0, targets = ['js'], channels } = options
  const contents = new Map<string, Content>()
  const log: string[] = []
  const placed: Placed[] = []
  const edges: EdgeStep[] = []
  let dead: StreamlineError | undefined
  const content = (tx: string): Content => {
    const there = contents.get(tx)
    if (there) return there
    let finish = () => {}
    let fail = (_: unknown) => {}
    const end = new Promise<void>((resolve, reject) => {
      finish = resolve
      fail = reject
    })
    end.catch(() => {})
    const made = {
      instances: new Map(),
      connections: new Set<EdgeStep>(),
      active: new Set<string>(),
      end,
      finish,
      fail,
    }
    contents.set(tx, made)
    return made
  }
  const perform = async <T>(step: string, work: () => T): Promise<T> => {
    await options.before?.(step)
    if (dead) throw dead
    log.push(step)
    const result = work()
    await options.after?.(step)
    if (dead) throw dead
    return result
  }
  const undo = (step: string, work: () => void): Undo => {
    let undone: Promise<void> | undefined
    return () => (undone ??= perform(`undo ${step}`, work))
  }
  return {
    name,
    depth,
    targets,
    ...(channels && { channels }),
    log,
    placed,
    edges,
    async discover(vertex, offers) {
      if (dead) throw dead
      return offers.filter((o) => targets.includes(o.target) && (options.accepts?.(vertex, o) ?? true))
    },
    instantiate: (p, tx) =>
      perform(`instantiate ${p.vertex.name}`, () => {
        const { instances } = content(tx)
        instances.set(p.vertex.name, p)
        placed.push(p)
        return undo(`instantiate ${p.vertex.name}`, () => void instances.delete(p.vertex.name))
      }),
    connect: (edge, tx) =>
      perform(`connect ${edge.from} > ${edge.to}${edge.remote ? ` ${edge.remote}` : ''}`, () => {
        const { connections } = content(tx)
        connections.add(edge)
        edges.push(edge)
        return {
          undo: undo(`connect ${edge.from} > ${edge.to}`, () => void connections.delete(edge)),
          ...(edge.remote === 'from' && { port: `port of ${edge.from} > ${edge.to}` }),
        }
      }),
    activate: (vertex, tx) =>
      perform(`activate ${vertex}`, () => {
        const { active } = content(tx)
        active.add(vertex)
        return undo(`activate ${vertex}`, () => void active.delete(vertex))
      }),
    async done(tx) {
      if (dead) throw dead
      return contents.get(tx)?.end
    },
    stop: (tx) =>
      perform('stop', () => {
        const c = contents.get(tx)
        c?.instances.clear()
        c?.connections.clear()
        c?.active.clear()
        c?.finish()
      }),
    abort: (tx) =>
      perform('abort', () => {
        contents.get(tx)?.fail(new StreamlineError('SL_INTERRUPTED', 'aborted'))
        contents.delete(tx)
      }),
    async counters(tx) {
      if (dead) throw dead
      return options.counters?.(tx) ?? { vertices: {}, edges: [] }
    },
    async census() {
      const sum = (size: (c: Content) => number) => [...contents.values()].reduce((all, c) => all + size(c), 0)
      return {
        transactions: contents.size,
        instances: sum((c) => c.instances.size),
        connections: sum((c) => c.connections.size),
        active: sum((c) => c.active.size),
      }
    },
    close: () => perform('close', () => contents.clear()),
    finish: () => {
      for (const c of contents.values()) c.finish()
    },
    fail: (error) => {
      for (const c of contents.values()) c.fail(error)
    },
    die() {
      dead = new StreamlineError('SL_SPACE_DIED', `space '${name}' is gone`, { space: name })
      for (const c of contents.values()) c.fail(dead)
      contents.clear()
    },
  }
}

/** Everything that lives in these spaces, summed up: 0 when nothing is left. */
export const census = async (...spaces: readonly Space[]): Promise<number> => {
  const counts = await Promise.all(spaces.map((space) => space.census()))
  return counts.flatMap((count) => Object.values(count)).reduce((a, b) => a + b, 0)
}
