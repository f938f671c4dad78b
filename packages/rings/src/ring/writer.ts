import { StreamlineError } from '@netstreamline/core'
import type { Arena } from '../arena.js'
import { loadCounter, resumeCount, storeCounter } from '../counters.js'
import { checkRange, createHotEnd, type HotEnd, isInside } from '../ends/ends.js'
import {
  RECORD_LENGTH,
  RECORD_MORE,
  RECORD_OTHER,
  RING_KIND,
  RING_STATE,
  SLOT,
  type Strategy,
  TABLE,
  WAKE,
  WORD,
} from '../format.js'
import { corrupted, describe, type RingDescriptor, roundCapacity } from '../header.js'
import { platform } from '../platform.js'
import { advance, distance, loadPosition, resetPosition, storePosition } from '../position.js'
import type { Change, DBufKind, RingArea } from './area.js'
import { Levels, type SignalOptions } from './levels.js'
import { LEAST_LOOKS, MOST_LOOKS } from './reader.js'
import { type Resize, Resizer } from './resizer.js'
import {
  activateSlot,
  type Claim,
  claimSlot,
  copySlots,
  dropLeavers,
  evictSlot,
  hasLatecomers,
  isDeserted,
  type Scan,
  scanSlots,
  slotAt,
  wasHeld,
} from './slots.js'
import { localWakes, type Wakes } from './wakes.js'

/** What a writer may be told; everything has a default. */
export interface WriterOptions extends SignalOptions {
  /** Wait, rather than overwrite, until so many readers have joined; default 0. */
  readonly readers?: number
  /** How it finds its size (§6), see {@link Resize}; default none. A ring that overwrites never overflows, and keeps its size. */
  readonly resize?: Resize
  /** true only: the largest size that it may take; default the one that it begins with. */
  readonly maxBytes?: number
}

/** A ring, and in it a slot that waits for its reader. */
export interface Invitation extends RingDescriptor {
  readonly claim: Claim
  /** Number of the first block that this reader gets. */
  readonly sequence: number
}

/** How a writer gets memory for a successor and gives it back. */
export interface Areas {
  create(like: RingArea, change: Change): RingArea
  free(area: RingArea): void
  /** `next` holds the readers of `area` now, and will follow it. */
  succeed?(area: RingArea, next: RingArea): void
  /** Readers evicted by others than the writer. */
  readonly evictions?: number
}

const largestOf = (kind: DBufKind, capacity: number, recordBytes: number): number =>
  kind === 'c' ? RECORD_LENGTH : kind === 'p' ? recordBytes - 8 : capacity / 2 - (kind === 'v' ? 8 : 0)

const AUTO_BLOCKS = 64
const AUTO_BYTES = 16384
const AUTO_MS = 0.05
const LOOK_EVERY = 8
/** Milliseconds that a window may last at the pace of the last batch: half of AUTO_MS. */
const WINDOW_MS = AUTO_MS / 2

/**
 * The one producer of a ring with many readers. What it commits shows to readers at `publish`, which happens by
 * itself after 64 blocks, 16 KB or 50 microseconds of writing, and at the end of the current turn of the event loop.
 *
 * It believes only its own copies of positions. `low` is the next byte of the ring that positions count (d: of the
 * index), `dlow` the next byte of data in a d-DBuf.
 */
export class RingWriter {
  /** Bytes that the last `reserve` granted; of a c ring it may be fewer than asked for. */
  reserved = 0
  /** Counters, as in the header. */
  published = 0
  full = 0
  bytes = 0
  resizes = 0
  evicted = 0
  wakesSent = 0
  wakesSkipped = 0
  /** Largest block, bytes; 2^30 where blocks are cut as needed (c). */
  maxBlock = 0
  area: RingArea
  /** The same for the memory used now, which may grow. */
  private fits = 0
  readonly levels: Levels
  private readonly arena: Arena
  private readonly heap: Uint8Array
  /** Set when `writeFrom` was first used; null: this arena cannot have it. */
  private hot: HotEnd | null | undefined
  /** While a window is open the hot end writes; `settle` takes over what it has done. */
  private isHot = false
  private opened = 0
  /** Milliseconds a block, of the last batch. */
  private pace = 1
  private readonly wakes: Wakes
  private readonly areas: Areas
  private readonly least: number
  private readonly resize: Resize
  private readonly most: number
  /** Size to move to before the next block; 0: none. */
  private wanted = 0
  private resizer: Resizer | undefined
  private words: Int32Array
  private kind: DBufKind
  private mask = 0
  private capacity = 0
  private span = 0
  private overwrites = false
  private low = 0
  private pub = 0
  private base = 0
  private tail = 0
  private intent = 0
  private intentAt = 0
  private dlow = 0
  private dbase = 0
  private dtail = 0
  private dintent = 0
  private dintentAt = 0
  private perceived = 0
  private skip = 0
  private at = 0
  private isReserved = false
  private sequence = 0
  private largest = 0
  private unpublished = 0
  private unpublishedBytes = 0
  private unsignalled = 0
  private since = 0
  private patience = MOST_LOOKS
  private isFlushing = false
  private isEnded = false
  private old: RingArea[] = []
  private readonly scan: Scan = { behind: 0, isJoining: false, bad: [] }

  constructor(arena: Arena, area: RingArea, options: WriterOptions, areas: Areas, wakes: Wakes = localWakes) {
    this.arena = arena
    this.heap = arena.bytes
    this.area = area
    this.words = area.words
    this.kind = area.kind
    this.areas = areas
    this.wakes = wakes
    this.least = options.readers ?? 0
    this.resize = area.strategy === 'frp' ? 'none' : (options.resize ?? 'none')
    this.most = roundCapacity(Math.max(area.capacity, options.maxBytes ?? 0), 64)
    this.levels = new Levels(options)
    this.use(area)
    this.resume()
    // Whoever the one before was about to wake when it died.
    if (this.base !== 0) wakes.wakeReaders(area, area.slots === 32 ? -1 : (1 << area.slots) - 1)
  }

  /** What other threads attach. After a true resize that of the newest memory. */
  get descriptor(): RingDescriptor {
    return describe(this.area)
  }

  get id(): number {
    return this.area.id
  }

  /** Readers that hold a slot now. */
  readers(): number {
    let count = 0
    for (let slot = 0; slot < this.area.slots; slot++) {
      if (Atomics.load(this.words, slotAt(this.area, slot) + SLOT.state) !== 0) count++
    }
    return count
  }

  /** Readers that have ever joined. */
  get joined(): number {
    return Atomics.load(this.words, this.area.table + TABLE.joined) >>> 0
  }

  /**
   * A place for a block: its offset in the arena, or -1 while readers are in the way. Write there, then `commit`.
   * @throws SL_RING for a block larger than {@link maxBlock}, SL_USAGE after `end`.
   */
  reserve(length: number): number {
    if (this.isHot) this.settle()
    if (!(length >= 0 && length <= this.fits) || this.isEnded || this.wanted !== 0) this.prepare(length)
    this.isReserved = false
    const { kind, low, mask } = this
    const at = low & mask
    let grant = length
    let size = length
    let skip = 0
    if (kind === 'd') return this.reserveDouble(length)
    if (kind === 'v') {
      size = (length + 15) & ~7
      // Early only where the rest of the lap and the block still fit the ring together.
      const end = size <= at ? this.perceived : this.capacity
      if (at + size > end) skip = this.capacity - at
    } else if (kind === 'p') {
      size = this.area.recordBytes
      if (at + size > this.perceived) skip = this.capacity - at
    } else {
      if (at >= this.perceived) skip = this.capacity - at
      const rest = (skip > 0 ? 0 : at) < this.perceived ? this.perceived - (skip > 0 ? 0 : at) : this.capacity - at
      if (grant > rest) grant = rest
      size = grant
    }
    if (!this.room(skip + size)) {
      if (kind !== 'c') return -1
      const free = this.span - ((low - this.tail) >>> 0) - skip
      if (free <= 0) return -1
      grant = size = Math.min(grant, free)
    }
    this.claim(skip + size)
    this.skip = skip
    this.reserved = grant
    this.at = skip > 0 ? 0 : at
    this.isReserved = true
    return this.area.base + this.at + (kind === 'c' ? 0 : 8)
  }

  /** The first `length` bytes of the place are a block now; `more`: the next one continues it. @throws SL_USAGE */
  commit(length: number, more = false): void {
    if (!this.isReserved || !(length >= 0 && length <= this.reserved)) this.refuseCommit(length)
    this.isReserved = false
    const { words, kind } = this
    if (kind === 'c' && length === 0) return
    const head = more ? length | RECORD_MORE : length
    if (kind === 'd') this.commitDouble(length, head)
    else {
      if (this.skip > 0) this.turn(kind)
      if (kind === 'c') this.low = (this.low + length) | 0
      else {
        const w = this.area.data + (this.at >> 2)
        words[w] = head
        words[w + 1] = this.sequence
        this.low = (this.low + (kind === 'p' ? this.area.recordBytes : (length + 15) & ~7)) | 0
      }
      if ((this.low & this.mask) === 0 && kind !== 'v') words[WORD.cut] = this.capacity
    }
    this.sequence = (this.sequence + 1) | 0
    if (length > this.largest) this.largest = length
    this.unpublishedBytes += length
    const count = ++this.unpublished
    if (count >= AUTO_BLOCKS || this.unpublishedBytes >= AUTO_BYTES) this.show(false)
    else if (count === 1) this.begin()
    else if (count % LOOK_EVERY === 0 && platform.performance.now() - this.since >= AUTO_MS) this.show(false)
  }

  /**
   * Copies a block in; of a c ring as much as there is room for. Bytes taken, or -1 when there is no room.
   * @throws SL_RING, SL_USAGE like `reserve`.
   */
  write(bytes: Uint8Array, more = false): number {
    const at = this.reserve(bytes.length)
    if (at < 0) return -1
    const { reserved } = this
    this.heap.set(reserved === bytes.length ? bytes : bytes.subarray(0, reserved), at)
    this.commit(reserved, more)
    return reserved
  }

  /**
   * Like `write`, for a block that lies in the arena, from `offset` on: faster, since nothing of it passes through
   * JavaScript. @throws SL_RING, SL_USAGE like `reserve`, SL_USAGE for a place outside the arena
   */
  writeFrom(offset: number, length: number): number {
    if (this.isHot && isInside(this.heap, offset, length) && this.hot!.put(offset, length) !== 0) return length
    return this.writeCold(offset, length)
  }

  /** Shows all that is committed and wakes who waits for it, as far as the level of signalling asks for that. */
  publish(): void {
    this.show(true)
  }

  /** Says that nothing follows. Readers see the end after everything published. */
  end(): void {
    if (this.isEnded) return
    this.show(true)
    this.isEnded = true
    Atomics.store(this.words, WORD.state, RING_STATE.ended)
    this.signal(true)
  }

  /** Sleeps until readers have made room, at most `ms`, after `spin` looks; not on a browser's main thread. */
  waitRoomSync(ms = Number.POSITIVE_INFINITY, spin = 2000): void {
    this.show(true)
    const { tail } = this
    // A look at the whole table costs as much as sixteen at one word.
    const looks = Math.min(spin, this.patience)
    for (let i = 0; i < looks; i += 16) {
      this.renew()
      if (this.tail !== tail || this.low === tail) {
        this.patience = Math.min(2 * this.patience, MOST_LOOKS)
        return
      }
    }
    this.patience = Math.max(this.patience >> 1, LEAST_LOOKS)
    const at = this.arm(this.wakes.mode)
    if (at < 0) return
    this.wakes.sleep(this.area, at, 1, ms)
  }

  /** The same for an event loop. May come back early. */
  async waitRoom(ms = Number.POSITIVE_INFINITY): Promise<void> {
    this.show(true)
    const at = this.arm(this.wakes.loopMode ?? this.wakes.mode)
    if (at >= 0) await this.wakes.wait(this.area, at, 1, ms)
  }

  /**
   * Makes a place for a reader that is about to start: it gets everything from now on, and can be evicted when it dies
   * before or after it has come. Pass the result to `attachRingReader`, in a worker by `workerData`.
   * @throws SL_RING_FULL
   */
  invite(options: { strategy?: Strategy; pid?: number } = {}): Invitation {
    this.show(true)
    const claim = claimSlot(this.area, options.pid ?? 0)
    const strategy = options.strategy ?? this.area.strategy
    activateSlot(this.area, claim, { strategy, wakeMode: WAKE.none, from: 'live' })
    return { ...this.descriptor, claim, sequence: this.published }
  }

  /** Takes the slot of a reader that has died; see `invite`, and `RingReader.claim`. False: it had left already. */
  evict(claim: Claim): boolean {
    let done = false
    for (const area of [...this.old, this.area]) {
      // In another ring than the one that it joined its number and epoch may be somebody else's.
      if (claim.slot >= area.slots || (claim.ring !== area.id && !wasHeld(area, claim))) continue
      if (evictSlot(area, claim)) done = true
    }
    if (done) storeCounter(this.words, WORD.producerCounters + 14, ++this.evicted)
    // Whatever the flag says: the dead one may have taken it, and died before it woke anybody.
    Atomics.store(this.words, this.area.table + TABLE.writerSleeps, 0)
    this.wakes.wakeWriter(this.area)
    return done
  }

  /** Uses `bytes` of each lap from the next block on (pseudo-resizing); 64 to the capacity. */
  perceive(bytes: number): void {
    if (this.isHot) this.settle()
    const least = this.kind === 'p' ? this.area.recordBytes : 64
    const next = Math.min(this.capacity, Math.max(least, bytes & ~7))
    if (next === this.perceived) return
    this.perceived = next
    this.words[WORD.perceived] = next
    storeCounter(this.words, WORD.producerCounters + 12, ++this.resizes)
  }

  /**
   * Goes on in new memory of another size or kind; readers follow when they have read everything here.
   * @throws SL_ARENA_FULL, SL_USAGE
   */
  moveTo(change: Change): void {
    this.show(true)
    const from = this.area
    const to = this.areas.create(from, change)
    copySlots(from, to)
    this.areas.succeed?.(from, to)
    Atomics.store(from.words, WORD.successor, to.id)
    const counters = WORD.producerCounters
    storeCounter(from.words, counters + 12, ++this.resizes)
    for (let w = 0; w < 18; w++) to.words[counters + w] = from.words[counters + w]!
    Atomics.store(from.words, WORD.state, RING_STATE.moved)
    dropLeavers(from, to)
    this.signal(true)
    this.old.push(from)
    this.use(to)
    this.resume()
    this.sweep()
  }

  /** Gives the memory back. Nobody may use the ring any more. */
  free(): void {
    for (const area of this.old.splice(0)) this.areas.free(area)
    this.areas.free(this.area)
  }

  private writeCold(offset: number, length: number): number {
    checkRange(this.heap, offset, length)
    this.hot = this.hot === undefined ? (createHotEnd(this.arena) ?? null) : this.hot
    const at = this.reserve(length)
    if (at < 0) return -1
    const { reserved, hot } = this
    if (hot !== null) hot.copy(at, offset, reserved)
    else this.heap.copyWithin(at, offset, offset + reserved)
    this.commit(reserved)
    if (hot !== null) this.open(hot)
    return reserved
  }

  /** Opens a window in which nothing can come up but blocks: within what is free, claimed and not due to be shown. */
  private open(hot: HotEnd): void {
    const left = Math.min(AUTO_BLOCKS - 1 - this.unpublished, (WINDOW_MS / this.pace) | 0)
    if (left < 1 || this.isEnded || this.wanted !== 0) return
    if (this.unpublished === 0 && !this.isFlushing) this.begin()
    const { kind, area, low } = this
    const most = AUTO_BYTES - this.unpublishedBytes
    if (kind === 'd') {
      if (!this.openDouble(hot, left, most)) return
    } else {
      const at = low & this.mask
      const free = this.overwrites ? this.span >>> 4 : this.span - ((low - this.tail) >>> 0)
      let bytes = Math.min(most + (kind === 'c' ? 0 : left * 16), free, this.perceived - at)
      if (bytes <= 0) return
      this.claim(bytes)
      bytes = Math.min(bytes, (this.intent - low) | 0)
      if (kind === 'p') hot.slots(area.recordBytes)
      this.opened = area.base + at
      hot.open(RING_KIND[kind], this.opened, this.opened + bytes, this.sequence, left)
    }
    this.isHot = true
  }

  private openDouble(hot: HotEnd, left: number, most: number): boolean {
    const { area, low, dlow } = this
    const at = low & (this.span - 1)
    const free = this.overwrites ? this.span >>> 4 : this.span - ((low - this.tail) >>> 0)
    const entries = Math.min(left * 16, free, this.span - at)
    const dat = dlow & this.mask
    const dfree = this.overwrites ? this.capacity >>> 4 : this.capacity - ((dlow - this.dtail) >>> 0)
    // Not beyond 2^32, where the upper bits of positions change.
    const data = Math.min(most, dfree, this.perceived - dat, 2 ** 32 - (dlow >>> 0))
    if (entries <= 0 || data <= 0) return false
    this.claim(entries)
    this.claimData(data)
    const end = Math.min(data, (this.dintent - dlow) | 0)
    hot.double(area.base + dat, area.base + dat + end, dlow, (this.dbase / 2 ** 32) | 0)
    this.opened = area.offset + area.index * 4 + at
    hot.open(RING_KIND.d, this.opened, this.opened + Math.min(entries, (this.intent - low) | 0), this.sequence, left)
    return true
  }

  /** Takes over what the hot end has written. */
  private settle(): void {
    this.isHot = false
    const { kind, words } = this
    const hot = this.hot!
    const moved = hot.close() - this.opened
    if (moved === 0) return
    const bytes = hot.bytes()
    this.unpublished += (hot.sequence() - this.sequence) | 0
    this.sequence = hot.sequence()
    this.unpublishedBytes += bytes
    this.largest = Math.max(this.largest, hot.largest())
    this.low = (this.low + moved) | 0
    if (kind === 'd') {
      this.dlow = (this.dlow + bytes) | 0
      this.dbase = advance(this.dbase, bytes)
      if ((this.dlow & this.mask) === 0 && bytes > 0) this.adjust()
    } else if (kind !== 'v' && (this.low & this.mask) === 0) words[WORD.cut] = this.capacity
  }

  private use(area: RingArea): void {
    this.area = area
    this.words = area.words
    this.kind = area.kind
    this.mask = area.capacity - 1
    this.capacity = area.capacity
    this.span = area.span
    this.overwrites = area.strategy === 'frp'
    this.fits = largestOf(area.kind, area.capacity, area.recordBytes)
    this.maxBlock = this.resize === 'true' ? largestOf(area.kind, this.most, area.recordBytes) : this.fits
    if (this.resize !== 'none') {
      const most = this.resize === 'true' ? this.most : area.capacity
      this.resizer ??= new Resizer(Math.min(4096, area.capacity), most)
    }
    this.levels.describe(area)
  }

  /** Starts at the published position, as the first producer or after the last one died. */
  private resume(): void {
    const { words } = this
    this.base = loadPosition(words, WORD.producer)
    resetPosition(words, WORD.producer, this.base)
    this.low = this.pub = this.base | 0
    const tail = loadPosition(words, WORD.tail)
    if (!this.overwrites && distance(tail, this.base) > this.span)
      throw corrupted('the ring is fuller than it is large')
    const counter = (n: number): number => loadCounter(words, WORD.producerCounters + 2 * n)
    this.published = resumeCount(words, this.base)
    this.full = counter(2)
    this.bytes = counter(5)
    this.resizes = counter(6)
    this.evicted = counter(7)
    this.sequence = this.published | 0
    this.perceived = words[WORD.perceived]!
    if (!(this.perceived >= 64 && this.perceived <= this.capacity)) this.perceived = this.capacity
    const reached = (at: number, base: number, span: number): number => {
      const intent = loadPosition(words, at)
      const kept = distance(base, intent) > 2 * span ? base : intent
      resetPosition(words, at, kept)
      return kept
    }
    if (this.kind === 'd') {
      this.intentAt = reached(WORD.indexIntent, this.base, this.span)
      // Data beyond the intent was never touched; the dead producer's last entry tells where to go on.
      this.dbase = loadPosition(words, WORD.intent)
      if (this.base !== 0) this.dbase = this.entryEnd((this.low - 16) | 0)
      this.dintentAt = reached(WORD.intent, this.dbase, this.capacity)
      this.dintent = this.dintentAt | 0
      this.dlow = this.dbase | 0
    } else this.intentAt = reached(WORD.intent, this.base, this.span)
    this.intent = this.intentAt | 0
    // Nothing behind this has been overwritten. The tail in the header is not to be believed: the one before may have
    // died between the steps of its renewal.
    const isNew = this.base === 0
    this.tail = isNew ? 0 : (this.intent - this.span) | 0
    this.dtail = isNew ? this.dlow : (this.dintent - this.capacity) | 0
  }

  private entryEnd(low: number): number {
    const w = this.area.index + ((low & (this.span - 1)) >> 2)
    const position = (this.words[w]! >>> 0) + (this.words[w + 1]! & 0xfffff) * 2 ** 32
    return advance(position, this.words[w + 2]! & RECORD_LENGTH)
  }

  private reserveDouble(length: number): number {
    if (!this.room(16)) return -1
    const at = this.dlow & this.mask
    const end = length <= at ? this.perceived : this.capacity
    const skip = at + length > end ? this.capacity - at : 0
    const need = skip + length
    if (!this.overwrites && ((this.dlow - this.dtail) >>> 0) + need > this.capacity) {
      this.renew()
      if (((this.dlow - this.dtail) >>> 0) + need > this.capacity) {
        this.overflow()
        return -1
      }
    }
    if (this.overwrites && ((this.low - this.pub) >>> 0) + 16 > this.span) this.show(false)
    this.claim(16)
    this.claimData(need)
    this.skip = skip
    this.reserved = length
    this.at = skip > 0 ? 0 : at
    this.isReserved = true
    return this.area.base + this.at
  }

  private commitDouble(length: number, head: number): void {
    const { words } = this
    if (this.skip > 0) {
      this.dlow = (this.dlow + this.skip) | 0
      this.dbase = advance(this.dbase, this.skip)
      this.adjust()
    }
    const w = this.area.index + ((this.low & (this.span - 1)) >> 2)
    words[w] = this.dlow
    words[w + 1] = (this.dbase / 2 ** 32) | 0
    words[w + 2] = head
    words[w + 3] = this.sequence
    this.dlow = (this.dlow + length) | 0
    this.dbase = advance(this.dbase, length)
    if ((this.dlow & this.mask) === 0 && length > 0) this.adjust()
    this.low = (this.low + 16) | 0
  }

  /** Goes to the next lap: says where this one ends, and whether the next shall be shorter or longer. */
  private turn(kind: DBufKind): void {
    const at = this.low & this.mask
    if (kind === 'v') {
      const w = this.area.data + (at >> 2)
      this.words[w] = (this.skip - 8) | RECORD_OTHER
      this.words[w + 1] = this.sequence
    } else this.words[WORD.cut] = at
    this.low = (this.low + this.skip) | 0
    this.adjust()
  }

  private adjust(): void {
    const { resizer } = this
    if (resizer === undefined) return
    // Four blocks at least, or readers and writer take turns.
    const least = Math.max(this.largest, this.kind === 'p' ? this.area.recordBytes : 0) * 4
    if (this.resize === 'pseudo') {
      this.perceive(Math.max(resizer.next(this.perceived, this.full), Math.min(this.capacity, least)))
      return
    }
    const wanted = Math.min(roundCapacity(Math.max(resizer.next(this.capacity, this.full), least), 64), this.most)
    if (wanted !== this.capacity) this.wanted = wanted
  }

  private room(bytes: number): boolean {
    if (this.overwrites) {
      // Low words tell positions apart only within a ring; a producer that never publishes is made to.
      if (((this.low - this.pub) >>> 0) + bytes > this.span) this.show(false)
      return true
    }
    if (((this.low - this.tail) >>> 0) + bytes <= this.span) return true
    this.renew()
    if (((this.low - this.tail) >>> 0) + bytes <= this.span) return true
    this.overflow()
    return false
  }

  private overflow(): void {
    storeCounter(this.words, WORD.producerCounters + 4, ++this.full)
  }

  /** Looks how far the readers are; ring format, "Who holds the producer back". */
  private renew(): void {
    if (this.least > 0 && this.joined < this.least) return
    const { words } = this
    if (this.areas.evictions !== undefined) {
      storeCounter(words, WORD.producerCounters + 14, this.evicted + this.areas.evictions)
    }
    const before = distance((this.pub - this.tail) >>> 0, this.base)
    resetPosition(words, WORD.tail, this.base)
    const { behind, isJoining, bad } = scanSlots(this.area, this.base, this.scan)
    for (const claim of bad) this.evict(claim)
    // Then the tail stays, and who joins meanwhile from the oldest block on begins at what is published.
    if (isJoining || (this.old.length > 0 && this.hasLatecomers())) return
    const tail = behind === 0 ? this.base : distance(behind, this.base)
    // R may lie before what has been overwritten already: the tail never goes back.
    const next = distance(before, tail) > this.span ? before : tail
    resetPosition(words, WORD.tail, next)
    this.tail = next | 0
    if (this.kind === 'd') this.renewData()
    if (this.old.length > 0) this.sweep()
  }

  /** Do readers of the rings before have to be waited for, since nobody could keep a place for them here? */
  private hasLatecomers(): boolean {
    return this.old.some((area, i) => hasLatecomers(area, this.old[i + 1] ?? this.area))
  }

  private renewData(): void {
    if (this.tail === this.pub) {
      // Nothing published is held; what is not published yet begins behind the last published block.
      this.dtail = this.low === this.pub ? this.dlow : this.entryAt(this.pub)
      return
    }
    this.dtail = this.entryAt(this.tail)
    if ((this.dlow - this.dtail) >>> 0 > this.capacity) throw corrupted(`the index of ring ${this.id} was changed`)
  }

  private entryAt(low: number): number {
    return this.words[this.area.index + ((low & (this.span - 1)) >> 2)]!
  }

  /** Says, before anything is overwritten, how far that may go (§6). Runs ahead by a sixteenth of the ring. */
  private claim(bytes: number): void {
    const end = (this.low + bytes) | 0
    if (((end - this.intent) | 0) <= 0) return
    const far = advance(this.base, (end - this.pub) >>> 0)
    let ahead = this.span >>> 4
    if (!this.overwrites) ahead = Math.min(ahead, this.span - ((end - this.tail) >>> 0))
    const intent = advance(far, ahead)
    const at = this.kind === 'd' ? WORD.indexIntent : WORD.intent
    storePosition(this.words, at, this.intentAt, intent)
    this.intentAt = intent
    this.intent = intent | 0
  }

  private claimData(bytes: number): void {
    const end = (this.dlow + bytes) | 0
    if (((end - this.dintent) | 0) <= 0) return
    const far = advance(this.dbase, bytes)
    let ahead = this.capacity >>> 4
    if (!this.overwrites) ahead = Math.min(ahead, this.capacity - ((end - this.dtail) >>> 0))
    const intent = advance(far, ahead)
    storePosition(this.words, WORD.intent, this.dintentAt, intent)
    this.dintentAt = intent
    this.dintent = intent | 0
  }

  private begin(): void {
    this.since = platform.performance.now()
    if (this.isFlushing) return
    this.isFlushing = true
    platform.queueMicrotask(() => {
      this.isFlushing = false
      if (!this.isEnded) this.show(true)
    })
  }

  /** Publishes; `last`: nobody promises to come back, so that sleepers must be woken now. */
  private show(last: boolean): void {
    if (this.isHot) this.settle()
    if (this.low !== this.pub) {
      const next = advance(this.base, (this.low - this.pub) >>> 0)
      this.published += this.unpublished
      this.bytes += this.unpublishedBytes
      // In this order: whoever takes over can tell how many blocks the position stands for (`resume`), readers also.
      this.words[WORD.announced] = this.low
      storeCounter(this.words, WORD.producerCounters, this.published)
      storeCounter(this.words, WORD.producerCounters + 10, this.bytes)
      storePosition(this.words, WORD.producer, this.base, next)
      Atomics.store(this.words, WORD.blocks, this.published | 0)
      this.base = next
      this.pub = this.low
      const now = platform.performance.now()
      this.pace = Math.max((now - this.since) / this.unpublished, 1e-6)
      this.since = now
      this.unsignalled += this.unpublished
      this.unpublished = 0
      this.unpublishedBytes = 0
      if (this.levels.look(now, this.published)) {
        Atomics.store(this.words, WORD.level, this.levels.level)
        storeCounter(this.words, WORD.producerCounters + 16, this.levels.changes)
      }
    }
    if (this.unsignalled > 0) this.signal(last)
  }

  private signal(last: boolean): void {
    const { words, area, levels } = this
    const at = area.table + TABLE.sleepers
    if (Atomics.load(words, at) === 0) {
      this.unsignalled = 0
      storeCounter(words, WORD.producerCounters + 8, ++this.wakesSkipped)
      return
    }
    if (levels.level > 0 && this.unsignalled < levels.blocks && !this.isEnded) {
      if (this.wakes.later !== undefined) {
        this.wakes.later(area, levels.micros)
        return
      }
      if (!last) return
    }
    this.unsignalled = 0
    const mask = Atomics.exchange(words, at, 0)
    if (mask === 0) return
    storeCounter(words, WORD.producerCounters + 6, ++this.wakesSent)
    this.wakes.wakeReaders(area, mask)
  }

  /** Announces that the writer sleeps; -1 when something has changed meanwhile, else the word to sleep on. */
  private arm(mode: number): number {
    const at = this.area.table + TABLE.writerSleeps
    this.words[this.area.table + TABLE.writerWake] = mode
    Atomics.store(this.words, at, 1)
    const { tail, dtail } = this
    this.renew()
    if (this.tail === tail && this.dtail === dtail && this.low !== this.tail) return at
    Atomics.store(this.words, at, 0)
    return -1
  }

  /** Frees memory that all readers have left. */
  private sweep(): void {
    // In their order: a reader finds the way through those that follow the one where it is.
    while (this.old.length > 0 && isDeserted(this.old[0]!)) this.areas.free(this.old.shift()!)
  }

  /** Before a block that is not like others: moves to memory of the size wanted, or says why it cannot be written. */
  private prepare(length: number): void {
    if (!(length >= 0 && length <= this.maxBlock) || this.isEnded) this.refuse(length)
    let bytes = this.wanted
    this.wanted = 0
    if (length > this.fits) bytes = Math.min(roundCapacity(Math.max(bytes, length * 4), 64), this.most)
    if (bytes === 0) return
    try {
      this.moveTo({ bytes })
    } catch (error) {
      // Without memory for another size this one must do, unless the block does not fit.
      if (length > this.fits) throw error
    }
  }

  private refuse(length: number): never {
    if (this.isEnded) {
      throw new StreamlineError('SL_USAGE', `ring ${this.id} has ended`, { hint: 'Write before end().' })
    }
    throw new StreamlineError(
      'SL_RING',
      `a block of ${length} bytes does not fit the ring, its limit is ${this.maxBlock}`,
      {
        hint: 'Make the ring larger or the blocks smaller.',
        ring: this.id,
        limit: this.maxBlock,
      },
    )
  }

  private refuseCommit(length: number): never {
    const reserved = this.isReserved ? this.reserved : 0
    throw new StreamlineError('SL_USAGE', `cannot commit ${length} bytes, ${reserved} are reserved`, {
      hint: 'Call reserve first, once for every commit.',
    })
  }
}
