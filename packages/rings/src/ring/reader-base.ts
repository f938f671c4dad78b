import { StreamlineError } from '@netstreamline/core'
import type { Arena } from '../arena.js'
import { storeCounter } from '../counters.js'
import type { HotEnd } from '../ends/ends.js'
import { SLOT, SLOT_STATE, STRATEGY, type Strategy, TABLE } from '../format.js'
import { corrupted } from '../header.js'
import { advance, loadPosition, resetPosition, storePosition } from '../position.js'
import type { DBufKind, RingArea } from './area.js'
import { MOST_LOOKS } from './patience.js'
import {
  activateSlot,
  type Claim,
  claimSlot,
  countJoined,
  evicted,
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

/** What a reader knows, its place in the reader table, and what it tells the producer there. */
export abstract class ReaderBase {
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
  protected readonly arena: Arena
  protected readonly heap: Uint8Array
  /** Set when `readTo` was first used; null: this arena cannot have it, or blocks must be verified. */
  protected hot: HotEnd | null | undefined
  protected isHot = false
  protected opened = 0
  protected readonly wakes: Wakes
  protected readonly areas: ReaderAreas
  protected readonly lossy: boolean
  protected readonly options: ReaderOptions
  protected patience = MOST_LOOKS
  protected readBlocks = 0
  protected readBytes = 0
  protected place: Claim
  protected words: Int32Array
  protected kind: DBufKind
  protected at = 0
  protected mask = 0
  protected low = 0
  protected known = 0
  protected released = 0
  protected base = 0
  protected size = 0
  protected cut = 0
  protected expected = -1
  protected data = 0
  protected isTorn = false
  protected wakesSent = 0
  protected wakesSkipped = 0
  protected corruptions = 0
  protected error: StreamlineError | undefined

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

  /** Everything before the block that `peek` showed may be overwritten. */
  release(): void {
    if (this.isHot) this.settle()
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

  /** Takes over what the hot end has read. */
  protected settle(): void {
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

  protected join(area: RingArea): void {
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
    countJoined(area)
    this.use(area, start)
    if (strategy === 'mrp') this.share(this.base)
    // A producer may be waiting for its first reader.
    if (takeWriter(area)) this.wakes.wakeWriter(area)
  }

  /** Takes a place that has held the producer back since it was made. */
  protected takePlace(area: RingArea, sequence: number): void {
    const at = slotAt(area, this.place.slot)
    if (Atomics.load(area.words, at + SLOT.epoch) !== this.place.epoch) throw evicted(area, this.place.slot)
    area.words[at + SLOT.strategy] = STRATEGY[this.strategy]
    this.use(area, loadPosition(area.words, at + SLOT.position))
    this.expected = sequence >>> 0
  }

  protected use(area: RingArea, position: number): void {
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

  protected quit(): void {
    Atomics.and(this.words, this.area.table + TABLE.sleepers, ~(1 << this.place.slot))
    if (Atomics.load(this.words, this.at + SLOT.epoch) === this.place.epoch) {
      Atomics.compareExchange(this.words, this.at + SLOT.state, SLOT_STATE.active, SLOT_STATE.free)
    }
    if (takeWriter(this.area)) this.wakes.wakeWriter(this.area)
  }

  /** R, of all mrp readers together (§6). Only its low word decides. */
  protected share(position: number): void {
    const at = this.area.table + TABLE.shared
    const epoch = Math.floor(position / 2 ** 32)
    this.words[at + 1] = epoch
    this.words[at + 2] = epoch
    Atomics.store(this.words, at, position | 0)
  }

  protected count(): void {
    const at = this.at + SLOT.counters
    storeCounter(this.words, at, this.readBlocks)
    storeCounter(this.words, at + 14, this.readBytes)
    storeCounter(this.words, at + 12, this.wakesSkipped)
    if (this.lossy) {
      storeCounter(this.words, at + 2, this.lostBlocks)
      storeCounter(this.words, at + 4, this.lostBytes)
    }
  }

  protected evicted(): never {
    this.state = 'evicted'
    throw evicted(this.area, this.place.slot)
  }

  protected wrong(what: string): never {
    if (Atomics.load(this.words, this.at + SLOT.epoch) !== this.place.epoch) this.evicted()
    throw corrupted(`ring ${this.area.id} is corrupt: ${what}`, { ring: this.area.id })
  }

  protected fail(error: unknown): unknown {
    if (!(error instanceof StreamlineError)) return error
    this.error = error
    if (this.state !== 'evicted') {
      this.state = 'broken'
      storeCounter(this.words, this.at + SLOT.counters + 6, ++this.corruptions)
      this.quit()
    }
    return error
  }
}
