import { StreamlineError } from '@netstreamline/core'

import { SLOT, SLOT_STATE, STRATEGY, type Strategy, TABLE, WORD } from '../format.js'
import { distance, loadPosition, resetPosition } from '../position.js'
import type { RingArea } from './area.js'

/** First word of a slot. */
export const slotAt = (area: RingArea, slot: number): number => area.slot0 + slot * SLOT.words

/** A reader's place in the table. */
export interface Claim {
  /** Id of the ring that it joined. */
  readonly ring: number
  readonly slot: number
  /** Odd; even ones are of slots without a reader. */
  readonly epoch: number
}

/** Step 1 of joining (ring format, "Joining"): a free slot, which holds nobody back yet. @throws SL_RING_FULL */
export const claimSlot = (area: RingArea, pid: number): Claim => {
  const { words } = area
  for (let slot = 0; slot < area.slots; slot++) {
    const at = slotAt(area, slot)
    if (Atomics.compareExchange(words, at + SLOT.state, SLOT_STATE.free, SLOT_STATE.claimed) !== SLOT_STATE.free) {
      continue
    }
    const epoch = (Atomics.load(words, at + SLOT.epoch) + 1) | 1
    // In this order: who sees the new epoch sees that the place is not kept for anybody.
    Atomics.store(words, at + SLOT.held, 0)
    Atomics.store(words, at + SLOT.epoch, epoch)
    words[at + SLOT.pid] = pid
    return { ring: area.id, slot, epoch }
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

/** Steps 2 to 5: makes a claimed slot active; the position at which its reader begins. @throws SL_RING_EVICTED */
export const activateSlot = (
  area: RingArea,
  claim: Claim,
  about: { strategy: Strategy; wakeMode: number; from: 'live' | 'oldest' },
): number => {
  const { words } = area
  const at = slotAt(area, claim.slot)
  const turn = (from: number, to: number): void => {
    // Not if it was taken away meanwhile.
    const was = Atomics.compareExchange(words, at + SLOT.state, from, to)
    if (was !== from || Atomics.load(words, at + SLOT.epoch) !== claim.epoch) throw evicted(area, claim.slot)
  }
  words[at + SLOT.strategy] = STRATEGY[about.strategy]
  words[at + SLOT.wakeMode] = about.wakeMode
  words.fill(0, at + SLOT.counters, at + SLOT.words)
  turn(SLOT_STATE.claimed, SLOT_STATE.joining)
  // A ring that overwrites keeps no tail: there everything begins at what comes next.
  const oldest = about.from === 'oldest' && area.strategy !== 'frp'
  const position = loadPosition(words, oldest ? WORD.tail : WORD.producer)
  resetPosition(words, at + SLOT.position, position)
  turn(SLOT_STATE.joining, SLOT_STATE.active)
  Atomics.add(words, area.table + TABLE.joined, 1)
  return position
}

/**
 * Ends an epoch of a slot: its reader leaves, or somebody evicts it. Only one can; false: it had ended before. From now
 * on the slot holds nobody back. Then wake the producer, and last {@link freeSlot}.
 */
export const endEpoch = (area: RingArea, { slot, epoch }: Claim): boolean => {
  const { words } = area
  if (Atomics.compareExchange(words, slotAt(area, slot) + SLOT.epoch, epoch, (epoch + 1) | 0) !== epoch) return false
  // Before the slot is free: the bit may be the next reader's then.
  Atomics.and(words, area.table + TABLE.sleepers, ~(1 << slot))
  return true
}

/** The last access of who has ended its epoch: the next reader may come, or the memory go. */
export const freeSlot = (area: RingArea, slot: number): void => {
  Atomics.store(area.words, slotAt(area, slot) + SLOT.state, SLOT_STATE.free)
}

/** Has the reader of `claim` ended its epoch, but not freed its slot? Then the next reader has not come yet. */
const isLeaving = ({ words }: RingArea, at: number, { epoch }: Claim): boolean => {
  const ended = (epoch + 1) | 0
  if (Atomics.load(words, at + SLOT.epoch) !== ended) return false
  const state = Atomics.load(words, at + SLOT.state)
  if (state !== SLOT_STATE.active && state !== SLOT_STATE.joining) return false
  return Atomics.load(words, at + SLOT.epoch) === ended
}

/**
 * Takes a slot away from the reader of `claim`, which is dead, or breaks the rules; false when it had left. Whoever
 * evicts the dead must wake the producer then, whether it sleeps or not: the dead one may have been about to.
 */
export const evictSlot = (area: RingArea, claim: Claim): boolean => {
  const isEvicted = endEpoch(area, claim)
  if (!isEvicted) {
    // It may have died while it left.
    if (!isLeaving(area, slotAt(area, claim.slot), claim)) return false
    Atomics.and(area.words, area.table + TABLE.sleepers, ~(1 << claim.slot))
  }
  freeSlot(area, claim.slot)
  return isEvicted
}

/** Is, or was until it left, the place in `next` kept for the reader of `claim`? */
export const wasHeld = (next: RingArea, { slot, epoch }: Claim): boolean => {
  const at = slotAt(next, slot)
  const now = Atomics.load(next.words, at + SLOT.epoch)
  return (now === epoch || now === ((epoch + 1) | 0)) && Atomics.load(next.words, at + SLOT.held) === 1
}

/** What a look at the table finds: who is furthest behind, and whose slots make no sense. */
export interface Scan {
  /** Bytes behind `published` up to which nothing may be overwritten, 0..span. */
  behind: number
  /** Somebody joins and has not said where: nothing more may be overwritten. */
  isJoining: boolean
  /** Slots that do not keep to the format. */
  readonly bad: Claim[]
}

/** Step 2 of a renewal of the tail (ring format, "Who holds the producer back"). */
export const scanSlots = (area: RingArea, published: number, into: Scan): Scan => {
  const { words, span, recordBytes, kind } = area
  into.behind = 0
  into.isJoining = false
  into.bad.length = 0
  let medium = -1
  for (let slot = 0; slot < area.slots; slot++) {
    const at = slotAt(area, slot)
    // First: whoever is evicted for what follows must be the one who wrote it.
    const epoch = Atomics.load(words, at + SLOT.epoch)
    if ((epoch & 1) === 0) continue
    const state = Atomics.load(words, at + SLOT.state)
    if (state !== SLOT_STATE.active && state !== SLOT_STATE.joining) continue
    const strategy = words[at + SLOT.strategy]
    if (strategy !== STRATEGY.srp && strategy !== STRATEGY.mrp) continue
    if (state === SLOT_STATE.joining) {
      if (strategy === STRATEGY.srp) into.isJoining = true
      continue
    }
    let behind = -1
    try {
      const position = loadPosition(words, at + SLOT.position)
      const place = kind === 'p' ? (position % area.capacity) % recordBytes : position % recordBytes
      if (place === 0) behind = distance(position, published)
    } catch {
      // Words that no writer leaves.
    }
    if (strategy === STRATEGY.mrp) medium = Math.max(medium, behind < 0 ? span : behind)
    else if (behind < 0 || behind > span) into.bad.push({ ring: area.id, slot, epoch })
    else if (behind > into.behind) into.behind = behind
  }
  if (medium >= 0) {
    // R may be of any reader and any age: only its low word counts, and only if it is within the ring. When all are past
    // it, it may be of one that has left, and nobody need ever store it again.
    const behind = ((published | 0) - Atomics.load(words, area.table + TABLE.shared)) >>> 0
    if (behind <= span) into.behind = Math.max(into.behind, Math.min(behind, medium))
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
    if ((epoch & 1) === 0 || state === SLOT_STATE.free) {
      to.words[b + SLOT.epoch] = (epoch + 1) & ~1
      continue
    }
    to.words[b + SLOT.epoch] = epoch
    to.words[b + SLOT.strategy] = from.words[a + SLOT.strategy]!
    to.words[b + SLOT.pid] = from.words[a + SLOT.pid]!
    to.words[b + SLOT.wakeMode] = from.words[a + SLOT.wakeMode]!
    to.words[b + SLOT.held] = 1
    Atomics.store(to.words, b + SLOT.state, state === SLOT_STATE.active ? state : SLOT_STATE.claimed)
  }
  Atomics.store(to.words, to.table + TABLE.joined, Atomics.load(from.words, from.table + TABLE.joined))
}

/** State of the place that the producer keeps in `next` for the reader of `claim`; free: it keeps none. */
export const heldSlot = (next: RingArea, claim: Claim): number => {
  if (claim.slot >= next.slots) return SLOT_STATE.free
  const at = slotAt(next, claim.slot)
  const state = Atomics.load(next.words, at + SLOT.state)
  if (Atomics.load(next.words, at + SLOT.epoch) !== claim.epoch) return SLOT_STATE.free
  return Atomics.load(next.words, at + SLOT.held) === 1 ? state : SLOT_STATE.free
}

/** After `state` of `from` is moved: gives up the places of those who left while their slots were copied. */
export const dropLeavers = (from: RingArea, to: RingArea): void => {
  for (let slot = 0; slot < from.slots; slot++) {
    const epoch = Atomics.load(to.words, slotAt(to, slot) + SLOT.epoch)
    const claim = { ring: from.id, slot, epoch }
    if (heldSlot(to, claim) !== SLOT_STATE.free && Atomics.load(from.words, slotAt(from, slot) + SLOT.epoch) !== epoch)
      evictSlot(to, claim)
  }
}

/** Has `area`, which has moved to `next`, readers for whom no place holds the producer back there? */
export const hasLatecomers = (area: RingArea, next: RingArea): boolean => {
  for (let slot = 0; slot < area.slots; slot++) {
    const at = slotAt(area, slot)
    const epoch = Atomics.load(area.words, at + SLOT.epoch)
    const state = Atomics.load(area.words, at + SLOT.state)
    if ((epoch & 1) === 0 || (state !== SLOT_STATE.active && state !== SLOT_STATE.joining)) continue
    if (heldSlot(next, { ring: area.id, slot, epoch }) !== SLOT_STATE.active) return true
  }
  return false
}
