import { StreamlineError } from '@netstreamline/core'
import type { Arena } from '../arena.js'
import { loadCounter, storeCounter } from '../counters.js'
import { checkRange, createHotEnd, type HotEnd, isInside } from '../ends/ends.js'
import {
  RECORD_LENGTH,
  RECORD_MORE,
  RING_KIND,
  RING_STATE,
  SLOT,
  SLOT_STATE,
  STRATEGY,
  type Strategy,
  TABLE,
  WORD,
} from '../format.js'
import { corrupted } from '../header.js'
import { platform } from '../platform.js'
import { advance, distance, loadPosition, resetPosition, storePosition } from '../position.js'
import type { DBufKind, RingArea } from './area.js'
import {
  activateSlot,
  type Claim,
  claimSlot,
  endEpoch,
  evicted,
  evictSlot,
  freeSlot,
  heldSlot,
  loadPublished,
  slotAt,
  takeWriter,
} from './slots.js'
import { localWakes, type Wakes } from './wakes.js'

/** How a reader joins. */
export interface ReaderOptions {
  /** Default: that of the ring. A reader of a ring that overwrites is always frp. */
  readonly strategy?: Strategy
  /** `live` (default): what comes from now on. `oldest`: also what is still there. */
  readonly from?: 'live' | 'oldest'
  /** Process id, for people. */
  readonly pid?: number
}

/** How a reader gets the rings that follow, and what it is told of their producers. */
export interface ReaderAreas {
  /** The ring of that id, and the slot that somebody has claimed in it for this reader. @throws SL_RING */
  find(id: number): { area: RingArea; claim?: Claim }
  /** The reader has left this one. */
  free?(area: RingArea): void
  /** Has its producer died? */
  isGone?(area: RingArea): boolean
}

/** Open: more may come. Gone: the producer has died, and everything it published has been read. */
export type ReaderState = 'open' | 'ended' | 'gone' | 'evicted' | 'broken' | 'left'

/** Looks at the ring that a spinning reader leaves out after each, so that the producer may keep the line to itself. */
const REST = 8
/** Looked at instead: an atomic load is what takes least from a processor that shares its core with the producer. */
const restful = new Int32Array(1)
/** Rings that may follow each other while a reader stays where it is: more are no producer's. */
export const MOST_MOVES = 1000
/** Looks before an end sleeps: twice as many after they were worth it, else half as many. */
export const MOST_LOOKS = 2000
export const LEAST_LOOKS = 32

/**
 * One reader of a ring with many readers. `peek` shows the next block where it lies; `next` is done with it. What is
 * done is released, so that it may be overwritten, after an eighth of the ring, when nothing more is there, and by
 * `release`. An srp reader never loses a block. One that is mrp or frp asks `intact` after it has used a block.
 */
export class RingReader {
  /** Of the block that `peek` showed: offset in the arena (-1: none), bytes, number in the ring, is it continued? */
  offset = -1
  length = 0
  sequence = 0
  more = false
  /** Blocks and bytes lost (exact; bytes count the ring's own headers too). */
  lostBlocks = 0
  lostBytes = 0
  sleeps = 0
  state: ReaderState = 'open'
  area: RingArea
  readonly strategy: Strategy
  private readonly arena: Arena
  private readonly heap: Uint8Array
  /** Set when `readTo` was first used; null: this arena cannot have it, or blocks must be verified. */
  private hot: HotEnd | null | undefined
  private isHot = false
  private opened = 0
  private readonly wakes: Wakes
  private readonly areas: ReaderAreas
  private readonly lossy: boolean
  private readonly options: ReaderOptions
  private patience = MOST_LOOKS
  private readBlocks = 0
  private readBytes = 0
  private place: Claim
  private words: Int32Array
  private kind: DBufKind
  private at = 0
  private mask = 0
  private low = 0
  private known = 0
  private released = 0
  private base = 0
  private size = 0
  private cut = 0
  private expected = -1
  private data = 0
  private isTorn = false
  private wakesSent = 0
  private wakesSkipped = 0
  private corruptions = 0
  private error: StreamlineError | undefined

  /**
   * Joins. `claim`: a slot that somebody else has claimed for this reader; `invited`: its producer has made it active,
   * and this is the number of its first block.
   * @throws SL_RING_FULL, SL_RING_EVICTED, SL_RING
   */
  constructor(
    arena: Arena,
    area: RingArea,
    options: ReaderOptions,
    areas: ReaderAreas,
    wakes: Wakes = localWakes,
    claim?: Claim,
    invited?: number,
  ) {
    this.arena = arena
    this.heap = arena.bytes
    this.wakes = wakes
    this.areas = areas
    this.options = options
    this.strategy = area.strategy === 'frp' ? 'frp' : (options.strategy ?? area.strategy)
    this.lossy = this.strategy !== 'srp'
    this.area = area
    this.words = area.words
    this.kind = area.kind
    this.place = claim ?? claimSlot(area, options.pid ?? 0)
    if (invited === undefined) this.join(area)
    else this.takePlace(area, invited)
  }

  /** Blocks read. */
  get blocks(): number {
    if (this.isHot) this.settle()
    return this.readBlocks
  }

  /** Bytes of the blocks read. */
  get bytes(): number {
    if (this.isHot) this.settle()
    return this.readBytes
  }

  /** Its place in the table, for `RingWriter.evict`. */
  get claim(): Claim {
    return this.place
  }

  /** Absolute position of the block that `peek` showed, or of the next one. */
  get position(): number {
    if (this.isHot) this.settle()
    return advance(this.base, (this.low - this.released) >>> 0)
  }

  /** Bytes published and not read yet, of what positions count. */
  get lag(): number {
    return distance(this.position, loadPosition(this.words, WORD.producer))
  }

  /**
   * Arena offset of the next block, or -1 when there is none: then `state` says whether more may come.
   * @throws SL_RING when the ring's memory makes no sense, SL_RING_EVICTED when the producer has given this reader up.
   */
  peek(): number {
    if (this.isHot) this.settle()
    return this.offset >= 0 ? this.offset : this.load()
  }

  /** Done with the block that `peek` showed; the one after it, like `peek`. */
  next(): number {
    if (this.isHot) this.settle()
    if (this.offset < 0) return this.load()
    this.done(this.size, this.length)
    return this.load()
  }

  /** c: done with the first `bytes` of what `peek` showed. @throws SL_USAGE */
  consume(bytes: number): void {
    if (this.offset < 0 || this.kind !== 'c' || !(bytes >= 0 && bytes <= this.length)) {
      throw new StreamlineError('SL_USAGE', `cannot consume ${bytes} bytes of a block`, {
        hint: 'Only c rings are read in parts, and only what peek has shown.',
      })
    }
    this.done(bytes, bytes)
  }

  /** mrp, frp: was the block still whole just now? Ask after using it. False counts it as lost. */
  intact(): boolean {
    if (!this.lossy || this.offset < 0) return true
    if (this.isTorn) return false
    if (this.whole()) return true
    this.isTorn = true
    return false
  }

  /**
   * Copies the next block to `target` and is done with it; what was overwritten meanwhile is never returned. Bytes, or
   * -1 when there is none. Of a c ring as much as fits.
   * @throws SL_USAGE when the block is longer than `target`, SL_RING, SL_RING_EVICTED
   */
  read(target: Uint8Array): number {
    for (;;) {
      const at = this.peek()
      if (at < 0) return -1
      let { length, size } = this
      if (length > target.length) {
        if (this.kind !== 'c') this.tooLong(target.length)
        length = size = target.length
      }
      const { heap } = this
      if (length <= 24) for (let i = 0; i < length; i++) target[i] = heap[at + i]!
      else target.set(heap.subarray(at, at + length))
      const isWhole = this.intact()
      this.done(size, length)
      if (isWhole) return length
    }
  }

  /**
   * Like `read`, to `room` bytes of the arena from `offset` on: faster, since nothing of the block passes through
   * JavaScript. @throws like `read`, SL_USAGE for a place outside the arena
   */
  readTo(offset: number, room: number): number {
    if (this.isHot && isInside(this.heap, offset, room)) {
      const length = this.hot!.take(offset, room)
      if (length >= 0) return length
    }
    return this.readCold(offset, room)
  }

  /** Everything before the block that `peek` showed may be overwritten. */
  release(): void {
    if (this.isHot) this.settle()
    if (this.state !== 'open' && this.state !== 'evicted') return
    if (this.low !== this.released) {
      const at = this.at + SLOT.position
      const to = advance(this.base, (this.low - this.released) >>> 0)
      storePosition(this.words, at, this.base, to)
      if (this.strategy === 'mrp') this.share(this.base)
      this.base = to
      this.released = this.low
      this.count()
    }
    if (Atomics.load(this.words, this.at + SLOT.epoch) !== this.place.epoch) this.evicted()
    if (takeWriter(this.area)) {
      storeCounter(this.words, this.at + SLOT.counters + 10, ++this.wakesSent)
      this.wakes.wakeWriter(this.area)
    } else this.wakesSkipped++
  }

  /** Goes. What is unread stays unread. */
  leave(): void {
    this.depart(true)
  }

  /** Leaves; `everywhere`: gives up the places that are kept for it in the rings that follow, too. */
  protected depart(everywhere: boolean): void {
    if (this.state !== 'open') return
    this.offset = -1
    this.count()
    this.quit(everywhere)
    this.state = 'left'
  }

  /** Sleeps until something may have come, at most `ms`, after `spin` looks; not on a browser's main thread. */
  waitSync(ms = Number.POSITIVE_INFINITY, spin = 2000): void {
    if (this.peek() >= 0 || this.state !== 'open') return
    const looks = Math.min(spin, this.patience)
    for (let i = 0; i < looks; i += REST) {
      if (this.hasNews()) {
        this.patience = Math.min(2 * this.patience, MOST_LOOKS)
        return
      }
      for (let n = 0; n < REST; n++) Atomics.load(restful, 0)
    }
    // Whoever does not come in this time comes much later: then looking only takes time from others.
    this.patience = Math.max(this.patience >> 1, LEAST_LOOKS)
    const wake = this.at + SLOT.wake
    if (this.words[WORD.level] === 2) {
      this.wakes.sleep(this.area, wake, Atomics.load(this.words, wake), 0.05)
      if (this.hasNews()) return
    }
    const value = this.arm(this.wakes.mode)
    if (value === undefined) return
    this.wakes.sleep(this.area, wake, value, ms)
    this.disarm()
  }

  /** The same for an event loop. May come back early. */
  async wait(ms = Number.POSITIVE_INFINITY): Promise<void> {
    if (this.peek() >= 0 || this.state !== 'open') return
    if (this.words[WORD.level] === 2) {
      await new Promise<void>((done) => (platform.setImmediate ?? platform.setTimeout)(done, 0))
      if (this.state !== 'open' || this.hasNews()) return
    }
    const value = this.arm(this.wakes.loopMode ?? this.wakes.mode)
    if (value === undefined) return
    await this.wakes.wait(this.area, this.at + SLOT.wake, value, ms)
    if (this.state === 'open') this.disarm()
  }

  private readCold(offset: number, room: number): number {
    checkRange(this.heap, offset, room)
    this.hot = this.hot === undefined ? (createHotEnd(this.arena) ?? null) : this.hot
    const { hot } = this
    for (;;) {
      const at = this.peek()
      if (at < 0) return -1
      let { length, size } = this
      if (length > room) {
        if (this.kind !== 'c') this.tooLong(room)
        length = size = room
      }
      if (hot !== null) hot.copy(offset, at, length)
      else this.heap.copyWithin(offset, at, at + length)
      const isWhole = this.intact()
      this.done(size, length)
      if (!isWhole) continue
      if (hot !== null && !this.lossy && (this.expected >= 0 || this.kind === 'c')) this.open(hot)
      return length
    }
  }

  /** Opens a window in which nothing can come up but blocks: published, of one lap, and not due to be released. */
  private open(hot: HotEnd): void {
    const { kind, area, low } = this
    const { span } = area
    const at = low & (span - 1)
    const hasCut = (kind === 'c' || kind === 'p') && (low & -span) !== (this.known & -span)
    const lap = hasCut ? Math.min(this.cut, span) : span
    const bytes = Math.min((this.known - low) >>> 0, lap - at, (span >>> 3) - ((low - this.released) >>> 0))
    if (bytes <= 0) return
    const start = kind === 'd' ? area.offset + area.index * 4 : area.base
    if (kind === 'p') hot.slots(area.recordBytes)
    if (kind === 'd') hot.double(area.base, this.mask, 0, 0)
    this.opened = start + at
    hot.open(RING_KIND[kind], this.opened, this.opened + bytes, kind === 'c' ? 0 : this.expected, 0)
    this.isHot = true
  }

  /** Takes over what the hot end has read. */
  private settle(): void {
    this.isHot = false
    const hot = this.hot!
    const moved = hot.close() - this.opened
    if (moved === 0) return
    const from = this.kind === 'c' ? 0 : this.expected
    this.low = (this.low + moved) | 0
    this.readBlocks += (hot.sequence() - from) >>> 0
    this.readBytes += hot.bytes()
    if (this.kind !== 'c') this.expected = hot.sequence() >>> 0
  }

  private join(area: RingArea): void {
    const { strategy } = this
    const from = this.options.from ?? 'live'
    let start = activateSlot(area, this.place, { strategy, wakeMode: this.wakes.mode, from })
    const published = loadPublished(area.words)
    if (from === 'live' || start === published.position) {
      // Now it also knows which block comes first, and so what it may lose before it sees one.
      resetPosition(area.words, slotAt(area, this.place.slot) + SLOT.position, published.position)
      start = published.position
      this.expected = published.sequence
    }
    this.use(area, start)
    if (strategy === 'mrp') this.share(this.base)
    // A producer may be waiting for its first reader.
    if (takeWriter(area)) this.wakes.wakeWriter(area)
  }

  /** Takes a place that has held the producer back since it was made. */
  private takePlace(area: RingArea, sequence: number): void {
    const at = slotAt(area, this.place.slot)
    if (Atomics.load(area.words, at + SLOT.epoch) !== this.place.epoch) throw evicted(area, this.place.slot)
    area.words[at + SLOT.strategy] = STRATEGY[this.strategy]
    this.use(area, loadPosition(area.words, at + SLOT.position))
    this.expected = sequence >>> 0
  }

  private use(area: RingArea, position: number): void {
    this.area = area
    this.words = area.words
    this.kind = area.kind
    this.mask = area.capacity - 1
    this.at = slotAt(area, this.place.slot)
    this.base = position
    this.low = this.known = this.released = position | 0
    this.cut = area.capacity
    this.offset = -1
  }

  private done(size: number, length: number): void {
    this.low = (this.low + size) | 0
    this.offset = -1
    if (this.kind !== 'c') this.expected = (this.sequence + 1) >>> 0
    if (this.isTorn) {
      this.isTorn = false
      this.lostBlocks++
      this.lostBytes += length
    } else {
      this.readBlocks++
      this.readBytes += length
    }
    if ((this.low - this.released) >>> 0 >= this.area.span >>> 3) this.release()
  }

  private load(): number {
    if (this.error !== undefined) throw this.error
    if (this.state !== 'open') return -1
    try {
      for (;;) {
        if (this.low === this.known && !this.refresh()) return -1
        const { kind } = this
        const found = kind === 'v' ? this.loadRecord() : kind === 'd' ? this.loadEntry() : this.loadLap(kind)
        if (found) return this.offset
      }
    } catch (error) {
      throw this.fail(error)
    }
  }

  private loadRecord(): boolean {
    const at = this.low & this.mask
    const w = this.area.data + (at >> 2)
    const head = this.words[w]!
    const sequence = this.words[w + 1]! >>> 0
    if (this.lossy && !this.whole()) return this.lapped()
    const length = head & RECORD_LENGTH
    const size = (length + 15) & ~7
    if (size > (this.known - this.low) >>> 0 || at + size > this.area.capacity) {
      this.wrong(`a record of ${length} bytes cannot be there`)
    }
    if (head < 0) {
      if (at + size !== this.area.capacity || (head & RECORD_MORE) !== 0) this.wrong('padding stands before the end')
      this.low = (this.low + size) | 0
      return false
    }
    this.show(this.area.base + at + 8, head, size, sequence)
    return true
  }

  private loadLap(kind: 'p' | 'c'): boolean {
    const { mask, low, known, area } = this
    const at = low & mask
    const isLast = (low & ~mask) === (known & ~mask)
    if (!isLast) {
      const { cut } = this
      const isPossible =
        cut > 0 && cut <= area.capacity && (kind === 'c' || cut % area.recordBytes === 0 || cut === area.capacity)
      if (!isPossible || (cut < at && !this.lossy)) this.wrong('a lap ends where none can')
      if (at >= cut) {
        if (this.lossy && !this.whole()) return this.lapped()
        this.low = (low + area.capacity - at) | 0
        return false
      }
    }
    const rest = isLast ? (known - low) >>> 0 : this.cut - at
    if (kind === 'c') {
      if (this.lossy && !this.whole()) return this.lapped()
      this.offset = area.base + at
      this.length = this.size = rest
      return true
    }
    const w = area.data + (at >> 2)
    const head = this.words[w]!
    const sequence = this.words[w + 1]! >>> 0
    if (this.lossy && !this.whole()) return this.lapped()
    const length = head & RECORD_LENGTH
    const size = area.recordBytes
    if (size > rest || head < 0 || length + 8 > size) this.wrong(`a slot with ${length} bytes cannot be there`)
    this.show(area.base + at + 8, head, size, sequence)
    return true
  }

  private loadEntry(): boolean {
    const { area, words } = this
    const w = area.index + ((this.low & (area.span - 1)) >> 2)
    const place = words[w]!
    const high = words[w + 1]!
    const head = words[w + 2]!
    const sequence = words[w + 3]! >>> 0
    this.data = (place >>> 0) + (high & 0xfffff) * 2 ** 32
    if (this.lossy && !this.whole()) return this.lapped()
    const length = head & RECORD_LENGTH
    const at = place & this.mask
    if (head < 0 || at + length > area.capacity || high >>> 20 !== 0) this.wrong('an index entry points outside')
    this.show(area.base + at, head, 16, sequence)
    return true
  }

  private show(offset: number, head: number, size: number, sequence: number): void {
    const { expected } = this
    if (expected >= 0 && sequence !== expected) {
      if (!this.lossy) this.wrong('a block does not follow the one before')
      this.lostBlocks += (sequence - expected) >>> 0
    }
    this.sequence = sequence
    this.length = head & RECORD_LENGTH
    this.more = (head & RECORD_MORE) !== 0
    this.size = size
    this.offset = offset
  }

  /** Has the producer left the bytes at `low` alone until now? */
  private whole(): boolean {
    const { words, area } = this
    if (this.kind !== 'd') return distance(this.position, loadPosition(words, WORD.intent)) <= area.span
    return (
      distance(this.position, loadPosition(words, WORD.indexIntent)) <= area.span &&
      distance(this.data, loadPosition(words, WORD.intent)) <= area.capacity
    )
  }

  /** Goes on where blocks are whole (ring format, "Who holds the producer back"). Always false: look again. */
  private lapped(): false {
    const { words } = this
    const from = this.position
    const { position: producer, sequence } = loadPublished(words)
    const to = distance(this.keep(distance(from, producer), producer), producer)
    if (to === producer && sequence >= 0) {
      if (this.expected >= 0 && this.kind !== 'c') this.lostBlocks += (sequence - this.expected) >>> 0
      this.expected = sequence
    }
    this.lostBytes += distance(from, to)
    this.jump(to)
    this.known = producer | 0
    this.cut = Atomics.load(words, WORD.cut)
    return false
  }

  /**
   * Bytes behind the producer at which to go on. Half of the ring, or half of the way if that was overwritten, too:
   * each time less than before, so that it comes to an end. In v and c records begin nowhere that is known.
   */
  private keep(behind: number, producer: number): number {
    const { kind, area } = this
    if (kind === 'v' || kind === 'c') return 0
    const most = Math.min(behind, area.span) / 2
    const here = kind === 'd' ? most : Math.min(most, producer % area.capacity)
    return Math.floor(here / area.recordBytes) * area.recordBytes
  }

  private jump(to: number): void {
    this.low = to | 0
    this.released = this.low
    storePosition(this.words, this.at + SLOT.position, this.base, to)
    resetPosition(this.words, this.at + SLOT.position, to)
    this.base = to
    this.count()
  }

  /** Is there more than was known? Nothing: releases, and looks whether the ring has ended or moved. */
  private refresh(): boolean {
    const { words } = this
    if (this.look()) return true
    this.release()
    if (this.strategy === 'mrp') {
      this.share(this.base)
      if (takeWriter(this.area)) this.wakes.wakeWriter(this.area)
    }
    const state = Atomics.load(words, WORD.state)
    if (state === RING_STATE.open) {
      if (this.areas.isGone?.(this.area) !== true) return false
      if (this.look()) return true
      this.finish('gone')
      return false
    }
    // Once more: it may have been published between the two looks.
    if (this.look()) return true
    if (state === RING_STATE.moved) {
      this.follow()
      return this.refresh()
    }
    this.finish('ended')
    return false
  }

  private look(): boolean {
    const { words, area } = this
    if (this.lossy) {
      const producer = loadPosition(words, WORD.producer)
      this.known = producer | 0
      this.cut = Atomics.load(words, WORD.cut)
      if (distance(this.position, producer) > area.span) this.lapped()
      return this.low !== this.known
    }
    const known = Atomics.load(words, WORD.producer)
    if ((known - this.low) >>> 0 > area.span) this.wrong('the producer is where it cannot be')
    this.known = known
    if (this.kind === 'c' || this.kind === 'p') this.cut = Atomics.load(words, WORD.cut)
    return known !== this.low
  }

  private finish(state: 'ended' | 'gone'): void {
    if (this.lossy && this.kind !== 'c' && this.expected >= 0) {
      const published = loadCounter(this.words, WORD.producerCounters) >>> 0
      this.lostBlocks += (published - this.expected) >>> 0
    }
    this.count()
    this.quit(false)
    this.state = state
  }

  /** Goes to the ring that follows this one, where the producer holds a place for it. */
  private follow(): void {
    const old = this.area
    const { area: next, claim } = this.areas.find(Atomics.load(this.words, WORD.successor) >>> 0)
    const held = heldSlot(next, this.place)
    let { place } = this
    let start = 0
    if (held !== SLOT_STATE.active) {
      // It joined while the producer moved, or later: a new reader there, with what is still to be had. That is all
      // since it joined, as the producer keeps that until its slot here is free.
      if (held === SLOT_STATE.free) place = claim ?? claimSlot(next, this.options.pid ?? 0)
      start = activateSlot(next, place, { strategy: this.strategy, wakeMode: this.wakes.mode, from: 'oldest' })
      if (!this.lossy) this.expected = -1
    }
    this.quit(false)
    this.place = place
    this.areas.free?.(old)
    this.use(next, start)
    // The producer may have waited for it to come here.
    if (takeWriter(next)) this.wakes.wakeWriter(next)
  }

  /** Frees its slot, if it is still its own; `everywhere`: and those in the rings that follow. */
  private quit(everywhere: boolean): void {
    const { area, place } = this
    if (!endEpoch(area, place)) return
    if (everywhere) this.forsake()
    if (takeWriter(area)) this.wakes.wakeWriter(area)
    // Not before: while it is not free, neither this ring's memory can go nor that of those that follow.
    freeSlot(area, place.slot)
  }

  /** Gives up the places that the producer keeps for it where it has moved. */
  private forsake(): void {
    let { area } = this
    try {
      for (let moves = 0; moves < MOST_MOVES && Atomics.load(area.words, WORD.state) === RING_STATE.moved; moves++) {
        const { area: next, claim } = this.areas.find(Atomics.load(area.words, WORD.successor) >>> 0)
        if (heldSlot(next, this.place) !== SLOT_STATE.free) evictSlot(next, this.place)
        else if (claim !== undefined) evictSlot(next, claim)
        area = next
      }
      if (area !== this.area && takeWriter(area)) this.wakes.wakeWriter(area)
    } catch {
      // Its producer is dead, or the memory makes no sense: then there is nobody to hold back.
    }
  }

  /** R, of all mrp readers together (§6). Only its low word decides. */
  private share(position: number): void {
    const at = this.area.table + TABLE.shared
    const epoch = Math.floor(position / 2 ** 32)
    this.words[at + 1] = epoch
    this.words[at + 2] = epoch
    Atomics.store(this.words, at, position | 0)
  }

  private count(): void {
    const at = this.at + SLOT.counters
    storeCounter(this.words, at, this.readBlocks)
    storeCounter(this.words, at + 14, this.readBytes)
    storeCounter(this.words, at + 12, this.wakesSkipped)
    if (this.lossy) {
      storeCounter(this.words, at + 2, this.lostBlocks)
      storeCounter(this.words, at + 4, this.lostBytes)
    }
  }

  private hasNews(): boolean {
    return Atomics.load(this.words, WORD.producer) !== this.known || Atomics.load(this.words, WORD.state) !== 0
  }

  private arm(mode: number): number | undefined {
    this.words[this.at + SLOT.wakeMode] = mode
    const value = Atomics.load(this.words, this.at + SLOT.wake)
    Atomics.or(this.words, this.area.table + TABLE.sleepers, 1 << this.place.slot)
    if (this.hasNews() || this.areas.isGone?.(this.area) === true) {
      this.disarm()
      return undefined
    }
    storeCounter(this.words, this.at + SLOT.counters + 8, ++this.sleeps)
    return value
  }

  private disarm(): void {
    Atomics.and(this.words, this.area.table + TABLE.sleepers, ~(1 << this.place.slot))
  }

  private evicted(): never {
    this.state = 'evicted'
    throw evicted(this.area, this.place.slot)
  }

  private wrong(what: string): never {
    if (Atomics.load(this.words, this.at + SLOT.epoch) !== this.place.epoch) this.evicted()
    throw corrupted(`ring ${this.area.id} is corrupt: ${what}`, { ring: this.area.id })
  }

  private fail(error: unknown): unknown {
    if (!(error instanceof StreamlineError)) return error
    this.error = error
    if (this.state !== 'evicted') {
      this.state = 'broken'
      storeCounter(this.words, this.at + SLOT.counters + 6, ++this.corruptions)
      this.quit(true)
    }
    return error
  }

  private tooLong(room: number): never {
    throw new StreamlineError('SL_USAGE', `a block of ${this.length} bytes does not fit ${room} bytes`, {
      hint: 'Read into a larger array; `length` says how large.',
      length: this.length,
    })
  }
}
