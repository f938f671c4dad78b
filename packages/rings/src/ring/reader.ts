import { StreamlineError } from '@netstreamline/core'
import { storeCounter } from '../counters.js'
import { checkRange, createHotEnd, type HotEnd, isInside } from '../ends/ends.js'
import { RING_KIND, SLOT, TABLE, WORD } from '../format.js'
import { platform } from '../platform.js'
import { distance, loadPosition } from '../position.js'
import { LEAST_LOOKS, MOST_LOOKS } from './patience.js'
import { ReaderRecords } from './reader-records.js'

export type { ReaderAreas, ReaderOptions, ReaderState } from './reader-base.js'

/** Looks at the ring that a spinning reader leaves out after each, so that the producer may keep the line to itself. */
const REST = 8
/** Looked at instead: an atomic load is what takes least from a processor that shares its core with the producer. */
const restful = new Int32Array(1)

/**
 * One reader of a ring with many readers. `peek` shows the next block where it lies; `next` is done with it. What is
 * done is released, so that it may be overwritten, after an eighth of the ring, when nothing more is there, and by
 * `release`. An srp reader never loses a block. One that is mrp or frp asks `intact` after it has used a block.
 */
export class RingReader extends ReaderRecords {
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

  /** Goes. What is unread stays unread. */
  leave(): void {
    if (this.state !== 'open') return
    this.offset = -1
    this.count()
    this.quit()
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

  /** Ends a `wait` of this thread, though nothing has come. */
  stir(): void {
    this.wakes.stir(this.area, this.at + SLOT.wake)
  }

  protected readCold(offset: number, room: number): number {
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
  protected open(hot: HotEnd): void {
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

  protected hasNews(): boolean {
    return Atomics.load(this.words, WORD.producer) !== this.known || Atomics.load(this.words, WORD.state) !== 0
  }

  protected arm(mode: number): number | undefined {
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

  protected disarm(): void {
    Atomics.and(this.words, this.area.table + TABLE.sleepers, ~(1 << this.place.slot))
  }

  protected tooLong(room: number): never {
    throw new StreamlineError('SL_USAGE', `a block of ${this.length} bytes does not fit ${room} bytes`, {
      hint: 'Read into a larger array; `length` says how large.',
      length: this.length,
    })
  }
}
