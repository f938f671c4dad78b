import { StreamlineError } from '@netstreamline/core'
import { TABLE } from '../format.js'
import { platform } from '../platform.js'
import type { RingArea } from '../ring/area.js'
import { localWakes } from '../ring/wakes.js'

/** Nothing sleeps longer than this in one go, so that whoever was closed or whose wake-up got lost notices, ms. */
export const SLICE = 1000

/** How often an end looks that waits for two things at once, of which only one could wake it, ms. */
export const LOOK = 1

/**
 * Rings without a reader table sleep on a word of the header, which is 1 meanwhile. `localWakes` can do that if it is
 * shown that word where a table has `writerSleeps`.
 */
const wordAsTable = (words: Int32Array, at: number): RingArea =>
  ({ words, table: at - TABLE.writerSleeps }) as unknown as RingArea

/** Sleeps while the word is 1, at most `ms`; the thread stands still. */
export const sleepOnSync = (words: Int32Array, at: number, ms: number): void =>
  localWakes.sleep(wordAsTable(words, at), at, 1, ms)

/** The same for an event loop; may come back early. */
export const sleepOn = (words: Int32Array, at: number, ms: number): Promise<void> =>
  localWakes.wait(wordAsTable(words, at), at, 1, ms)

/** Wakes who sleeps on that word; it has to be something else than 1 by now. */
export const wakeAt = (words: Int32Array, at: number): void => localWakes.wakeWriter(wordAsTable(words, at))

let idle: Int32Array | undefined

/** The thread stands still for `ms`. */
export const pauseSync = (ms: number): void => {
  idle ??= new Int32Array(new platform.SharedArrayBuffer!(4))
  Atomics.wait(idle, 0, 0, ms)
}

export const pause = (ms: number): Promise<void> =>
  new Promise((done) => {
    platform.setTimeout(done, ms)
  })

/** Runs a sleep of this thread, and says what to do where threads must not sleep. @throws SL_USAGE */
export const blocking = (buffer: ArrayBuffer | SharedArrayBuffer, sleep: () => void): void => {
  const isShared = platform.SharedArrayBuffer !== undefined && buffer instanceof platform.SharedArrayBuffer
  if (!isShared) {
    throw new StreamlineError('SL_USAGE', 'a thread that waits here would wait for ever: its memory is not shared', {
      hint: 'Use the methods that return promises.',
    })
  }
  try {
    sleep()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new StreamlineError('SL_USAGE', 'this thread must not sleep', {
      hint: "On a browser's main thread use the methods that return promises.",
    })
  }
}
