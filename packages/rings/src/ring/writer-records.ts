import { StreamlineError } from '@netstreamline/core'
import { storeCounter } from '../counters.js'
import { RECORD_MORE, RECORD_OTHER, RING_STATE, WORD } from '../format.js'
import { roundCapacity } from '../header.js'
import { platform } from '../platform.js'
import { advance } from '../position.js'
import type { Change, DBufKind } from './area.js'
import { copySlots } from './slots.js'
import { WriterRoom } from './writer-room.js'
import { AUTO_BLOCKS, AUTO_BYTES, AUTO_MS } from './writer-shows.js'

/** Blocks between two looks at the clock. */
const LOOK_EVERY = 8

/** How a writer lays blocks into the ring, record by record, lap by lap, and goes on in other memory. */
export abstract class WriterRecords extends WriterRoom {
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
    this.signal(true)
    this.old.push(from)
    this.use(to)
    this.resume()
    this.sweep()
  }

  protected reserveDouble(length: number): number {
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

  protected commitDouble(length: number, head: number): void {
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
  protected turn(kind: DBufKind): void {
    const at = this.low & this.mask
    if (kind === 'v') {
      const w = this.area.data + (at >> 2)
      this.words[w] = (this.skip - 8) | RECORD_OTHER
      this.words[w + 1] = this.sequence
    } else this.words[WORD.cut] = at
    this.low = (this.low + this.skip) | 0
    this.adjust()
  }

  /** Before a block that is not like others: moves to memory of the size wanted, or says why it cannot be written. */
  protected prepare(length: number): void {
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

  protected refuse(length: number): never {
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

  protected refuseCommit(length: number): never {
    const reserved = this.isReserved ? this.reserved : 0
    throw new StreamlineError('SL_USAGE', `cannot commit ${length} bytes, ${reserved} are reserved`, {
      hint: 'Call reserve first, once for every commit.',
    })
  }
}
