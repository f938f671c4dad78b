import { SLOT, WAKE } from '../format.js'
import type { NativeArea } from '../native/types.js'
import { platform } from '../platform.js'
import type { RingArea } from '../ring/area.js'
import { slotAt } from '../ring/slots.js'
import { localWakes, type Wakes } from '../ring/wakes.js'

/** Which of the readers in `mask` sleep on `Atomics`: threads of this process that were given the arena. */
const localOnes = (area: RingArea, mask: number): number => {
  let local = 0
  for (let slot = 0; slot < area.slots; slot++) {
    const bit = 1 << slot
    if ((mask & bit) !== 0 && area.words[slotAt(area, slot) + SLOT.wakeMode] === WAKE.notify) local |= bit
  }
  return local
}

/** One who sleeps in the event loop at a time; the doorbell of an area wakes it. */
class LoopSleeper {
  private resolve: (() => void) | undefined
  private readonly native: NativeArea

  constructor(native: NativeArea) {
    this.native = native
    native.onSignal(() => this.resolve?.())
  }

  stir(): void {
    this.resolve?.()
  }

  async sleep(words: Int32Array, at: number, expected: number, ms: number): Promise<void> {
    let timer: unknown
    await new Promise<void>((done) => {
      this.resolve = done
      // Rung before: the word has changed, and the bell does not ring again.
      if (Atomics.load(words, at) !== expected || this.native.status[0] === 1) done()
      else {
        this.native.hold(true)
        if (ms < 2 ** 31) timer = platform.setTimeout(done, ms)
      }
    })
    this.resolve = undefined
    if (timer !== undefined) platform.clearTimeout(timer)
    this.native.hold(false)
  }
}

/**
 * Sleeping and waking between processes (ring-sharing.md): futexes for threads that stand still, a doorbell for event
 * loops. `natives` knows the native side of every area that an end uses.
 */
export const nativeWakes = (natives: Map<RingArea, NativeArea>): Wakes => {
  const sleepers = new WeakMap<NativeArea, LoopSleeper>()
  return {
    mode: WAKE.futex,
    loopMode: WAKE.eventfd,
    wakeReaders(area, mask) {
      natives.get(area)?.wakeReaders(mask)
      const local = localOnes(area, mask)
      if (local !== 0) localWakes.wakeReaders(area, local)
    },
    wakeWriter(area) {
      natives.get(area)?.wakeWriter()
    },
    stir(area) {
      const native = natives.get(area)
      if (native !== undefined) sleepers.get(native)?.stir()
    },
    sleep(area, at, expected, ms) {
      natives.get(area)?.wait(at * 4, expected, ms)
    },
    async wait(area, at, expected, ms) {
      const native = natives.get(area)
      if (native === undefined) return
      let sleeper = sleepers.get(native)
      if (sleeper === undefined) {
        sleeper = new LoopSleeper(native)
        sleepers.set(native, sleeper)
      }
      await sleeper.sleep(area.words, at, expected, ms)
    },
    later(area, micros) {
      natives.get(area)?.signalLater(micros)
    },
  }
}
