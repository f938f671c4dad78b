import type { BlockSink } from './sink.js'

const EMPTY = new Uint8Array(0)

/**
 * Cuts blocks into pieces that fit the ring. A cut block is an empty piece with `more`, pieces of its bytes with `more`,
 * and an empty piece without (see Pieces for why).
 */
export class Cutter {
  private readonly sink: BlockSink
  /** A block is begun and not ended. */
  isInside = false
  private isGivenUp = false
  /** All of the block's bytes are written, its end is not. */
  owesEnd = false
  /** Did the last `put` or `link` write all that it was to write? */
  isDone = true

  constructor(sink: BlockSink) {
    this.sink = sink
  }

  /** Bytes of the next piece of a block of which `rest` bytes are to be written. */
  pieceOf(rest: number): number {
    return this.isInside || rest > this.sink.maxPiece ? Math.min(rest, this.sink.cut) : rest
  }

  /**
   * Writes as much of `bytes` from `from` on as there is room for; `more`: the block goes on after them. Returns how far
   * it has come; go on from there until `isDone`. `isWhole` as of a sink: if it says no, 0 is all that is written; not
   * for bytes that have to be cut.
   */
  put(bytes: Uint8Array, from: number, more: boolean, isWhole?: () => boolean): number {
    const { sink } = this
    this.isDone = false
    if (this.owesEnd) {
      if (!this.end()) return from
      // There was no room for that alone.
      this.isDone = from > 0 && from === bytes.length
      if (this.isDone) return from
    }
    if (sink.kind === 'c') return this.stream(bytes, from, isWhole)
    if (from === 0 && !more && !this.isInside && bytes.length <= sink.maxPiece) {
      const n = sink.put(bytes, false, isWhole)
      this.isDone = n >= 0
      return Math.max(n, 0)
    }
    if (!this.begin()) return from
    const { cut } = sink
    let at = from
    while (at < bytes.length) {
      const piece = bytes.subarray(at, Math.min(at + cut, bytes.length))
      if (sink.put(piece, true) < 0) return at
      at += piece.length
    }
    this.owesEnd = !more
    this.isDone = this.end()
    // Of nothing, nothing was written: it will come again.
    if (!this.isDone && bytes.length === 0) this.owesEnd = false
    return at
  }

  /** Begins a cut block, if none is begun; false: no room. */
  begin(): boolean {
    if (this.isInside && !this.isGivenUp) return true
    if (this.sink.put(EMPTY, true) < 0) return false
    this.isInside = true
    this.isGivenUp = false
    return true
  }

  /** The block under way will not be ended: the next one tells readers so. */
  giveUp(): void {
    this.isGivenUp = this.isInside
  }

  /** Ends the block under way if it has to be; false: no room. */
  end(): boolean {
    if (!this.owesEnd) return true
    if (this.sink.put(EMPTY, false) < 0) return false
    this.isInside = this.owesEnd = false
    return true
  }

  private stream(bytes: Uint8Array, from: number, isWhole?: () => boolean): number {
    let at = from
    while (at < bytes.length) {
      const n = this.sink.put(at === 0 ? bytes : bytes.subarray(at), false, isWhole)
      if (n < 0) return at
      if (n === 0) break
      at += n
    }
    this.isDone = true
    return at
  }
}
