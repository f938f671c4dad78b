/** A set of byte values. Changed only while it is being built. */
export class ByteSet {
  readonly words = new Uint32Array(8)

  /** The bytes of a range, both ends included, or of several: `of(48, 57, 65, 70)`. */
  static of(...ranges: number[]): ByteSet {
    const set = new ByteSet()
    for (let i = 0; i < ranges.length; i += 2) set.add(ranges[i]!, ranges[i + 1]!)
    return set
  }

  add(low: number, high = low): this {
    for (let byte = low; byte <= high; byte++) this.words[byte >> 5]! |= 1 << (byte & 31)
    return this
  }
  has(byte: number): boolean {
    return ((this.words[byte >> 5]! >>> (byte & 31)) & 1) === 1
  }
  join(other: ByteSet): this {
    for (let i = 0; i < 8; i++) this.words[i]! |= other.words[i]!
    return this
  }
  inverse(): ByteSet {
    const set = new ByteSet()
    for (let i = 0; i < 8; i++) set.words[i] = ~this.words[i]!
    return set
  }
  /** With the other case of each ASCII letter in it. */
  folded(): ByteSet {
    const set = new ByteSet().join(this)
    for (let upper = 65; upper <= 90; upper++) {
      if (this.has(upper)) set.add(upper + 32)
      if (this.has(upper + 32)) set.add(upper)
    }
    return set
  }
  /** The only byte in it, or -1. */
  single(): number {
    let found = -1
    for (let byte = 0; byte < 256; byte++) {
      if (!this.has(byte)) continue
      if (found >= 0) return -1
      found = byte
    }
    return found
  }
  /** The same for equal sets. */
  key(): string {
    return this.words.join()
  }
}

export const DIGIT = ByteSet.of(48, 57)
export const WORD = ByteSet.of(48, 57, 65, 90, 95, 95, 97, 122)
/** Tab, line feed, vertical tab, form feed, carriage return, space. */
export const SPACE = ByteSet.of(9, 13, 32, 32)
export const ANY = ByteSet.of(0, 255)
export const NO_NEWLINE = ByteSet.of(0, 9, 11, 255)

const range = (...ranges: number[]) => ByteSet.of(...ranges)
/** Named classes of POSIX, as in `[[:alpha:]]`. */
export const POSIX: Readonly<Record<string, ByteSet>> = {
  alnum: range(48, 57, 65, 90, 97, 122),
  alpha: range(65, 90, 97, 122),
  ascii: range(0, 127),
  blank: range(9, 9, 32, 32),
  cntrl: range(0, 31, 127, 127),
  digit: DIGIT,
  graph: range(33, 126),
  lower: range(97, 122),
  print: range(32, 126),
  punct: range(33, 47, 58, 64, 91, 96, 123, 126),
  space: SPACE,
  upper: range(65, 90),
  word: WORD,
  xdigit: range(48, 57, 65, 70, 97, 102),
}
