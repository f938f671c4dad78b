import { checkRange, createHotEnd, type HotEnd, isInside } from '../ends/ends.js'
import { RING_KIND } from '../format.js'
import { WriterRecords } from './writer-records.js'
import { AUTO_BLOCKS, AUTO_BYTES, AUTO_MS } from './writer-shows.js'

export type { Areas, Invitation, WriterOptions } from './writer-base.js'

/** Milliseconds that a window may last at the pace of the last batch. */
const WINDOW_MS = AUTO_MS / 2

/**
 * The one producer of a ring with many readers. What it commits shows to readers at `publish`, which happens by
 * itself after 64 blocks, 16 KB or 50 microseconds of writing, and at the end of the current turn of the event loop.
 */
export class RingWriter extends WriterRecords {
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

  /** Gives the memory back. Nobody may use the ring any more. */
  free(): void {
    for (const area of this.old.splice(0)) this.areas.free(area)
    this.areas.free(this.area)
  }

  protected writeCold(offset: number, length: number): number {
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
  protected open(hot: HotEnd): void {
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

  protected openDouble(hot: HotEnd, left: number, most: number): boolean {
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
}
