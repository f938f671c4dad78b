/** A size line, with its extensions, is at most so long. */
const MAX_SIZE_LINE = 16384
/** All lines of the trailer together. */
const MAX_TRAILER = 65536

const SIZE = 0
const EXTENSION = 1
const DATA = 2
const DATA_END = 3
const TRAILER = 4

const hexDigit = (c: number): number => {
  if (c >= 48 && c <= 57) return c - 48
  const lower = c | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

/** The chunked transfer coding (RFC 9112 §7.1), in pieces cut anywhere. */
export class ChunkReader {
  /** Bytes of data that end where the last step did. */
  data = 0
  /** The trailer has ended. */
  ended = false
  failed = false
  #state = SIZE
  #left = 0
  #digits = 0
  /** Bytes in the line or trailer so far. */
  #count = 0
  /** Characters in the line of the trailer. */
  #line = 0
  /** The byte before was a CR. */
  #cr = false

  reset(): void {
    this.ended = false
    this.failed = false
    this.data = 0
    this.#size()
  }

  /** Takes bytes up to the end of what it can say in one go; returns where that is. */
  step(b: Uint8Array, at: number, end: number): number {
    this.data = 0
    while (at < end) {
      const { data, failed } = this
      if (data > 0 || failed || this.ended) return at
      if (this.#state === DATA) at = this.#take(at, end)
      else if (this.#byte(b[at]!)) at++
      else this.failed = true
    }
    return at
  }

  #take(at: number, end: number): number {
    this.data = Math.min(this.#left, end - at)
    this.#left -= this.data
    if (this.#left === 0) this.#enter(DATA_END)
    return at + this.data
  }

  #size(): void {
    this.#enter(SIZE)
    this.#left = 0
    this.#digits = 0
  }

  #enter(state: number): void {
    this.#state = state
    this.#count = 0
    this.#line = 0
    this.#cr = false
  }

  /** False for a byte that may not stand here: it is not taken. */
  #byte(c: number): boolean {
    // In these states a CR is a part of a line's end, or wrong.
    if (this.#cr && c !== 10) return false
    this.#cr = c === 13
    if (this.#cr) return true
    switch (this.#state) {
      case SIZE:
        return this.#sizeByte(c)
      case EXTENSION:
        if (c === 10) return this.#sizeDone()
        return ++this.#count < MAX_SIZE_LINE
      case DATA_END:
        if (c !== 10) return false
        this.#size()
        return true
      default:
        return this.#trailerByte(c)
    }
  }

  #sizeByte(c: number): boolean {
    if (c === 10) return this.#sizeDone()
    const digit = hexDigit(c)
    if (digit < 0 || this.#count > this.#digits) {
      // Blanks may stand before an extension.
      if (this.#digits === 0 || (c !== 32 && c !== 9 && c !== 59)) return false
      if (c === 59) this.#state = EXTENSION
      return ++this.#count < MAX_SIZE_LINE
    }
    this.#left = this.#left * 16 + digit
    this.#digits++
    // Beyond this, numbers are not exact.
    return ++this.#count < MAX_SIZE_LINE && this.#left <= Number.MAX_SAFE_INTEGER
  }

  #sizeDone(): boolean {
    if (this.#digits === 0) return false
    this.#enter(this.#left > 0 ? DATA : TRAILER)
    return true
  }

  #trailerByte(c: number): boolean {
    if (++this.#count > MAX_TRAILER) return false
    if (c !== 10) this.#line++
    else if (this.#line === 0) this.ended = true
    else this.#line = 0
    return true
  }
}
