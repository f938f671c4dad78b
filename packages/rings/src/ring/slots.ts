import { StreamlineError } from '@netstreamline/core'

import { SLOT, SLOT_STATE, STRATEGY, type Strategy, TABLE, WORD } from '../format.js'
import { distance, loadPosition, resetPosition } from '../position.js'
import type { RingArea } from './area.js'

/** First word of a slot. */
export const slotAt = (area: RingArea, slot: number): number => area.slot0 + slot * SLOT.words

/** A reader's place in the table. */
export interface Claim {
  readonly slot: number
  readonly epoch: number
}

/** Step 1 of joining (ring format, "Joining"): a free slot, which holds nobody back yet. @throws SL_RING_FULL */
export const claimSlot = (area: RingArea, pid: number): Claim => {
  for (let slot = 0; slot < area.slots; slot++) {
    const at = slotAt(area, slot)
    if (Atomics.compareExchange(area.words, at + SLOT.state, SLOT_STATE.free, SLOT_STATE.claimed) !== SLOT_STATE.free) {
      continue
    }
    const epoch = (Atomics.add(area.words, at + SLOT.epoch, 1) + 1) | 0
    area.words[at + SLOT.held] = 0
    area.words[at + SLOT.pid] = pid
    return { slot, epoch }
  }
  throw new StreamlineError('SL_RING_FULL', `ring ${area.id} has ${area.slots} readers already, its limit`, {
    hint: 'Wait until one leaves, or make the ring with a larger maxReaders (at most 32).',
    ring: area.id,
    limit: area.slots,
  })
}

/** What a reader is told whose slot was taken away. */
export const evicted = (area: RingArea, slot: number): StreamlineError =>
  new StreamlineError('SL_RING_EVICTED', `ring ${area.id} has given this reader up`, {
    hint: 'Its slot was taken, because its process was thought dead or it broke the rules of the format. Join again.',
    ring: area.id,
    slot,
  })

/**
 * Steps 1 (rest) to 4: makes a claimed slot active; the position at which its reader begins. Call `countJoined` when that
 * is settled. @throws SL_RING_EVICTED
 */
export const activateSlot = (
  area: RingArea,
  claim: Claim,
  about: { strategy: Strategy; wakeMode: number; from: 'live' | 'oldest' },
): number => {
  const { words } = area
  const at = slotAt(area, claim.slot)
  words[at + SLOT.strategy] = STRATEGY[about.strategy]
  words[at + SLOT.wakeMode] = about.wakeMode
  words.fill(0, at + SLOT.counters, at + SLOT.words)
  resetPosition(words, at + SLOT.position, loadPosition(words, WORD.producer))
  // Not if it was taken away meanwhile.
  const was = Atomics.compareExchange(words, at + SLOT.state, SLOT_STATE.claimed, SLOT_STATE.active)
  if (was !== SLOT_STATE.claimed || Atomics.load(words, at + SLOT.epoch) !== claim.epoch)
    throw evicted(area, claim.slot)
  // A ring that overwrites keeps no tail: there everything begins at what comes next.
  const oldest = about.from === 'oldest' && area.strategy !== 'frp'
  const position = loadPosition(words, oldest ? WORD.tail : WORD.producer)
  resetPosition(words, at + SLOT.position, position)
  return position
}

/** The reader is there. Not before it has stated its position: a producer that waits for readers writes from now on. */
export const countJoined = (area: RingArea): void => {
  Atomics.add(area.words, area.table + TABLE.joined, 1)
}

/** Takes a slot away from the reader of `epoch`; false when it had already gone. */
export const evictSlot = (area: RingArea, slot: number, epoch: number): boolean => {
  const at = slotAt(area, slot)
  const { words } = area
  if (Atomics.load(words, at + SLOT.epoch) !== epoch) return false
  const active = Atomics.compareExchange(words, at + SLOT.state, SLOT_STATE.active, SLOT_STATE.free)
  const claimed =
    active === SLOT_STATE.active
      ? SLOT_STATE.free
      : Atomics.compareExchange(words, at + SLOT.state, SLOT_STATE.claimed, SLOT_STATE.free)
  if (active !== SLOT_STATE.active && claimed !== SLOT_STATE.claimed) return false
  Atomics.add(words, at + SLOT.epoch, 1)
  Atomics.and(words, area.table + TABLE.sleepers, ~(1 << slot))
  return true
}

/** What a look at the table finds: who is furthest behind, and whose slots make no sense. */
export interface Scan {
  /** Bytes behind `published` up to which nothing may be overwritten, 0..span. */
  behind: number
  /** Slots that do not keep to the format, with their epochs. */
  readonly bad: Claim[]
}

/** Step 2 of a renewal of the tail (ring format, "Who holds the producer back"). */
export const scanSlots = (area: RingArea, published: number, into: Scan): Scan => {
  const { words, span, recordBytes, kind } = area
  into.behind = 0
  into.bad.length = 0
  let medium = false
  for (let slot = 0; slot < area.slots; slot++) {
    const at = slotAt(area, slot)
    if (Atomics.load(words, at + SLOT.state) !== SLOT_STATE.active) continue
    const strategy = words[at + SLOT.strategy]
    if (strategy === STRATEGY.mrp) medium = true
    if (strategy !== STRATEGY.srp) continue
    const epoch = Atomics.load(words, at + SLOT.epoch)
    let behind = -1
    try {
      const position = loadPosition(words, at + SLOT.position)
      const place = kind === 'p' ? (position % area.capacity) % recordBytes : position % recordBytes
      if (place === 0) behind = distance(position, published)
    } catch {
      // Words that no writer leaves.
    }
    if (behind < 0 || behind > span) into.bad.push({ slot, epoch })
    else if (behind > into.behind) into.behind = behind
  }
  if (medium) {
    // R may be of any reader and any age: only its low word counts, and only if it is within the ring.
    const behind = ((published | 0) - Atomics.load(words, area.table + TABLE.shared)) >>> 0
    if (behind <= span && behind > into.behind) into.behind = behind
  }
  return into
}

/** Wakes the producer if it sleeps; the caller has just made room or gone. */
export const takeWriter = (area: RingArea): boolean =>
  Atomics.load(area.words, area.table + TABLE.writerSleeps) !== 0 &&
  Atomics.exchange(area.words, area.table + TABLE.writerSleeps, 0) !== 0

/** The published position, and the number of the block that comes next there; -1: not to be had just now. */
export const loadPublished = (words: Int32Array): { position: number; sequence: number } => {
  let position = 0
  for (let attempt = 0; attempt < 100; attempt++) {
    const after = Atomics.load(words, WORD.blocks)
    position = loadPosition(words, WORD.producer)
    // The counter is stored before the position, `blocks` after it: if they are equal, nothing happened in between.
    if (Atomics.load(words, WORD.producerCounters) === after) return { position, sequence: after >>> 0 }
  }
  return { position, sequence: -1 }
}

/** Has the ring ended or moved? */
export const stateOf = (area: RingArea): number => Atomics.load(area.words, WORD.state)

/** Are all slots free? Then the ring's memory can be given back, if its producer has gone too. */
export const isDeserted = (area: RingArea): boolean => {
  for (let slot = 0; slot < area.slots; slot++) {
    if (Atomics.load(area.words, slotAt(area, slot) + SLOT.state) !== SLOT_STATE.free) return false
  }
  return true
}

/**
 * Keeps the places of readers in the ring that follows: same numbers and epochs, at position 0, `held`. So a reader
 * can tell its own place from one that somebody else has claimed in the new ring.
 */
export const copySlots = (from: RingArea, to: RingArea): void => {
  for (let slot = 0; slot < from.slots; slot++) {
    const a = slotAt(from, slot)
    const b = slotAt(to, slot)
    const epoch = Atomics.load(from.words, a + SLOT.epoch)
    const state = Atomics.load(from.words, a + SLOT.state)
    to.words[b + SLOT.epoch] = epoch
    if (state === SLOT_STATE.free) continue
    to.words[b + SLOT.strategy] = from.words[a + SLOT.strategy]!
    to.words[b + SLOT.pid] = from.words[a + SLOT.pid]!
    to.words[b + SLOT.wakeMode] = from.words[a + SLOT.wakeMode]!
    to.words[b + SLOT.held] = 1
    Atomics.store(to.words, b + SLOT.state, state)
  }
  Atomics.store(to.words, to.table + TABLE.joined, Atomics.load(from.words, from.table + TABLE.joined))
}

/** State of the place that the producer keeps in `next` for the reader of `claim`; free: it keeps none. */
export const heldSlot = (next: RingArea, claim: Claim): number => {
  if (claim.slot >= next.slots) return SLOT_STATE.free
  const at = slotAt(next, claim.slot)
  const state = Atomics.load(next.words, at + SLOT.state)
  const isOurs = Atomics.load(next.words, at + SLOT.epoch) === claim.epoch && next.words[at + SLOT.held] === 1
  return isOurs ? state : SLOT_STATE.free
}
