import { storeCounter } from '../counters.js'
import { RING_STATE, TABLE, WORD } from '../format.js'
import { roundCapacity } from '../header.js'
import { platform } from '../platform.js'
import { advance, storePosition } from '../position.js'
import { WriterBase } from './writer-base.js'

/** After so many blocks, bytes or milliseconds of writing blocks show by themselves. */
export const AUTO_BLOCKS = 64
export const AUTO_BYTES = 16384
export const AUTO_MS = 0.05

/** How a writer shows what it has committed, and whom it wakes (§5); how it finds its size (§6). */
export abstract class WriterShows extends WriterBase {
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

  /** Takes over what the hot end has written. */
  protected settle(): void {
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

  protected adjust(): void {
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

  protected begin(): void {
    this.since = platform.performance.now()
    if (this.isFlushing) return
    this.isFlushing = true
    platform.queueMicrotask(() => {
      this.isFlushing = false
      if (!this.isEnded) this.show(true)
    })
  }

  /** Publishes; `last`: nobody promises to come back, so that sleepers must be woken now. */
  protected show(last: boolean): void {
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

  protected signal(last: boolean): void {
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
}
