import { loadCounter } from '../counters.js'
import { RECORD_LENGTH, RECORD_MORE, RING_STATE, SLOT, SLOT_STATE, WORD } from '../format.js'
import { distance, loadPosition, resetPosition, storePosition } from '../position.js'
import { ReaderBase } from './reader-base.js'
import { activateSlot, claimSlot, countJoined, heldSlot, loadPublished } from './slots.js'

/**
 * How a reader goes from record to record, from lap to lap and from ring to ring. Every word is loaded once and checked
 * before it is used, since another process may have written it.
 */
export abstract class ReaderRecords extends ReaderBase {
  protected done(size: number, length: number): void {
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

  protected load(): number {
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

  protected loadRecord(): boolean {
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

  protected loadLap(kind: 'p' | 'c'): boolean {
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

  protected loadEntry(): boolean {
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

  protected show(offset: number, head: number, size: number, sequence: number): void {
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
  protected whole(): boolean {
    const { words, area } = this
    if (this.kind !== 'd') return distance(this.position, loadPosition(words, WORD.intent)) <= area.span
    return (
      distance(this.position, loadPosition(words, WORD.indexIntent)) <= area.span &&
      distance(this.data, loadPosition(words, WORD.intent)) <= area.capacity
    )
  }

  /** Goes on where blocks are whole (ring format, "Who holds the producer back"). Always false: look again. */
  protected lapped(): false {
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
  protected keep(behind: number, producer: number): number {
    const { kind, area } = this
    if (kind === 'v' || kind === 'c') return 0
    const most = Math.min(behind, area.span) / 2
    const here = kind === 'd' ? most : Math.min(most, producer % area.capacity)
    return Math.floor(here / area.recordBytes) * area.recordBytes
  }

  protected jump(to: number): void {
    this.low = to | 0
    this.released = this.low
    storePosition(this.words, this.at + SLOT.position, this.base, to)
    resetPosition(this.words, this.at + SLOT.position, to)
    this.base = to
    this.count()
  }

  /** Is there more than was known? Nothing: releases, and looks whether the ring has ended or moved. */
  protected refresh(): boolean {
    const { words } = this
    if (this.look()) return true
    this.release()
    if (this.strategy === 'mrp') this.share(this.base)
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

  protected look(): boolean {
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

  protected finish(state: 'ended' | 'gone'): void {
    if (this.lossy && this.kind !== 'c' && this.expected >= 0) {
      const published = loadCounter(this.words, WORD.producerCounters) >>> 0
      this.lostBlocks += (published - this.expected) >>> 0
    }
    this.count()
    this.quit()
    this.state = state
  }

  /** Goes to the ring that follows this one, where the producer holds a place for it. */
  protected follow(): void {
    const old = this.area
    const { area: next, claim } = this.areas.find(Atomics.load(this.words, WORD.successor) >>> 0)
    const held = heldSlot(next, this.place)
    this.quit()
    this.areas.free?.(old)
    if (held === SLOT_STATE.active) {
      this.use(next, 0)
      return
    }
    // It joined while the producer moved: a new reader there, with what is still to be had.
    if (held === SLOT_STATE.free) this.place = claim ?? claimSlot(next, this.options.pid ?? 0)
    const { strategy } = this
    this.use(next, activateSlot(next, this.place, { strategy, wakeMode: this.wakes.mode, from: 'oldest' }))
    countJoined(next)
  }
}
