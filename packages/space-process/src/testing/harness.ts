import {
  ACCEPTED,
  type Accept,
  type EdgeStep,
  type FunctionalElement,
  type OptionValue,
  type Placed,
  type Space,
  type Undo,
} from '@netstreamline/core'

/** A vertex of a graph for tests: what it runs, by name, and where. */
export interface SpecVertex {
  readonly fn: string
  /** Default: `fn` and the index. */
  readonly name?: string
  readonly space?: string
  readonly options?: Readonly<Record<string, OptionValue>>
  readonly state?: 'none' | 'flow' | 'global'
  readonly unshared?: boolean
  /** Where a space that imports finds it; default: `fn`, which an in-memory loader knows. */
  readonly module?: string
}
/** Vertices in topological order; edges by index. */
export interface Spec {
  readonly vertices: readonly SpecVertex[]
  readonly edges: readonly { readonly from: number; readonly to: number; readonly accept?: Accept }[]
}

/** Loads elements from memory. */
export const loader =
  (elements: Readonly<Record<string, FunctionalElement<never>>>) =>
  async (_module: string, fn: string): Promise<FunctionalElement> =>
    elements[fn] as unknown as FunctionalElement

/** An element of a few lines. */
export const element = (
  name: string,
  create: FunctionalElement['create'],
  state: 'none' | 'flow' | 'global' = 'none',
): FunctionalElement => ({
  meta: { name, summary: name, inputs: ['any'], outputs: ['any'], state, targets: ['js'] },
  create,
})

let last = 0

/** A request of a test, allocated step by step as control does it. */
export class Trial {
  readonly tx = `test-${++last}`
  readonly undos: Undo[] = []
  readonly placed: Placed[]
  readonly spaces: Space[]
  readonly #spec: Spec
  readonly #space: (name: string | undefined) => Space

  constructor(spec: Spec, ...spaces: Space[]) {
    this.#spec = spec
    this.spaces = spaces
    this.#space = (name) => spaces.find((s) => s.name === name) ?? spaces[0]!
    const names = spec.vertices.map((v, i) => v.name ?? `${v.fn}${i}`)
    const inputs = spec.vertices.map((): { from: string; accept: Accept }[] => [])
    for (const { from, to, accept = ACCEPTED } of spec.edges) inputs[to]!.push({ from: names[from]!, accept })
    this.placed = spec.vertices.map((v, i) => {
      const vertex = { name: names[i]!, function: v.fn, options: v.options ?? {} }
      return {
        vertex,
        runs: vertex,
        implementation: {
          function: v.fn,
          package: 'test',
          module: v.module ?? v.fn,
          target: 'js',
          state: v.state ?? 'none',
          ...(v.unshared && { unshared: true }),
        },
        space: this.#space(v.space).name,
        chain: [],
        why: '',
        lost: [],
        inputs: inputs[i]!,
      }
    })
  }

  /** The steps in order, not yet taken; each leaves its undo in `undos`. */
  steps(): (() => Promise<void>)[] {
    const { placed, tx } = this
    const keep = (undo: Undo) => void this.undos.push(undo)
    const at = (p: Placed) => this.#space(p.space)
    const inputs = placed.map(() => 0)
    const instantiate = placed.map((p) => async () => keep(await at(p).instantiate(p, tx)))
    const connect = this.#spec.edges.map(({ from, to, accept = ACCEPTED }) => {
      const [a, b] = [placed[from]!, placed[to]!]
      const edge: EdgeStep = { from: a.vertex.name, to: b.vertex.name, accept, input: inputs[to]!++ }
      if (a.space === b.space) return async () => keep((await at(a).connect(edge, tx)).undo)
      return async () => {
        const reader = await at(b).connect({ ...edge, remote: 'from', space: a.space }, tx)
        keep(reader.undo)
        // As it would come over a channel.
        const port = JSON.parse(JSON.stringify(reader.port))
        keep((await at(a).connect({ ...edge, remote: 'to', space: b.space, port }, tx)).undo)
      }
    })
    const activate = [...placed].reverse().map((p) => async () => keep(await at(p).activate(p.vertex.name, tx)))
    return [...instantiate, ...connect, ...activate]
  }
  async start(): Promise<this> {
    for (const step of this.steps()) await step()
    return this
  }
  async done(): Promise<void> {
    await Promise.all(this.spaces.map((s) => s.done(this.tx)))
  }
  async stop(): Promise<void> {
    await Promise.all(this.spaces.map((s) => s.stop(this.tx)))
  }
  async abort(): Promise<void> {
    await Promise.all(this.spaces.map((s) => s.abort(this.tx)))
  }
  /** Reverses all steps, last first, as control does it. */
  async reverse(): Promise<void> {
    for (const undo of this.undos.reverse()) await undo()
    await this.abort()
  }
  /** Runs to its end and leaves nothing. */
  async run(): Promise<this> {
    await this.start()
    try {
      await this.done()
      await this.stop()
    } finally {
      await this.abort()
    }
    return this
  }
}
