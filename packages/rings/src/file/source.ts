import type { Arena } from '../arena.js'
import type { RingKind } from '../format.js'
import type { IndexRecord } from '../index-record.js'
import type { RingReader } from '../ring/reader.js'
import type { ReadingFile } from './reading-file.js'
import type { SpliceLimit } from './splice.js'
import type { WritingFile } from './writing-file.js'

/** Somebody who looks at bytes of blocks after their reader has gone on, and has marked each with a number. */
export interface Use {
  /** Does nobody look any more at what was marked so? Once true it stays true, as it is of all that was marked before. */
  isOver(mark: number): boolean
}

/**
 * What a reading file reads: pieces of blocks that lie in the arena, one after the other. A piece is what one record
 * of the ring holds; a block is one piece, or several that `more` joins (ring format, bit 30).
 */
export interface BlockSource {
  readonly arena: Arena
  readonly kind: RingKind
  /** Its place in a ring with many readers. */
  readonly reader?: RingReader
  /** May bytes be overwritten before they were read? Then ask `intact` after use. */
  readonly isLossy: boolean
  /** The piece that `look` has shown: where it lies in the arena, its bytes, and does the next one continue it? */
  readonly offset: number
  readonly length: number
  readonly more: boolean
  /** Absolute position of that piece, for `seek`. */
  readonly position: number
  /** Is it the first that the ring ever held? */
  readonly isFirst: boolean
  /** Open: more may come. Gone: the writer died. */
  readonly state: 'open' | 'ended' | 'gone'
  /** Lost so far; whenever one of the two has changed, the next piece does not follow the one before. */
  readonly lostBlocks: number
  readonly lostBytes: number
  /** Shows the next piece, or the same again until `done`. False: there is none now. @throws SL_RING, SL_RING_EVICTED */
  look(): boolean
  /** Done with the piece, or with its first `bytes` (c). Its place may be given back at the next `look`. */
  done(bytes: number): void
  /** Was the piece still whole just now? */
  intact(): boolean
  /** Gives everything back that is done. */
  release(): void
  /** Sleeps until something may have come, at most `ms`; both may come back early. */
  waitSync(ms: number): void
  wait(ms: number): Promise<void>
  /** Ends a sleep in this thread. */
  wake(): void
  /**
   * Keeps the piece in its place until the use marked `mark` is over, however far the reader goes. False: it cannot, there is no slot
   * left. If the writer does not wait for this reader nothing is kept, and who uses it must ask whether it is whole.
   */
  hold(use: Use, mark: number): boolean
  /** Gives back what is not in use any more; true: nothing is held. */
  settle(): boolean
  /** The index (§6, Figure 5) of `length` bytes at `offset` of the arena, which lie in the piece. */
  describe(index: IndexRecord, offset: number, length: number): void
  /**
   * Moves what has not come into the arena yet to `to` by a shorter way than through it; undefined: there is none.
   * `from` is the file over this source.
   */
  giveTo?(from: ReadingFile, to: WritingFile, limit: SpliceLimit): Promise<number> | undefined
  giveToSync?(from: ReadingFile, to: WritingFile, limit: SpliceLimit): number | undefined
  /** Goes to the piece at an absolute position. @throws SL_USAGE with the positions that can be had */
  seek(position: number): void
  /** Leaves the ring, but keeps what is held: `settle` until it says so, then `abandon`. */
  leave(): void
  /** Gives up what is still held, and all that was opened with it. */
  abandon(): void | Promise<void>
}
