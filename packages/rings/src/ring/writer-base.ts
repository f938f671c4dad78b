import type { Arena } from '../arena.js'
import { loadCounter, resumeCount } from '../counters.js'
import type { HotEnd } from '../ends/ends.js'
import { RECORD_LENGTH, SLOT, TABLE, WORD } from '../format.js'
import { corrupted, describe, type RingDescriptor, roundCapacity } from '../header.js'
import { advance, distance, loadPosition, resetPosition } from '../position.js'
import type { Change, DBufKind, RingArea } from './area.js'
import { Levels, type SignalOptions } from './levels.js'
import { MOST_LOOKS } from './patience.js'
import { type Resize, Resizer } from './resizer.js'
import { type Claim, type Scan, slotAt } from './slots.js'
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

/**
 * What a writer knows, and how it starts: in a new ring, in its successor, or where another one has died.
 *
 * It believes only its own copies of positions. `low` is the next byte of the ring that positions count (d: of the
 * index), `dlow` the next byte of data in a d-DBuf.
 */
export abstract class WriterBase {
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
  protected fits = 0
  readonly levels: Levels
  protected readonly arena: Arena
  protected readonly heap: Uint8Array
  /** Set when `writeFrom` was first used; null: this arena cannot have it. */
  protected hot: HotEnd | null | undefined
  /** While a window is open the hot end writes; `settle` takes over what it has done. */
  protected isHot = false
  protected opened = 0
  /** Milliseconds a block, of the last batch. */
  protected pace = 1
  protected readonly wakes: Wakes
  protected readonly areas: Areas
  protected readonly least: number
  protected readonly resize: Resize
  protected readonly most: number
  /** Size to move to before the next block; 0: none. */
  protected wanted = 0
  protected resizer: Resizer | undefined
  protected words: Int32Array
  protected kind: DBufKind
  protected mask = 0
  protected capacity = 0
  protected span = 0
  protected overwrites = false
  protected low = 0
  protected pub = 0
  protected base = 0
  protected tail = 0
  protected intent = 0
  protected intentAt = 0
  protected dlow = 0
  protected dbase = 0
  protected dtail = 0
  protected dintent = 0
  protected dintentAt = 0
  protected perceived = 0
  protected skip = 0
  protected at = 0
  protected isReserved = false
  protected sequence = 0
  protected largest = 0
  protected unpublished = 0
  protected unpublishedBytes = 0
  protected unsignalled = 0
  protected since = 0
  protected patience = MOST_LOOKS
  protected isFlushing = false
  protected isEnded = false
  protected old: RingArea[] = []
  protected readonly scan: Scan = { behind: 0, bad: [] }

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

  protected use(area: RingArea): void {
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
  protected resume(): void {
    const { words } = this
    this.base = loadPosition(words, WORD.producer)
    resetPosition(words, WORD.producer, this.base)
    this.low = this.pub = this.base | 0
    const tail = loadPosition(words, WORD.tail)
    if (!this.overwrites && distance(tail, this.base) > this.span)
      throw corrupted('the ring is fuller than it is large')
    this.tail = tail | 0
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
      this.renewData()
    } else this.intentAt = reached(WORD.intent, this.base, this.span)
    this.intent = this.intentAt | 0
  }

  protected entryEnd(low: number): number {
    const w = this.area.index + ((low & (this.span - 1)) >> 2)
    const position = (this.words[w]! >>> 0) + (this.words[w + 1]! & 0xfffff) * 2 ** 32
    return advance(position, this.words[w + 2]! & RECORD_LENGTH)
  }

  protected renewData(): void {
    if (this.tail === this.pub) {
      // Nothing published is held; what is not published yet begins behind the last published block.
      this.dtail = this.low === this.pub ? this.dlow : this.entryAt(this.pub)
      return
    }
    this.dtail = this.entryAt(this.tail)
    if ((this.dlow - this.dtail) >>> 0 > this.capacity) throw corrupted(`the index of ring ${this.id} was changed`)
  }

  protected entryAt(low: number): number {
    return this.words[this.area.index + ((low & (this.span - 1)) >> 2)]!
  }
}
