import type { Arena } from './arena.js'
import { CONSUMER_COUNTERS, FLAG_FRP, INDEX_BYTES, PRODUCER_COUNTERS, RECORD, WORD } from './format.js'
import { attachRing, type RingDescriptor } from './header.js'
import { distance, loadPosition } from './position.js'

/** Bytes of a record by kind of ring, as its header must state it. */
export const recordBytesOf = (kind: RingDescriptor['kind']): number =>
  kind === 'i' ? INDEX_BYTES : kind === 'v' ? RECORD.align : 1

/** Stores a counter (an integer below 2^53) as two words. Only its owner writes it, nobody decides by it. */
export const storeCounter = (words: Int32Array, at: number, value: number): void => {
  words[at] = value | 0
  words[at + 1] = (value / 2 ** 32) | 0
}

/** A counter as stored; whatever it says, nothing is decided by it. */
export const loadCounter = (words: Int32Array, at: number): number =>
  (words[at + 1]! >>> 0) * 2 ** 32 + (words[at]! >>> 0)

/** How many records stand before the published `position`, for a producer that takes over (ring format, "Death"). */
export const resumeCount = (words: Int32Array, position: number): number => {
  let count = loadCounter(words, WORD.producerCounters)
  // The one before died after it had counted what it did not come to publish.
  if (words[WORD.announced] !== (position | 0)) count -= (count - words[WORD.blocks]!) >>> 0
  if (count < 0) count = words[WORD.blocks]! >>> 0
  storeCounter(words, WORD.producerCounters, count)
  words[WORD.announced] = position
  Atomics.store(words, WORD.blocks, count | 0)
  return count
}

/** Reads a counter from outside; for a moment in every 2^32 it may be off by 2^32. */
export type RingCounters = Record<(typeof PRODUCER_COUNTERS)[number] | (typeof CONSUMER_COUNTERS)[number], number>

/** All counters in a ring's header. */
export const readCounters = (words: Int32Array): RingCounters => {
  const counters: Partial<RingCounters> = {}
  PRODUCER_COUNTERS.forEach((name, i) => {
    counters[name] = loadCounter(words, WORD.producerCounters + 2 * i)
  })
  CONSUMER_COUNTERS.forEach((name, i) => {
    counters[name] = loadCounter(words, WORD.consumerCounters + 2 * i)
  })
  return counters as RingCounters
}

/** What can be seen of a ring from outside, at one moment. Positions count bytes. */
export interface RingState extends RingDescriptor {
  readonly capacity: number
  readonly strategy: 'srp' | 'frp'
  readonly producer: number
  readonly consumer: number
  /** Published and not yet released; with `frp` at most the capacity. */
  readonly fill: number
  readonly readerSleeps: boolean
  readonly writerSleeps: boolean
  readonly counters: RingCounters
}

/** Looks at a ring without taking part in it. @throws SL_RING when its header is not one. */
export const inspectRing = (arena: Arena, descriptor: RingDescriptor): RingState => {
  const { words, capacity, flags, offset, kind, id } = attachRing(arena, descriptor, recordBytesOf(descriptor.kind))
  // Consumer first: it follows the producer, so the distance cannot come out negative.
  const consumer = loadPosition(words, WORD.consumer)
  const producer = loadPosition(words, WORD.producer)
  return {
    offset,
    kind,
    id,
    capacity,
    strategy: flags & FLAG_FRP ? 'frp' : 'srp',
    producer,
    consumer,
    fill: Math.min(capacity, distance(consumer, producer)),
    readerSleeps: Atomics.load(words, WORD.readerSleeps) !== 0,
    writerSleeps: Atomics.load(words, WORD.writerSleeps) !== 0,
    counters: readCounters(words),
  }
}
