import { SLOT, TABLE, WAKE } from '../format.js'
import { platform } from '../platform.js'
import type { RingArea } from './area.js'
import { slotAt } from './slots.js'

/**
 * How the ends of rings sleep and wake each other (§5). One for the threads of a process is {@link localWakes}; what
 * shares rings between processes brings its own.
 */
export interface Wakes {
  /** `wakeMode` of an end that sleeps as in `sleep`, and of one in an event loop if that is another. */
  readonly mode: number
  readonly loopMode?: number
  /** Wakes the readers whose bits are set; their `wake` words have to change. */
  wakeReaders(area: RingArea, mask: number): void
  wakeWriter(area: RingArea): void
  /** Sleeps while word `at` is `expected`, at most `ms`; the thread stands still. */
  sleep(area: RingArea, at: number, expected: number, ms: number): void
  /** The same for an event loop; may come back early. */
  wait(area: RingArea, at: number, expected: number, ms: number): Promise<void>
  /** Ends a `wait` of this event loop on word `at`, whatever that is. */
  stir(area: RingArea, at: number): void
  /** Wakes sleepers after `micros` microseconds, whatever this thread does; undefined: nobody can promise that here. */
  later?(area: RingArea, micros: number): void
}

type WaitAsync = (
  words: Int32Array,
  at: number,
  expected: number,
  ms: number,
) => { async: boolean; value: Promise<unknown> | string }
const waitAsync = (Atomics as unknown as { waitAsync?: WaitAsync }).waitAsync
const isShared = (buffer: unknown): boolean =>
  platform.SharedArrayBuffer !== undefined && buffer instanceof platform.SharedArrayBuffer

/** Who waits in this thread, by word; only where the platform cannot wait by itself. */
const waiting = new WeakMap<object, Map<number, () => void>>()

const wake = (area: RingArea, at: number): void => {
  const { words } = area
  if (isShared(words.buffer)) Atomics.notify(words, at)
  const callbacks = waiting.get(words.buffer)
  const key = words.byteOffset + 4 * at
  const callback = callbacks?.get(key)
  if (callback === undefined) return
  callbacks!.delete(key)
  callback()
}

/** An event loop ends when nobody keeps it; a reader that waits for a thread does. */
const keepAlive = async (sleep: Promise<unknown>): Promise<void> => {
  const timer = platform.setInterval(() => {}, 2 ** 30)
  try {
    await sleep
  } finally {
    platform.clearInterval(timer)
  }
}

/** Sleeping and waking among the threads of a process, by `Atomics`. */
export const localWakes: Wakes = {
  mode: WAKE.notify,
  wakeReaders(area, mask) {
    for (let slot = 0; slot < area.slots; slot++) {
      if ((mask & (1 << slot)) === 0) continue
      const at = slotAt(area, slot) + SLOT.wake
      Atomics.add(area.words, at, 1)
      wake(area, at)
    }
  },
  wakeWriter(area) {
    wake(area, area.table + TABLE.writerSleeps)
  },
  stir(area, at) {
    wake(area, at)
  },
  sleep({ words }, at, expected, ms) {
    Atomics.wait(words, at, expected, ms)
  },
  async wait(area, at, expected, ms) {
    const { words } = area
    if (waitAsync !== undefined && isShared(words.buffer)) {
      const result = waitAsync(words, at, expected, ms)
      if (result.async) await keepAlive(result.value as Promise<unknown>)
      return
    }
    if (Atomics.load(words, at) !== expected) return
    await keepAlive(
      new Promise<void>((done) => {
        const key = words.byteOffset + 4 * at
        const map = waiting.get(words.buffer) ?? new Map<number, () => void>()
        waiting.set(words.buffer, map)
        map.set(key, done)
        // Shared memory, but no waitAsync (older browsers): another thread cannot call back, so look again.
        const most = isShared(words.buffer) ? Math.min(ms, 4) : ms
        if (most < 2 ** 31) platform.setTimeout(done, most)
      }),
    )
  },
}
