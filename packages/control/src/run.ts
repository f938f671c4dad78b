import { asError, type Plan, type Space, type SpaceCounters, StreamlineError } from '@netstreamline/core'
import type { Allocation } from './allocate.js'
import type { ExplainEntry } from './explain.js'
import { attachResult, buildResult, type RunResult } from './result.js'

/** A request that runs. */
export interface Running {
  readonly plan: Plan
  /** What planning and allocating did, in order. */
  readonly explain: readonly ExplainEntry[]
  /** Bytes that the sources will read, where all of them know. */
  readonly size?: number
  /** What it has counted so far. */
  counters(): Promise<RunResult>
  /** Resolves when all sources have ended, everything has drained and nothing of the request is left; else rejects. */
  readonly done: Promise<void>
  /** Ends it in order: sources stop, what is under way drains. Resolves when nothing is left. @throws as `done` */
  stop(): Promise<void>
  /** Ends it at once; what is under way is lost. `done` then rejects with SL_INTERRUPTED. */
  abort(): Promise<void>
  /** Waits for the end. @throws as `done`; {@link resultOf} has what was counted before */
  result(): Promise<RunResult>
}

const quietly = (work: Promise<unknown>): Promise<unknown> => work.catch(() => {})
/** So that a space that throws instead of rejecting is treated alike. */
const asked = async (work: () => Promise<void>): Promise<void> => work()

/** Reads counters; of a space that no longer answers, or has forgotten the request, what it said last. */
const reader = ({ tx, spaces }: Allocation) => {
  const last = new Map<string, SpaceCounters>()
  const read = async (space: Space) => {
    try {
      const now = await space.counters(tx)
      if (Object.keys(now.vertices).length > 0 || !last.has(space.name)) last.set(space.name, now)
    } catch {
      // Counting must not fail a request: the space's own failure is reported by `done`.
    }
  }
  return async () => {
    await Promise.all(spaces.map(read))
    return last
  }
}

/** Takes an activated request to its end, whichever way that comes. */
export const supervise = (
  plan: Plan,
  allocation: Allocation,
  about: { explain: readonly ExplainEntry[]; size?: number },
): Running => {
  const { tx, spaces, sources } = allocation
  const from = performance.now()
  const readCounters = reader(allocation)
  const snapshot = async () => buildResult(plan, await readCounters(), Math.round(performance.now() - from) / 1000)

  const stopping = new Map<Space, Promise<void>>()
  /** Each space is told once. */
  const stopIn = (space: Space): Promise<void> => {
    const there = stopping.get(space) ?? asked(() => space.stop(tx))
    stopping.set(space, there)
    return there
  }
  let interrupt = (_: unknown) => {}
  const interrupted = new Promise<never>((_, reject) => (interrupt = reject))
  void quietly(interrupted)

  /** Which space a failure came from. */
  const culprits = new Map<unknown, Space>()
  const blame = async (space: Space, work: Promise<void>): Promise<void> => {
    try {
      await work
    } catch (e) {
      culprits.set(e, space)
      throw e
    }
  }
  /** Told to stop, a space is done when it has stopped, whether or not `done` notices. */
  const told = new Map<Space, () => void>()
  const ends = spaces.map((space) => {
    const stopped = new Promise<void>((resolve) => told.set(space, resolve))
    return blame(space, Promise.race([asked(() => space.done(tx)), stopped]))
  })

  /** Spaces with sources side by side, since one may wait for another; the rest when those have drained. */
  const sourcesFirst = async (halt: (space: Space) => Promise<void>): Promise<void> => {
    await Promise.all(spaces.filter((space) => sources.has(space)).map(halt))
    for (const space of spaces) if (!sources.has(space)) await halt(space)
  }

  const giveUp = async (e: unknown): Promise<void> => {
    const culprit = culprits.get(e)
    const orderly = !(e instanceof Aborted) && asError(e).code !== 'SL_SPACE_DIED'
    await readCounters()
    // What failed goes first, so that no other space waits for it while it drains.
    if (culprit) await quietly(asked(() => culprit.abort(tx)))
    if (orderly) await sourcesFirst(async (space) => void (space !== culprit && (await quietly(stopIn(space)))))
  }
  const finish = async (): Promise<RunResult> => {
    let failure: { e: unknown } | undefined
    try {
      await Promise.race([Promise.all(ends), interrupted])
      await readCounters()
      for (const space of spaces) await blame(space, stopIn(space))
    } catch (e) {
      failure = { e }
      await giveUp(e)
    }
    const result = await snapshot()
    const aborted = await Promise.allSettled(spaces.map(async (space) => space.abort(tx)))
    const stuck = aborted.find((outcome) => outcome.status === 'rejected')
    if (!failure && stuck) failure = { e: stuck.reason }
    if (!failure) return result
    const { code, message, detail } =
      failure.e instanceof Aborted ? failure.e.error : asError(failure.e, 'SL_FE_FAILED')
    // A new one, because several requests may have failed by the same (a space that died) with different results.
    const error = new StreamlineError(code, message, detail, failure.e)
    attachResult(error, result)
    throw error
  }
  for (const end of ends) void quietly(end)
  const finished = finish()
  const done = finished.then(() => {})
  void quietly(done)

  let stop: Promise<void> | undefined
  const drain = async (): Promise<void> => {
    const halt = async (space: Space): Promise<void> => {
      await blame(space, stopIn(space))
      told.get(space)?.()
    }
    try {
      await readCounters()
      await sourcesFirst(halt)
    } catch (e) {
      interrupt(e)
    }
    await done
  }
  return {
    plan,
    ...about,
    counters: snapshot,
    done,
    stop: () => (stop ??= drain()),
    async abort() {
      interrupt(new Aborted())
      await quietly(done)
    },
    result: () => finished,
  }
}

/** The user's wish, not a failure of a space. */
class Aborted extends Error {
  readonly error = new StreamlineError('SL_INTERRUPTED', 'the request was aborted')
}
