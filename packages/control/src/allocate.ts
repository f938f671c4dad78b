import { asError, type EdgeStep, type Plan, type Space, StreamlineError, type Undo } from '@netstreamline/core'
import type { Explain } from './explain.js'
import type { Planned } from './plan.js'

/** What runs a request: the spaces that take part, those with sources first. */
export interface Allocation {
  readonly tx: string
  readonly spaces: readonly Space[]
  /** Spaces that hold a source of the request. */
  readonly sources: ReadonlySet<Space>
}

/** A step failed. `candidate` of `vertex` is to blame if the failure was in instantiating it. */
export class StepFailed extends Error {
  readonly error: StreamlineError
  readonly vertex: string | undefined
  constructor(error: StreamlineError, vertex?: string) {
    super(error.message)
    this.error = error
    this.vertex = vertex
  }
}

const digits = (): string => Math.random().toString(36).slice(2)

/** Unique between all processes that may use a space. No secret: an end of a channel can only name its own (§4). */
const transaction = (): string => `${Date.now().toString(36)}-${digits()}${digits()}`

/** What was done so far and how to reverse it. */
const undoLog = (tx: string) => {
  const undos: { step: string; undo: Undo }[] = []
  const touched = new Set<Space>()
  return {
    undos,
    touched,
    /** Reverses everything, last first, whatever fails on the way. @returns what failed */
    async reverse(): Promise<{ step: string; code: string; message: string }[]> {
      const failures: { step: string; code: string; message: string }[] = []
      const attempt = async (step: string, work: Undo): Promise<void> => {
        try {
          await work()
        } catch (e) {
          const { code, message } = asError(e)
          failures.push({ step, code, message })
        }
      }
      for (const { step, undo } of undos.reverse()) await attempt(`undo of ${step}`, undo)
      for (const space of [...touched].reverse()) await attempt(`abort in ${space.name}`, () => space.abort(tx))
      return failures
    },
  }
}

/** The steps of connecting: an edge within a space is one, an edge between two is one in each, the reader first. */
const edgeSteps = ({ vertices, edges }: Plan) => {
  const inputs = vertices.map(() => 0)
  return edges.map(({ from, to, accept }) => {
    const [a, b] = [vertices[from]!, vertices[to]!]
    const edge: EdgeStep = { from: a.vertex.name, to: b.vertex.name, accept, input: inputs[to]!++ }
    const writer: EdgeStep = { ...edge, remote: 'to', space: b.space }
    const reader: EdgeStep = { ...edge, remote: 'from', space: a.space }
    return { edge, within: a.space === b.space ? a.space : undefined, writer, reader, at: a.space, into: b.space }
  })
}

/**
 * Allocates a plan in three phases (§4): instantiates all, sources first; connects all; activates from the outputs to
 * the inputs. If a step fails, all earlier ones are reversed, and no space keeps anything of the request.
 * @throws StepFailed with the error of the step; failures to reverse are in its detail
 */
export const allocate = async (planned: Planned, explain: Explain, signal?: AbortSignal): Promise<Allocation> => {
  const { plan, topology } = planned
  const tx = transaction()
  const { undos, touched, reverse } = undoLog(tx)
  const spaceOf = (name: string): Space => planned.spaces.get(name)!
  let vertex: string | undefined

  const step = async <T>(
    name: string,
    what: string,
    space: string,
    work: (s: Space) => Promise<T>,
    undoOf: (t: T) => Undo,
  ) => {
    if (signal?.aborted) throw new StreamlineError('SL_INTERRUPTED', 'interrupted before it ran')
    touched.add(spaceOf(space))
    const made = await explain.time(
      name,
      { vertex: what, space },
      () => work(spaceOf(space)),
      () => 'done',
    )
    undos.push({ step: `${name} ${what}`, undo: undoOf(made) })
    return made
  }
  const itself = (undo: Undo) => undo
  const connect = (edge: EdgeStep, space: string) =>
    step(
      'connect',
      `${edge.from} > ${edge.to}`,
      space,
      (s) => s.connect(edge, tx),
      (made) => made.undo,
    )

  try {
    for (const v of topology.order) {
      const placed = plan.vertices[v]!
      vertex = placed.vertex.name
      await step('instantiate', vertex, placed.space, (s) => s.instantiate(placed, tx), itself)
    }
    vertex = undefined
    for (const { edge, within, writer, reader, at, into } of edgeSteps(plan)) {
      if (within !== undefined) await connect(edge, within)
      else {
        const { port } = await connect(reader, into)
        await connect({ ...writer, ...(port !== undefined && { port }) }, at)
      }
    }
    for (const v of [...topology.order].reverse()) {
      const { vertex: of, space } = plan.vertices[v]!
      await step('activate', of.name, space, (s) => s.activate(of.name, tx), itself)
    }
  } catch (e) {
    const error = asError(e, 'SL_ALLOCATE')
    const undone = await explain.time('reverse', {}, reverse, (failures) => `${failures.length} of it failed`)
    throw new StepFailed(
      undone.length ? new StreamlineError(error.code, error.message, { ...error.detail, undone }, e) : error,
      vertex,
    )
  }
  const inOrder = [...new Set(topology.order.map((v) => spaceOf(plan.vertices[v]!.space)))]
  const first = topology.order.filter((v) => topology.inputs[v]!.length === 0)
  return { tx, spaces: inOrder, sources: new Set(first.map((v) => spaceOf(plan.vertices[v]!.space))) }
}
