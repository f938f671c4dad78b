import { storeCounter } from '../counters.js'
import { type Strategy, TABLE, WAKE, WORD } from '../format.js'
import { advance, distance, loadPosition, resetPosition, storePosition } from '../position.js'
import { LEAST_LOOKS, MOST_LOOKS } from './patience.js'
import {
  activateSlot,
  type Claim,
  claimSlot,
  countJoined,
  evictSlot,
  isDeserted,
  scanSlots,
  takeWriter,
} from './slots.js'
import type { Invitation } from './writer-base.js'
import { WriterShows } from './writer-shows.js'

/** How a writer finds room: who holds it back, how it waits for them, and how it says what it is about to overwrite. */
export abstract class WriterRoom extends WriterShows {
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

  /** Ends a `waitRoom` of this thread, though there is no room. */
  stir(): void {
    const at = this.area.table + TABLE.writerSleeps
    Atomics.store(this.words, at, 0)
    this.wakes.stir(this.area, at)
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
    countJoined(this.area)
    return { ...this.descriptor, claim, sequence: this.published }
  }

  /** Takes the slot of a reader that has died; see `invite`, and `RingReader.claim`. False: it had left already. */
  evict({ slot, epoch }: Claim): boolean {
    let done = false
    for (const area of [...this.old, this.area]) if (slot < area.slots && evictSlot(area, slot, epoch)) done = true
    if (done) {
      storeCounter(this.words, WORD.producerCounters + 14, ++this.evicted)
      if (takeWriter(this.area)) this.wakes.wakeWriter(this.area)
    }
    return done
  }

  protected room(bytes: number): boolean {
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

  protected overflow(): void {
    storeCounter(this.words, WORD.producerCounters + 4, ++this.full)
  }

  /** Looks how far the readers are; ring format, "Who holds the producer back". */
  protected renew(): void {
    if (this.least > 0 && this.joined < this.least) return
    const { words } = this
    if (this.areas.evictions !== undefined) {
      storeCounter(words, WORD.producerCounters + 14, this.evicted + this.areas.evictions)
    }
    const before = loadPosition(words, WORD.tail)
    resetPosition(words, WORD.tail, this.base)
    const { behind, bad } = scanSlots(this.area, this.base, this.scan)
    for (const claim of bad) this.evict(claim)
    const tail = behind === 0 ? this.base : distance(behind, this.base)
    // R may lie before what has been overwritten already: the tail never goes back.
    const next = distance(before, tail) > 2 * this.span ? before : tail
    resetPosition(words, WORD.tail, next)
    this.tail = next | 0
    if (this.kind === 'd') this.renewData()
    if (this.old.length > 0) this.sweep()
  }

  /** Says, before anything is overwritten, how far that may go (§6). Runs ahead by a sixteenth of the ring. */
  protected claim(bytes: number): void {
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

  protected claimData(bytes: number): void {
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

  /** Announces that the writer sleeps; -1 when something has changed meanwhile, else the word to sleep on. */
  protected arm(mode: number): number {
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
  protected sweep(): void {
    this.old = this.old.filter((area) => {
      if (!isDeserted(area)) return true
      this.areas.free(area)
      return false
    })
  }
}
