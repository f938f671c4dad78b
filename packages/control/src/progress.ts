import type { RunResult } from './result.js'
import type { Running } from './run.js'

/** Milliseconds between two reports. */
const PERIOD = 250
/** Longest time that timers can wait. */
const MAX_WAIT = 2 ** 31 - 1

/** How far a request has come. */
export interface Progress {
  /** Since activation. */
  readonly seconds: number
  /** What the sources have handed on. */
  readonly blocks: number
  readonly bytes: number
  /** Bytes that the sources have read of `size`, where they count that (counter `bytesRead`); else `bytes`. */
  readonly position: number
  /** Bytes that the sources will read, where all of them know. */
  readonly size?: number
  readonly result: RunResult
}

const progressOf = ({ plan, size }: Running, result: RunResult): Progress => {
  const fed = new Set(plan.edges.map(({ to }) => to))
  const sources = result.nodes.filter((_, v) => !fed.has(v))
  const sum = (value: (node: (typeof sources)[number]) => number) => sources.reduce((all, node) => all + value(node), 0)
  return {
    seconds: result.duration,
    blocks: sum((node) => node.blocksOut),
    bytes: sum((node) => node.bytesOut),
    position: sum((node) => node.counters['bytesRead'] ?? node.bytesOut),
    ...(size !== undefined && { size }),
    result,
  }
}

interface Watched {
  readonly signal?: AbortSignal
  readonly for?: number
  onProgress?(progress: Progress): void
}

/** Waits for a request's end, reports on the way, and stops it in order when its time is over or the signal says so. */
export const watch = async (running: Running, { signal, for: limit, onProgress }: Watched): Promise<RunResult> => {
  const stop = () => void running.stop().catch(() => {}) // `result` rejects with the same
  const deadline = limit === undefined ? undefined : setTimeout(stop, Math.min(limit, MAX_WAIT))
  signal?.addEventListener('abort', stop, { once: true })
  if (signal?.aborted) stop()
  let asking = false
  const report = async () => {
    if (asking) return
    asking = true
    const result = await running.counters()
    asking = false
    onProgress?.(progressOf(running, result))
  }
  // Who throws in the callback gets no further reports; the request goes on.
  const ticking = onProgress && setInterval(() => void report().catch(() => clearInterval(ticking)), PERIOD)
  try {
    return await running.result()
  } finally {
    clearTimeout(deadline)
    clearInterval(ticking)
    signal?.removeEventListener('abort', stop)
  }
}
