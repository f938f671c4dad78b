import type { StreamlineError } from '@netstreamline/core'
import { loadCounter, resumeCount, storeCounter } from './counters.js'
import { WORD } from './format.js'
import { corrupted, type RingMemory } from './header.js'
import { advance, distance, loadPosition, resetPosition, storePosition } from './position.js'

/**
 * The writing end of a ring's positions; one per ring (§6). It believes only its own copy of them. What is written
 * shows when `publish` stores the new position, once per batch; who dies before that has written nothing.
 */
export class Producer {
  /** Low word of the next byte to write. Published up to `published`; reusable up to `consumer` + capacity. */
  low: number
  published: number
  consumer: number
  /** Absolute position that `published` is the low word of. */
  base: number
  /** Counters, continued from the last producer: records published, records the owner gave up, times the ring was full, wake-ups. */
  records: number
  dropped: number
  full: number
  wakesSent: number
  wakesSkipped: number
  readonly memory: RingMemory
  readonly words: Int32Array
  readonly capacity: number
  broken: StreamlineError | undefined

  /** Continues where the last producer has published. @throws SL_RING when the positions contradict each other. */
  constructor(memory: RingMemory, overwrites = false) {
    this.memory = memory
    this.words = memory.words
    this.capacity = memory.capacity
    const consumer = loadPosition(this.words, WORD.consumer)
    this.base = loadPosition(this.words, WORD.producer)
    if (!overwrites && distance(consumer, this.base) > this.capacity) {
      throw corrupted('the ring is fuller than it is large', { ring: memory.id })
    }
    resetPosition(this.words, WORD.producer, this.base)
    const counter = (n: number): number => loadCounter(this.words, WORD.producerCounters + 2 * n)
    this.records = resumeCount(this.words, this.base)
    this.dropped = counter(1)
    this.full = counter(2)
    this.wakesSent = counter(3)
    this.wakesSkipped = counter(4)
    this.low = this.published = this.base | 0
    this.consumer = consumer | 0
  }

  /** Absolute position of the low word `low`, at most a capacity after the published one. */
  position(low: number): number {
    return advance(this.base, (low - this.published) >>> 0)
  }

  /** Is there room for `bytes` more? Looks at the reader's word only when the last known one says no. */
  room(bytes: number): boolean {
    if (((this.low - this.consumer) >>> 0) + bytes <= this.capacity) return true
    return this.refresh(bytes)
  }

  private refresh(bytes: number): boolean {
    if (this.broken) throw this.broken
    const consumer = Atomics.load(this.words, WORD.consumer)
    if ((this.published - consumer) >>> 0 > this.capacity) this.corrupt('its reader is where no reader can be')
    this.consumer = consumer
    if (((this.low - consumer) >>> 0) + bytes <= this.capacity) return true
    storeCounter(this.words, WORD.producerCounters + 4, ++this.full)
    return false
  }

  /** Makes everything written visible. True when the reader sleeps and the caller must wake it. */
  publish(): boolean {
    if (this.low === this.published) return false
    const next = this.position(this.low)
    // In this order, so that whoever takes over can tell how many records the position stands for.
    this.words[WORD.announced] = this.low
    storeCounter(this.words, WORD.producerCounters, this.records)
    storePosition(this.words, WORD.producer, this.base, next)
    this.words[WORD.blocks] = this.records
    this.base = next
    this.published = this.low
    // The store above and this load are sequentially consistent; see `Consumer.arm` for the other half.
    if (Atomics.load(this.words, WORD.readerSleeps) !== 0 && Atomics.exchange(this.words, WORD.readerSleeps, 0) !== 0) {
      storeCounter(this.words, WORD.producerCounters + 6, ++this.wakesSent)
      return true
    }
    storeCounter(this.words, WORD.producerCounters + 8, ++this.wakesSkipped)
    return false
  }

  /** Counts records that the owner gave up because there was no room. */
  drop(records: number): void {
    this.dropped += records
    storeCounter(this.words, WORD.producerCounters + 2, this.dropped)
  }

  /** Says that the writer sleeps until there is room for `bytes`. False: there is room already, do not sleep. */
  arm(bytes: number): boolean {
    Atomics.store(this.words, WORD.writerSleeps, 1)
    if (!this.room(bytes)) return true
    Atomics.store(this.words, WORD.writerSleeps, 0)
    return false
  }

  /** Ends this end for good: no room is known any more, so that each further use throws. */
  corrupt(what: string): never {
    this.consumer = (this.low - this.capacity) | 0
    this.broken = corrupted(`ring ${this.memory.id} is corrupt: ${what}`, { ring: this.memory.id })
    throw this.broken
  }
}
