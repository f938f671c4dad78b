import { StreamlineError } from '@netstreamline/core'
import { advance } from '../position.js'
import type { BlockSource } from './source.js'

/**
 * Where the reader stands. start: the next piece begins a block. inside: it continues one. unsure: what was before it
 * is not known. tail: it belongs to a block whose beginning was lost.
 */
type Phase = 'start' | 'inside' | 'unsure' | 'tail'

/** What `advance` finds: nothing now, some of a piece, or the end of a block that was cut into pieces. */
const NOTHING = 0
const PIECE = 1
const BLOCK_END = 2

/** What `showNext` gives where a block ends that was cut. */
export const END = new Uint8Array(0)

const copyBytes = (heap: Uint8Array, from: number, length: number, target: Uint8Array, at: number): void => {
  // A view costs as much as copying some tens of bytes one by one.
  if (length <= 24) for (let i = 0; i < length; i++) target[at + i] = heap[from + i]!
  else target.set(heap.subarray(from, from + length), at)
}

/**
 * Pieces of a source, joined to blocks. What a writing file cuts begins with an empty piece that has `more`, all of its
 * bytes have `more`, and an empty piece that has not ends it; another beginning gives it up. So whoever has not seen what was before knows a piece with
 * bytes and without `more` for a whole block, an empty one with `more` for a beginning, and passes on nothing else.
 */
export class Pieces {
  /** About what was given last; see ReadingFile. */
  begins = false
  position: number
  /** Blocks of which a part was lost, or the beginning not seen. */
  broken = 0
  private readonly source: BlockSource
  private readonly whenGone: 'fail' | 'end'
  private readonly heap: Uint8Array
  private phase: Phase = 'unsure'
  /** Of the piece under way (-1: none) so much was given, the last part from `given` on. */
  private taken = -1
  private given = -1
  /** Does it begin a block? Does the next one, as the empty piece before it says? */
  private isBeginning = false
  private isBegun = false
  private lost: number
  /** Pieces of the block that `join` puts together. */
  private parts: Uint8Array[] = []
  private partBytes = 0
  private partsBegin = false
  /** Its end was seen by `isReady`. */
  private isEnding = false

  constructor(source: BlockSource, whenGone: 'fail' | 'end') {
    this.source = source
    this.whenGone = whenGone
    this.heap = source.arena.bytes
    this.position = source.position
    this.lost = source.lostBlocks + source.lostBytes
  }

  get more(): boolean {
    const { source, taken } = this
    if (source.kind === 'c') return false
    if (this.isJoining) return true
    // What was looked at only is the next block.
    if (taken >= 0 && this.given < 0 && this.isBeginning) return false
    return (taken >= 0 && taken < source.length) || (this.phase === 'inside' && !this.isBegun)
  }

  /** Has `join` taken pieces of a block that is not all there? */
  get isJoining(): boolean {
    return this.parts.length > 0
  }

  /** Nothing follows. @throws SL_BROKEN_PIPE */
  get isAtEnd(): boolean {
    const { state } = this.source
    if (state === 'open') return false
    if (state === 'gone' && this.whenGone === 'fail') {
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

  /** At most `count` bytes in place; undefined: nothing is there now. What was shown before is not valid any more. */
  show(count: number): Uint8Array | undefined {
    let found = this.advance()
    while (found === BLOCK_END) found = this.advance()
    if (found === NOTHING) return undefined
    const { source, taken } = this
    const length = Math.min(count, source.length - taken)
    this.give(length)
    const at = source.offset + taken
    return this.heap.subarray(at, at + length)
  }

  /** The same, but stops at the end of a block that was cut: {@link END}. */
  showNext(count: number): Uint8Array | undefined {
    if (!this.isEnding) this.isEnding = this.advance() === BLOCK_END
    if (!this.isEnding) return this.taken >= 0 ? this.show(count) : undefined
    this.isEnding = false
    return END
  }

  /** Was what was given last still whole just now? */
  intact(): boolean {
    return this.taken < 0 || this.source.intact()
  }

  /**
   * Copies to `target` from `at` on until it is full, the block ends (c: until a gap) or nothing more is there. Returns
   * the end of what it holds; -1: nothing yet, 0: nothing, at the end. If the block that fills it up to `at` was lost
   * meanwhile, another one begins at 0.
   */
  fill(target: Uint8Array, at: number): number {
    const { source } = this
    if (target.length === 0) return 0
    const isStream = source.kind === 'c'
    let n = at
    let { begins, position } = this
    while (n < target.length) {
      const found = this.advance()
      if (found === NOTHING) break
      if (found === BLOCK_END) {
        if (n > 0) break
        continue
      }
      if (this.begins && n > 0) {
        // What is in `target` is not continued: bytes before a gap are given as they are, half a block is not.
        if (isStream) break
        n = 0
      }
      if (n === 0) begins = this.begins
      const { taken } = this
      const length = Math.min(source.length - taken, target.length - n)
      copyBytes(this.heap, source.offset + taken, length, target, n)
      if (source.isLossy && !source.intact()) {
        this.tear()
        if (!isStream) n = 0
        continue
      }
      this.give(length)
      if (n === 0) position = this.position
      n += length
      if (n > 0 && !isStream && !this.more) break
    }
    this.begins = begins
    this.position = position
    if (n === target.length && this.phase === 'inside') this.lookForEnd()
    return n > 0 ? n : this.isAtEnd ? 0 : -1
  }

  /** A copy of the next block; undefined: not all of it is there, null: the end. @throws SL_RING if above `limit` */
  join(limit: number): Uint8Array | null | undefined {
    const { source } = this
    for (;;) {
      const found = this.advance()
      if (found === NOTHING) return this.isAtEnd ? null : undefined
      if (found === BLOCK_END) {
        if (this.parts.length === 0 && !this.isBegun) continue
        if (this.isBegun) this.partsBegin = true
        this.isBegun = false
        return this.takeParts()
      }
      if (this.begins) this.dropParts()
      const at = source.offset + this.taken
      const copy = this.heap.slice(at, source.offset + source.length)
      if (source.isLossy && !source.intact()) {
        this.tear()
        continue
      }
      this.give(copy.length)
      if (this.parts.length === 0 && this.phase !== 'inside') return copy
      if (this.parts.push(copy) === 1) this.partsBegin = this.begins
      this.partBytes += copy.length
      if (this.partBytes > limit) this.tooLong(limit)
      if (this.phase !== 'inside') return this.takeParts()
    }
  }

  isReady(): boolean {
    let found = this.advance()
    while (found === BLOCK_END && !this.isJoining) found = this.advance()
    this.isEnding = found === BLOCK_END
    return found !== NOTHING || this.source.state !== 'open'
  }

  skip(count: number): number {
    const { source } = this
    let n = 0
    while (n < count) {
      const found = this.advance()
      if (found === NOTHING) break
      if (found === BLOCK_END) n++
      else if (source.kind === 'c') {
        const bytes = Math.min(source.length - this.taken, count - n)
        this.give(bytes)
        n += bytes
      } else {
        this.give(source.length - this.taken)
        if (this.phase !== 'inside') n++
      }
    }
    return n
  }

  seek(position: number): void {
    const { source } = this
    source.seek(position)
    this.taken = this.given = -1
    this.dropParts()
    this.lost = source.lostBlocks + source.lostBytes
    this.phase = source.kind === 'c' ? 'unsure' : 'start'
    this.isBegun = false
    this.position = position
  }

  release(): void {
    if (this.given >= 0 && (this.taken === this.source.length || this.source.kind === 'c')) this.finish()
    this.source.release()
  }

  /** Arena offset of `length` bytes at `offset`, if they lie in the piece under way; else -1. */
  locate(offset: number, length: number): number {
    const { source } = this
    if (this.taken < 0) return -1
    return offset >= source.offset && offset + length <= source.offset + source.length ? offset : -1
  }

  /** Arena offset of the `n` bytes given last, if they lie in one piece. */
  lastOf(n: number): number {
    return this.taken >= 0 && this.given >= 0 && this.taken - this.given === n ? this.source.offset + this.given : -1
  }

  private advance(): number {
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

  private give(bytes: number): void {
    if (this.source.kind === 'c') this.position = advance(this.source.position, this.taken)
    this.given = this.taken
    this.taken += bytes
  }

  private finish(): void {
    this.source.done(this.taken)
    this.taken = this.given = -1
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

  /** The piece was overwritten while it was copied. */
  private tear(): void {
    this.source.done(this.source.length)
    this.taken = this.given = -1
    this.lose()
  }

  /** Takes the empty piece that ends a cut block, if it is there already. */
  private lookForEnd(): void {
    const { source } = this
    if (this.taken >= 0) {
      if (this.taken < source.length) return
      this.finish()
    }
    if (!source.look() || this.noteLoss() || source.length > 0 || source.more) return
    source.done(0)
    this.phase = 'start'
  }

  private dropParts(): void {
    if (this.parts.length > 0) this.parts = []
    this.partBytes = 0
    this.isEnding = false
  }

  private takeParts(): Uint8Array {
    const block = new Uint8Array(this.partBytes)
    let at = 0
    for (const part of this.parts) {
      block.set(part, at)
      at += part.length
    }
    this.dropParts()
    this.begins = this.partsBegin
    return block
  }

  private tooLong(limit: number): never {
    this.dropParts()
    this.phase = this.phase === 'inside' ? 'tail' : 'start'
    throw new StreamlineError('SL_RING', `a block is longer than the limit of ${limit} bytes`, {
      hint: 'Read it in parts with read, or raise maxBlock.',
      limit,
    })
  }
}
