import type { StreamlineError } from '@netstreamline/core'
import { loadCounter, storeCounter } from './counters.js'
import { WORD } from './format.js'
import { corrupted, type RingMemory } from './header.js'
import { advance, distance, loadPosition, resetPosition, storePosition } from './position.js'

/** The reading end of a ring's positions. Like {@link Producer} it believes only its own copy of them. */
export class Consumer {
  /** Low word of the next byte to read. Released up to `released`; readable up to `producer`. */
  low: number
  released: number
  producer: number
  /** Absolute position that `released` is the low word of. */
  base: number
  /** Counters, continued from the last reader: records read, records or positions found wrong, sleeps, wake-ups of a writer that waited for room. */
  records: number
  corruptions: number
  sleeps: number
  wakesSent: number
  wakesSkipped: number
  readonly memory: RingMemory
  readonly words: Int32Array
  readonly capacity: number
  /** Everything in a ring begins at a multiple of this (a power of two). */
  private readonly align: number
  private dueWake = false
  broken: StreamlineError | undefined

  /** Continues where the last reader has released. @throws SL_RING when the positions contradict each other. */
  constructor(memory: RingMemory, align: number) {
    this.memory = memory
    this.words = memory.words
    this.capacity = memory.capacity
    this.align = align
    this.base = loadPosition(this.words, WORD.consumer)
    const producer = loadPosition(this.words, WORD.producer)
    if (distance(this.base, producer) > this.capacity || this.base % align !== 0) {
      throw corrupted('the positions in the ring header contradict each other', { ring: memory.id })
    }
    resetPosition(this.words, WORD.consumer, this.base)
    const counter = (n: number): number => loadCounter(this.words, WORD.consumerCounters + 2 * n)
    this.records = counter(0)
    this.corruptions = counter(1)
    this.sleeps = counter(2)
    this.wakesSent = counter(3)
    this.wakesSkipped = counter(4)
    this.low = this.released = this.base | 0
    this.producer = this.low
  }

  /**
   * Looks for more, and first gives back what was read. False: nothing new.
   * @throws SL_RING when the writer's position is impossible; the ring then stays unusable.
   */
  refill(): boolean {
    if (this.broken) throw this.broken
    if (this.low !== this.released) this.giveBack()
    const producer = Atomics.load(this.words, WORD.producer)
    const bytes = (producer - this.low) >>> 0
    if (bytes > this.capacity || (bytes & (this.align - 1)) !== 0) {
      this.corrupt('its writer is where no writer can be')
    }
    this.producer = producer
    return bytes > 0
  }

  private giveBack(): void {
    const next = advance(this.base, (this.low - this.released) >>> 0)
    storePosition(this.words, WORD.consumer, this.base, next)
    this.base = next
    this.released = this.low
    storeCounter(this.words, WORD.consumerCounters, this.records)
    if (Atomics.load(this.words, WORD.writerSleeps) !== 0 && Atomics.exchange(this.words, WORD.writerSleeps, 0) !== 0) {
      this.dueWake = true
      storeCounter(this.words, WORD.consumerCounters + 6, ++this.wakesSent)
    } else storeCounter(this.words, WORD.consumerCounters + 8, ++this.wakesSkipped)
  }

  /** Gives back what was read. True when the writer sleeps for want of room and the caller must wake it. */
  release(): boolean {
    if (this.low !== this.released) this.giveBack()
    const due = this.dueWake
    this.dueWake = false
    return due
  }

  /**
   * Says that the reader is about to sleep. False: something has come meanwhile, do not sleep.
   *
   * No wake-up is lost: all four accesses are sequentially consistent. Either the writer's load of the flag comes
   * after this store, and it wakes us; or before it, and then its earlier store of the position comes before our
   * load of the position here, and we do not sleep.
   */
  arm(): boolean {
    Atomics.store(this.words, WORD.readerSleeps, 1)
    if (this.low === this.producer && !this.refill()) {
      storeCounter(this.words, WORD.consumerCounters + 4, ++this.sleeps)
      return true
    }
    Atomics.store(this.words, WORD.readerSleeps, 0)
    return false
  }

  /** Counts something wrong that the reader can step over. */
  count(): void {
    storeCounter(this.words, WORD.consumerCounters + 2, ++this.corruptions)
  }

  /** Ends this end for good: nothing is known to be readable any more, so that each further use throws. */
  corrupt(what: string): never {
    this.count()
    this.low = this.producer = this.released
    this.broken = corrupted(`ring ${this.memory.id} is corrupt: ${what}`, { ring: this.memory.id })
    throw this.broken
  }
}
