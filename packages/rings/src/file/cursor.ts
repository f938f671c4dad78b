import { StreamlineError } from '@netstreamline/core'
import { advance } from '../position.js'
import type { BlockSource } from './source.js'

/**
 * Where the reader stands. start: the next piece begins a block. inside: it continues one. unsure: what was before it
 * is not known. tail: it belongs to a block whose beginning was lost.
 */
type Phase = 'start' | 'inside' | 'unsure' | 'tail'

/** What `advance` finds: nothing now, some of a piece, or the end of a block that was cut into pieces. */
export const NOTHING = 0
export const PIECE = 1
export const BLOCK_END = 2

/**
 * Goes from piece to piece of a source, and knows where blocks begin and end. What a writing file cuts begins with an
 * empty piece that has `more`, all of its bytes have `more`, and an empty piece that has not ends it; another beginning
 * gives it up. So whoever has not seen what was before knows a piece with bytes and without `more` for a whole block,
 * an empty one with `more` for a beginning, and passes on nothing else.
 */
export abstract class Cursor {
  /** About what was given last; see ReadingFile. */
  begins = false
  position: number
  /** Blocks of which a part was lost, or the beginning not seen. */
  broken = 0
  protected readonly source: BlockSource
  protected phase: Phase = 'unsure'
  /** Of the piece under way (-1: none) so much was given, the last part from `given` on. */
  protected taken = -1
  protected given = -1
  /** Does the next piece begin a block, as the empty piece before it says? */
  protected isBegun = false
  /** The end of a block was seen by who only looked. */
  protected isEnding = false
  /** Does the piece under way begin a block? */
  private isBeginning = false
  private lost: number

  constructor(source: BlockSource) {
    this.source = source
    this.position = source.position
    this.lost = source.lostBlocks + source.lostBytes
  }

  /** Is more of the block that was given last still to come? */
  get more(): boolean {
    const { source, taken } = this
    if (source.kind === 'c') return false
    // What was looked at only is the next block.
    if (taken >= 0 && this.given < 0 && this.isBeginning) return false
    return (taken >= 0 && taken < source.length) || (this.phase === 'inside' && !this.isBegun)
  }

  /** Absolute position of the byte that comes next (c), or of the piece. */
  get next(): number {
    return this.taken > 0 ? advance(this.source.position, this.taken) : this.source.position
  }

  protected isAtEndOf(whenGone: 'fail' | 'end'): boolean {
    const { state } = this.source
    if (state === 'open') return false
    if (state === 'gone' && whenGone === 'fail') {
      throw new StreamlineError('SL_BROKEN_PIPE', 'the writer of the ring has died', {
        hint: 'Everything that it had published was read.',
      })
    }
    if (this.phase === 'inside') {
      throw new StreamlineError('SL_BROKEN_PIPE', 'the writer gave up inside a block', {
        hint: 'What was read of that block is not all of it.',
      })
    }
    return true
  }

  /** Pieces of a block that were put aside do not become one. */
  protected abstract dropParts(): void

  /** Shows the piece under way, or the next one. */
  protected advance(): number {
    const { source } = this
    const isStream = source.kind === 'c'
    if (this.isEnding) {
      this.isEnding = false
      return BLOCK_END
    }
    if (this.taken >= 0) {
      // Of a stream that is not waited for, what is given counts as read at once: so losses are exact.
      const isOver = this.taken === source.length ? this.given >= 0 : isStream && source.isLossy && this.taken > 0
      if (isOver) this.finish()
      else if (source.isLossy && !source.intact()) this.tear()
      else {
        this.begins = this.isBeginning && this.taken === 0
        return PIECE
      }
    }
    while (source.look()) {
      this.noteLoss()
      // Overwritten since it was looked up.
      if (source.isLossy && !source.intact()) source.done(source.length)
      else if (isStream) return this.openStream()
      else {
        const found = this.admit()
        if (found !== NOTHING) return found
      }
    }
    return NOTHING
  }

  /** The next `bytes` bytes of the piece are given. */
  protected give(bytes: number): void {
    if (this.source.kind === 'c') this.position = advance(this.source.position, this.taken)
    this.given = this.taken
    this.taken += bytes
  }

  protected finish(): void {
    this.source.done(this.taken)
    this.taken = this.given = -1
  }

  /** The piece was overwritten while it was copied. */
  protected tear(): void {
    this.source.done(this.source.length)
    this.taken = this.given = -1
    this.lose()
  }

  /** Takes the empty piece that ends a cut block, if it is there already. */
  protected lookForEnd(): void {
    const { source } = this
    if (this.taken >= 0) {
      if (this.taken < source.length) return
      this.finish()
    }
    if (!source.look() || this.noteLoss() || source.length > 0 || source.more) return
    source.done(0)
    this.phase = 'start'
  }

  /** The source stands somewhere else now. */
  protected restart(position: number): void {
    const { source } = this
    this.taken = this.given = -1
    this.dropParts()
    this.lost = source.lostBlocks + source.lostBytes
    this.phase = source.kind === 'c' ? 'unsure' : 'start'
    this.isBegun = false
    this.position = position
  }

  private open(begins: boolean): number {
    this.taken = 0
    this.given = -1
    this.begins = this.isBeginning = begins
    if (begins) this.position = this.source.position
    return PIECE
  }

  private openStream(): number {
    const isCut = this.phase !== 'start'
    this.phase = 'start'
    return this.open(isCut)
  }

  /** Was something lost since the last piece? */
  private noteLoss(): boolean {
    const { source } = this
    const lost = source.lostBlocks + source.lostBytes
    if (lost === this.lost) return false
    this.lost = lost
    this.lose()
    return true
  }

  private lose(): void {
    if (this.phase === 'inside') this.broken++
    this.phase = 'unsure'
    this.isBegun = false
    this.dropParts()
  }

  /** May this piece be passed on? If not it is done. */
  private admit(): number {
    const { source, phase } = this
    const { more } = source
    const isEmpty = source.length === 0
    if (phase === 'inside' && isEmpty && more) {
      // The block before was given up.
      if (!this.isBegun) this.lose()
      this.phase = 'inside'
      this.isBegun = true
    } else if (phase === 'inside') {
      if (!more) this.phase = 'start'
      if (!isEmpty) {
        const begins = this.isBegun
        this.isBegun = false
        return this.open(begins)
      }
      source.done(0)
      return BLOCK_END
    } else if (isEmpty && more) {
      this.phase = 'inside'
      this.isBegun = true
    } else if (phase === 'start' || source.isFirst || (phase === 'unsure' && !more && !isEmpty)) {
      this.phase = more ? 'inside' : 'start'
      return this.open(true)
    } else {
      if (more && phase === 'unsure') this.broken++
      this.phase = more ? 'tail' : 'start'
    }
    source.done(source.length)
    return NOTHING
  }
}
