import { StreamlineError } from '@netstreamline/core'
import type { Arena } from '../arena.js'
import { RING_STATE, WORD } from '../format.js'
import type { IBufReader } from '../ibuf-reader.js'
import { IndexRecord } from '../index-record.js'
import { advance, distance, POSITION_MODULUS } from '../position.js'
import { enterIBuf, INDEX_MORE, leaveIBuf } from './ibuf-words.js'
import type { Rings } from './rings.js'
import { LOOK, sleepOn, sleepOnSync, wakeAt } from './sleep.js'
import type { BlockSource, Use } from './source.js'

interface Held {
  readonly use: Use
  readonly mark: number
}

/** An index that is done, while one before it or itself is still in use elsewhere. */
interface Passed {
  /** Low word of the position behind it. */
  readonly low: number
  readonly ring: number
  /** End of its window in that ring; -1: it has no bytes. */
  readonly end: number
  readonly uses: readonly Held[]
}

/** Give back after so many bytes, so that a small data buffer behind a large IBuf does not run full. */
const GIVE_BACK_BYTES = 16384

/**
 * An IBuf, as files read it: each index is silently resolved (§6). The data buffers are given back up to the last
 * index that is done, which a reader alone may do: the only one of an IBuf whose data nobody else reads.
 *
 * The place of an index is given back when its data is not needed any more: so whoever has pushed it (splice) sees by
 * the consumer position that the reader is done. `positions.low` is therefore what may be given back; what is decoded
 * next is `ahead`.
 */
export class IBufSource implements BlockSource {
  readonly arena: Arena
  readonly kind = 'i'
  readonly isLossy = true
  /** The index of the piece that `look` has shown. */
  readonly index = new IndexRecord()
  offset = -1
  length = 0
  more = false
  state: 'open' | 'ended' = 'open'
  lostBlocks = 0
  lostBytes = 0
  private readonly ibuf: IBufReader
  private readonly rings: Rings
  private readonly releases: boolean
  private readonly words: Int32Array
  private ahead: number
  private isDone = false
  private isTorn = false
  private uses: Held[] = []
  private queue: Passed[] = []
  /** Ends of what is done, by ring, to be given back. */
  private readonly ends = new Map<number, number>()
  private bytes = 0

  constructor(arena: Arena, ibuf: IBufReader, rings: Rings, releases: boolean) {
    this.arena = arena
    this.ibuf = ibuf
    this.rings = rings
    this.releases = releases
    this.words = ibuf.positions.words
    this.ahead = ibuf.positions.low
    enterIBuf(this.words)
  }

  get position(): number {
    const { base, released } = this.ibuf.positions
    return advance(base, (this.ahead - released) >>> 0)
  }

  get isFirst(): boolean {
    return this.position <= 64
  }

  get isHeld(): boolean {
    return this.queue.length > 0 || this.uses.length > 0
  }

  look(): boolean {
    if (this.isDone) this.finish()
    if (this.offset >= 0) return true
    if (this.queue.length > 0) this.shift()
    const c = this.ibuf.positions
    if (this.bytes >= GIVE_BACK_BYTES || (c.low - c.released) >>> 0 >= c.capacity >>> 2) this.giveBack()
    while (this.state === 'open' && this.load()) {
      const { index } = this
      // Without bytes there is nothing to look for: it marks something in a stream, or in a block that was cut.
      const at = index.length === 0 ? 0 : this.rings.resolve(index)
      if (at >= 0) {
        this.offset = at
        this.length = index.length
        this.more = (index.flags & INDEX_MORE) !== 0
        return true
      }
      this.isTorn = true
      this.finish()
    }
    return false
  }

  done(): void {
    this.isDone = true
  }

  intact(): boolean {
    const { index } = this
    if (this.isTorn) return false
    if (index.length === 0) return true
    this.isTorn = this.rings.find(index.ring).intact?.(index.position) === false
    return !this.isTorn
  }

  release(): void {
    if (this.isDone) this.finish()
    this.shift()
    this.giveBack()
  }

  waitSync(ms: number): void {
    this.release()
    if (this.arm()) sleepOnSync(this.words, WORD.readerSleeps, this.isHeld ? Math.min(ms, LOOK) : ms)
  }

  async wait(ms: number): Promise<void> {
    this.release()
    if (this.arm()) await sleepOn(this.words, WORD.readerSleeps, this.isHeld ? Math.min(ms, LOOK) : ms)
  }

  wake(): void {
    Atomics.store(this.words, WORD.readerSleeps, 0)
    wakeAt(this.words, WORD.readerSleeps)
  }

  hold(use: Use, mark: number): boolean {
    this.uses.push({ use, mark })
    return true
  }

  settle(): boolean {
    this.shift()
    this.giveBack()
    return !this.isHeld
  }

  describe(index: IndexRecord, offset: number, length: number): void {
    Object.assign(index, this.index)
    index.flags &= ~INDEX_MORE
    index.offset += offset - this.offset
    index.length = length
  }

  seek(): never {
    throw new StreamlineError('SL_USAGE', 'an IBuf cannot be searched', {
      hint: 'Its indices are gone when they are read (as with a pipe).',
    })
  }

  leave(): void {
    if (this.offset >= 0) this.finish()
    if (this.settle()) this.abandon()
  }

  abandon(): void {
    this.queue = []
    leaveIBuf(this.words)
  }

  private finish(): void {
    const { index, uses } = this
    this.isDone = false
    this.offset = -1
    if (this.isTorn) {
      this.isTorn = false
      this.lostBlocks++
      this.lostBytes += index.length
    }
    // -1: no bytes, no end.
    const end = index.length === 0 ? -1 : advance(index.position, index.offset + index.length)
    if (this.queue.length === 0 && uses.length === 0) {
      this.pass(this.ahead, index.ring, end)
      return
    }
    this.queue.push({ low: this.ahead, ring: index.ring, end, uses })
    this.uses = []
  }

  /** Moves on over what nobody uses any more. */
  private shift(): void {
    const { queue } = this
    let over = 0
    while (over < queue.length && queue[over]!.uses.every(({ use, mark }) => use.isOver(mark))) {
      const { low, ring, end } = queue[over++]!
      this.pass(low, ring, end)
    }
    if (over > 0) queue.splice(0, over)
  }

  private pass(low: number, ring: number, end: number): void {
    this.ibuf.positions.low = low
    if (end < 0) return
    const before = this.ends.get(ring)
    this.bytes += this.index.length
    if (before === undefined || distance(before, end) < POSITION_MODULUS / 2) this.ends.set(ring, end)
  }

  /** Decodes the next index; false: there is none. @throws SL_RING */
  private load(): boolean {
    const c = this.ibuf.positions
    if (this.ahead === c.producer && !this.isMore()) return false
    const { low } = c
    c.low = this.ahead
    try {
      this.ibuf.next(this.index)
    } finally {
      this.ahead = c.low
      c.low = low
    }
    // A window that begins before the end of what is done needs it still.
    const { ring, position, length } = this.index
    if (length === 0) return true
    const end = this.ends.get(ring)
    if (end !== undefined && distance(end, position) >= POSITION_MODULUS / 2) this.ends.set(ring, position)
    return true
  }

  /** Is there more than was known? Otherwise gives back what is done, and looks whether the end has come. */
  private isMore(): boolean {
    this.giveBack()
    const c = this.ibuf.positions
    c.refill()
    if (c.producer !== this.ahead) return true
    if (Atomics.load(this.words, WORD.state) !== RING_STATE.ended) return false
    c.refill()
    if (c.producer !== this.ahead) return true
    this.state = 'ended'
    return false
  }

  private giveBack(): void {
    this.bytes = 0
    if (this.releases) for (const [ring, end] of this.ends) this.rings.release(ring, end)
    this.ends.clear()
    if (this.ibuf.release()) wakeAt(this.words, WORD.writerSleeps)
  }

  private arm(): boolean {
    Atomics.store(this.words, WORD.readerSleeps, 1)
    if (this.offset < 0 && this.state === 'open' && !this.isMore()) return this.state === 'open'
    Atomics.store(this.words, WORD.readerSleeps, 0)
    return false
  }
}
