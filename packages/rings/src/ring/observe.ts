import type { Arena } from '../arena.js'
import { loadCounter } from '../counters.js'
import {
  FIELD,
  PRODUCER_COUNTERS,
  READER_COUNTERS,
  RING_STATE,
  SLOT,
  SLOT_STATE,
  STRATEGY,
  type Strategy,
  TABLE,
  WORD,
} from '../format.js'
import type { RingDescriptor } from '../header.js'
import { distance, loadPosition } from '../position.js'
import { attachArea, type DBufKind, type RingArea } from './area.js'
import { slotAt } from './slots.js'

/** One reader, seen from outside. */
export interface ReaderReport {
  readonly slot: number
  readonly pid: number
  readonly strategy: Strategy | 'unknown'
  /** Absolute position up to which it has released, and bytes published behind it. */
  readonly position: number
  readonly lag: number
  readonly isAsleep: boolean
  readonly counters: Record<(typeof READER_COUNTERS)[number], number>
}

/** A ring with many readers, seen from outside at one moment. Sizes and positions in bytes. */
export interface RingReport extends RingDescriptor {
  readonly name: string
  readonly kind: DBufKind
  /** Process id of the producer, as it says. */
  readonly pid: number
  readonly capacity: number
  /** Bytes of each lap that are used now (pseudo-resizing). */
  readonly perceived: number
  readonly strategy: Strategy
  readonly state: 'open' | 'ended' | 'moved'
  /** Ring that follows, if it has moved. */
  readonly successor: number
  /** 0 all publications signal, 1 mitigated, 2 none (§5). */
  readonly level: number
  readonly producer: number
  /** Largest lag of its readers, of `span` bytes (d: of the index). */
  readonly fill: number
  readonly span: number
  readonly writerSleeps: boolean
  /** Readers that have ever joined. */
  readonly joined: number
  readonly counters: Record<(typeof PRODUCER_COUNTERS)[number], number>
  readonly readers: ReaderReport[]
}

const countersAt = <N extends string>(words: Int32Array, at: number, names: readonly N[]): Record<N, number> => {
  const counters: Partial<Record<N, number>> = {}
  names.forEach((name, i) => {
    counters[name] = loadCounter(words, at + 2 * i)
  })
  return counters as Record<N, number>
}

const nameOf = (words: Int32Array): string => {
  const bytes = new Uint8Array(words.buffer, words.byteOffset + FIELD.name * 4, 64)
  let name = ''
  // Whatever stands there goes to a terminal: no control characters.
  for (const byte of bytes) if (byte !== 0) name += byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '?'
  return name
}

const readerOf = (area: RingArea, slot: number): ReaderReport | undefined => {
  const { words } = area
  const at = slotAt(area, slot)
  if (Atomics.load(words, at + SLOT.state) !== SLOT_STATE.active) return undefined
  const position = loadPosition(words, at + SLOT.position)
  const producer = loadPosition(words, WORD.producer)
  const strategy = words[at + SLOT.strategy]
  return {
    slot,
    pid: words[at + SLOT.pid]! >>> 0,
    strategy: (['srp', 'mrp', 'frp'] as const).find((name) => STRATEGY[name] === strategy) ?? 'unknown',
    position,
    lag: distance(position, producer),
    isAsleep: (Atomics.load(words, area.table + TABLE.sleepers) & (1 << slot)) !== 0,
    counters: countersAt(words, at + SLOT.counters, READER_COUNTERS),
  }
}

/** The same of memory that has been checked already. @throws SL_RING when positions make no sense. */
export const observeArea = (area: RingArea): RingReport => {
  const { words, offset, kind, id, capacity, strategy, span } = area
  const readers: ReaderReport[] = []
  for (let slot = 0; slot < area.slots; slot++) {
    const reader = readerOf(area, slot)
    if (reader !== undefined) readers.push(reader)
  }
  const state = Atomics.load(words, WORD.state)
  return {
    name: nameOf(words),
    offset,
    kind,
    id,
    pid: words[FIELD.ownerPid]! >>> 0,
    capacity,
    perceived: words[WORD.perceived]! >>> 0,
    strategy,
    state: state === RING_STATE.open ? 'open' : state === RING_STATE.moved ? 'moved' : 'ended',
    successor: words[WORD.successor]! >>> 0,
    level: words[WORD.level]! >>> 0,
    producer: loadPosition(words, WORD.producer),
    fill: Math.min(
      span,
      readers.reduce((most, { lag }) => Math.max(most, lag), 0),
    ),
    span,
    writerSleeps: Atomics.load(words, area.table + TABLE.writerSleeps) !== 0,
    joined: Atomics.load(words, area.table + TABLE.joined) >>> 0,
    counters: countersAt(words, WORD.producerCounters, PRODUCER_COUNTERS),
    readers,
  }
}

/** Looks at a ring with many readers without taking part in it. @throws SL_RING when there is none. */
export const observeRing = (arena: Arena, descriptor: RingDescriptor): RingReport =>
  observeArea(attachArea(arena, descriptor))
