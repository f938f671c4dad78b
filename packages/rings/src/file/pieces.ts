import { BLOCK_END, Cursor, NOTHING } from './cursor.js'
import { Parts } from './parts.js'
import type { BlockSource } from './source.js'
import { Views } from './views.js'

/** What `showNext` gives where a block ends that was cut. */
export const END = new Uint8Array(0)

const copyBytes = (heap: Uint8Array, from: number, length: number, target: Uint8Array, at: number): void => {
  // A view costs as much as copying some tens of bytes one by one.
  if (length <= 24) for (let i = 0; i < length; i++) target[at + i] = heap[from + i]!
  else target.set(heap.subarray(from, from + length), at)
}

/** What can be done with the pieces of a source: shown, copied, joined to blocks, stepped over. */
export class Pieces extends Cursor {
  private readonly whenGone: 'fail' | 'end'
  private readonly heap: Uint8Array
  private readonly views: Views
  /** Pieces of the block that `join` puts together. */
  private readonly parts: Parts

  /** `limit`: most bytes of a block that `join` puts together. */
  constructor(source: BlockSource, whenGone: 'fail' | 'end', limit: number) {
    super(source)
    this.whenGone = whenGone
    this.heap = source.arena.bytes
    this.views = new Views(this.heap)
    this.parts = new Parts(limit)
  }

  override get more(): boolean {
    return this.isJoining || super.more
  }

  /** Has `join` taken pieces of a block that is not all there? */
  get isJoining(): boolean {
    return !this.parts.isEmpty
  }

  /** Nothing follows. @throws SL_BROKEN_PIPE */
  get isAtEnd(): boolean {
    return this.isAtEndOf(this.whenGone)
  }

  /** At most `count` bytes in place; undefined: nothing is there now. What was shown before is not valid any more. */
  show(count: number): Uint8Array | undefined {
    let found = this.advance()
    while (found === BLOCK_END) found = this.advance()
    if (found === NOTHING) return undefined
    const { source, taken } = this
    const length = Math.min(count, source.length - taken)
    this.give(length)
    return this.views.get(source.offset + taken, length)
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

  /** A copy of the next block; undefined: not all of it is there, null: the end. @throws SL_RING if it is too long */
  join(): Uint8Array | null | undefined {
    const { source, parts } = this
    for (;;) {
      const found = this.advance()
      if (found === NOTHING) return this.isAtEnd ? null : undefined
      if (found === BLOCK_END) {
        if (parts.isEmpty && !this.isBegun) continue
        if (this.isBegun) parts.begins = true
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
      if (parts.isEmpty && this.phase !== 'inside') return copy
      if (!parts.add(copy, this.begins)) {
        this.dropParts()
        this.phase = this.phase === 'inside' ? 'tail' : 'start'
        throw parts.tooLong()
      }
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
    this.source.seek(position)
    this.restart(position)
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

  protected dropParts(): void {
    this.parts.drop()
    this.isEnding = false
  }

  private takeParts(): Uint8Array {
    const { begins } = this.parts
    const block = this.parts.take()
    this.isEnding = false
    this.begins = begins
    return block
  }
}
