import {
  type Channel,
  isStreamlineError,
  type Plan,
  type Registry,
  type Request,
  type Space,
} from '@netstreamline/core'
import { allocate, StepFailed } from './allocate.js'
import type { Candidate } from './candidates.js'
import { checkRequest, type Planner } from './examine.js'
import { createExplain, type Explain, type ExplainEntry } from './explain.js'
import { withExports } from './exports.js'
import { makePlan, type Planned } from './plan.js'
import { type Progress, watch } from './progress.js'
import type { RunResult } from './result.js'
import { type Running, supervise } from './run.js'
import { readySpaces, type SpaceSource } from './spaces.js'

export interface StreamlineOptions {
  readonly registry: Registry
  /** Where requests run; closed with {@link Streamline.close}. */
  readonly spaces: readonly Space[] | SpaceSource
  /** Ways for data between these spaces, besides those that the spaces themselves name. */
  readonly channels?: readonly Pick<Channel, 'ends'>[]
}

export interface PlanOptions {
  /** Told of every step of planning and allocating, as it is done. */
  onExplain?(entry: ExplainEntry): void
}

export interface StartOptions extends PlanOptions {
  /** Before it runs: gives it up with SL_INTERRUPTED. Afterwards, in `run`: stops it in order. */
  readonly signal?: AbortSignal
}

export interface RunOptions extends StartOptions {
  /** Told about four times a second how far it has come. */
  onProgress?(progress: Progress): void
  /** Stop in order after so many milliseconds. */
  readonly for?: number
}

/** Plans requests and runs them. Whatever fails rejects with a StreamlineError. */
export interface Streamline {
  /**
   * Where everything would run, and why. Runs no plugin code but the probes and translators that it needs.
   * @throws SL_FUNCTION_UNKNOWN SL_OPTION SL_KIND SL_SPACE_UNKNOWN SL_NO_PLACE SL_FILTER SL_PLUGIN …
   */
  plan(request: Request, options?: PlanOptions): Promise<Plan>
  /**
   * Functions, options, kinds of block, names of spaces. Runs no plugin code at all.
   * @throws SL_FUNCTION_UNKNOWN SL_OPTION SL_KIND SL_SPACE_UNKNOWN SL_SRL_CYCLE
   */
  check(request: Request, options?: PlanOptions): Promise<void>
  /** Plans and allocates; resolves once data flows. @throws as `plan`, and what a space says while allocating */
  start(request: Request, options?: StartOptions): Promise<Running>
  /** Starts and waits for the end. A failed request's error has what was counted (`resultOf`). */
  run(request: Request, options?: RunOptions): Promise<RunResult>
  /** Aborts what runs and closes the spaces. */
  close(): Promise<void>
}

/** Failures of instantiation that say: not this implementation here. The next candidate is tried (§7.1). */
const unsuitable = new Set(['SL_NO_PLACE', 'SL_IR'])

const keyOf = (vertex: string, space: string, target: string, module: string, chain: readonly string[]): string =>
  JSON.stringify([vertex, space, target, module, chain])
const keyOfCandidate = (vertex: string, { space, implementation, chain }: Candidate): string =>
  keyOf(
    vertex,
    space.name,
    implementation.target,
    implementation.module,
    chain.map((step) => step.to),
  )

export const createStreamline = ({ registry, spaces, channels = [] }: StreamlineOptions): Streamline => {
  const source: SpaceSource = 'open' in spaces ? spaces : readySpaces(spaces)
  const planner: Planner = { registry, source, channels }
  const active = new Set<Running>()

  /** Allocates; where an implementation proves unsuitable, plans again without it until nothing else is left. */
  const settle = async (request: Request, explain: Explain, signal: AbortSignal | undefined) => {
    const failed = new Set<string>()
    let planned: Planned = await makePlan(planner, request, explain)
    for (;;) {
      try {
        return { planned, allocation: await allocate(planned, explain, signal) }
      } catch (e) {
        if (!(e instanceof StepFailed)) throw e
        const { error, vertex } = e
        const placed = planned.plan.vertices.find((p) => p.vertex.name === vertex)
        if (!placed || !unsuitable.has(error.code)) throw error
        const { implementation, space, chain } = placed
        failed.add(keyOf(placed.vertex.name, space, implementation.target, implementation.module, chain))
        const excluded = (name: string, candidate: Candidate) => failed.has(keyOfCandidate(name, candidate))
        planned = await makePlan(planner, request, explain, excluded).catch((e2) => {
          // Nothing else fits: what went wrong first is what the user has to know.
          throw isStreamlineError(e2) && e2.code === 'SL_NO_PLACE' ? error : e2
        })
      }
    }
  }
  const start: Streamline['start'] = async (given, options = {}) => {
    const request = withExports(given)
    const explain = createExplain(options.onExplain)
    const { planned, allocation } = await settle(request, explain, options.signal)
    const { size } = planned
    const running = supervise(planned.plan, allocation, {
      explain: explain.entries,
      ...(size !== undefined && { size }),
    })
    active.add(running)
    const forget = () => active.delete(running)
    running.done.then(forget, forget)
    return running
  }
  return {
    start,
    plan: async (request, options = {}) =>
      (await makePlan(planner, withExports(request), createExplain(options.onExplain))).plan,
    check: (request, options = {}) => checkRequest(planner, withExports(request), createExplain(options.onExplain)),
    async run(request, options = {}) {
      const running = await start(request, options)
      return watch(running, options)
    },
    async close() {
      await Promise.all([...active].map((running) => running.abort()))
      await source.close()
    },
  }
}
