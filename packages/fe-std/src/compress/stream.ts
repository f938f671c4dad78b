import { deflatePiece } from '#deflate'
import { type Format, type Wrapping, wrap } from './format.js'

/** What deflate can refer back to. */
const WINDOW = 32768
const FIRST = 4096
const NOTHING = new Uint8Array(0)

/**
 * Compresses a stream piece by piece: each piece is compressed by itself, with the 32 KiB before it to refer to, and
 * ends at a byte (as pigz does it). Between pieces nothing is kept but those bytes, and they can be done without.
 */
export class CompressedStream {
  readonly #out: (bytes: Uint8Array) => void
  readonly #level: number
  readonly #piece: number
  readonly #wrapping: Wrapping
  /** What may be referred to, then what is to be compressed. */
  #buffer = NOTHING
  #before = 0
  #length = 0
  #begun = false

  /** @param piece bytes to compress at a time @param out gets compressed bytes, in order */
  constructor(format: Format, level: number, piece: number, out: (bytes: Uint8Array) => void) {
    this.#wrapping = wrap(format)
    this.#level = level
    this.#piece = piece
    this.#out = out
  }

  /** Bytes of memory that it holds. */
  get memory(): number {
    return this.#buffer.length
  }

  add(bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to; ) {
      const n = Math.min(to - at, this.#piece - (this.#length - this.#before))
      this.#reserve(n)
      this.#buffer.set(bytes.subarray(at, at + n), this.#length)
      this.#length += n
      at += n
      if (this.#length - this.#before === this.#piece) this.flush()
    }
  }

  #reserve(n: number): void {
    if (this.#length + n <= this.#buffer.length) return
    let size = Math.max(FIRST, this.#buffer.length)
    while (size < this.#length + n) size *= 2
    const larger = new Uint8Array(Math.min(size, WINDOW + this.#piece))
    larger.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = larger
  }

  #compress(last: boolean): void {
    if (!this.#begun && this.#wrapping.head.length > 0) this.#out(this.#wrapping.head)
    this.#begun = true
    const data = this.#buffer.subarray(this.#before, this.#length)
    this.#wrapping.add(data)
    this.#out(deflatePiece(data, this.#buffer.subarray(0, this.#before), this.#level, last))
  }

  /** Hands out all that has come so far. */
  flush(): void {
    if (this.#length === this.#before) return
    this.#compress(false)
    const kept = Math.min(WINDOW, this.#length)
    this.#buffer.copyWithin(0, this.#length - kept, this.#length)
    this.#before = kept
    this.#length = kept
  }

  /** Hands out all that has come so far and keeps nothing. What follows is compressed a little less. */
  shrink(): void {
    this.flush()
    this.#buffer = NOTHING
    this.#before = 0
    this.#length = 0
  }

  finish(): void {
    this.#compress(true)
    const tail = this.#wrapping.tail()
    if (tail.length > 0) this.#out(tail)
    this.#buffer = NOTHING
  }
}
