const QUOTE = 34
const BACKSLASH = 92
const HEX = Uint8Array.from('0123456789abcdef', (c) => c.charCodeAt(0))

/** Bytes that stand for themselves in a JSON string: ASCII without controls, quote and backslash. */
const PLAIN = new Uint8Array(256)
for (let c = 32; c < 127; c++) PLAIN[c] = c === QUOTE || c === BACKSLASH ? 0 : 1

/** Text of ASCII as bytes. */
export const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0))

/** What a terminal might obey, or shows as something else (see `escapeText`). */
const isHostile = (code: number): boolean =>
  code < 0xa0 ||
  code === 0x61c ||
  (code >= 0x200b && code <= 0x200f) ||
  (code >= 0x2028 && code <= 0x202e) ||
  (code >= 0x2060 && code <= 0x206f) ||
  code === 0xfeff

/** Length of the UTF-8 sequence at `at`; 0 when there is no valid one (RFC 3629). */
const sequenceAt = (b: Uint8Array, at: number, end: number): number => {
  const c = b[at]!
  const size = c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0
  if (size === 0 || at + size > end) return 0
  for (let i = 1; i < size; i++) if ((b[at + i]! & 0xc0) !== 0x80) return 0
  const second = b[at + 1]!
  if ((c === 0xe0 && second < 0xa0) || (c === 0xed && second > 0x9f)) return 0
  return (c === 0xf0 && second < 0x90) || (c === 0xf4 && second > 0x8f) ? 0 : size
}

const codeAt = (b: Uint8Array, at: number, size: number): number => {
  let code = b[at]! & (0xff >> (size + 1))
  for (let i = 1; i < size; i++) code = (code << 6) | (b[at + i]! & 63)
  return code
}

/**
 * Writes JSON of captured bytes into an array, without allocating. Strings come out as UTF-8: valid sequences as they
 * are, other bytes as the character of that number (Latin-1). Nothing in them can end a line or move a cursor.
 */
export class JsonWriter {
  bytes: Uint8Array
  at = 0
  /** A string was longer than it may be. */
  cut = false

  /** `bytes` must have room for whatever is written: the writer does not look. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  /** Text that needs no escapes. */
  raw(text: Uint8Array): void {
    const { bytes } = this
    let { at } = this
    for (let i = 0; i < text.length; i++) bytes[at++] = text[i]!
    this.at = at
  }

  byte(c: number): void {
    this.bytes[this.at++] = c
  }

  /** A number below 65536 in hexadecimal, without zeros in front. */
  hex(value: number): void {
    let shift = 12
    while (shift > 0 && value >> shift === 0) shift -= 4
    for (; shift >= 0; shift -= 4) this.bytes[this.at++] = HEX[(value >> shift) & 15]!
  }

  /** b[from, to) as it is. */
  copy(b: Uint8Array, from: number, to: number): void {
    const { bytes } = this
    let { at } = this
    for (let i = from; i < to; i++) bytes[at++] = b[i]!
    this.at = at
  }

  /** An integer; other numbers as JavaScript writes them. At most 24 bytes. */
  number(value: number): void {
    if (!(Number.isSafeInteger(value) && value >= 0)) {
      const text = String(value)
      for (let i = 0; i < text.length; i++) this.bytes[this.at++] = text.charCodeAt(i)
      return
    }
    let digits = 1
    for (let most = 10; value >= most; most *= 10) digits++
    this.digits(value, digits)
  }

  /** So many decimal digits of an integer. */
  digits(value: number, digits: number): void {
    const { bytes } = this
    for (let i = this.at + digits - 1; i >= this.at; i--) {
      const rest = Math.floor(value / 10)
      bytes[i] = 48 + value - 10 * rest
      value = rest
    }
    this.at += digits
  }

  /** Seconds with a fraction of six digits, or nine where the time has them. At most 34 bytes. */
  time(seconds: number, nanoseconds: number): void {
    this.number(seconds)
    this.bytes[this.at++] = 46
    // A file may hold more than a second below the second.
    const below = Math.min(nanoseconds, 999_999_999)
    if (below % 1000 === 0) this.digits(below / 1000, 6)
    else this.digits(below, 9)
  }

  /** The member `name`, the seconds between two times; nothing when the second is before the first. */
  wait(name: Uint8Array, from: number, fromNanoseconds: number, to: number, toNanoseconds: number): void {
    let seconds = to - from
    let nanoseconds = toNanoseconds - fromNanoseconds
    if (nanoseconds < 0) {
      seconds--
      nanoseconds += 1e9
    }
    if (!(seconds >= 0) || !(nanoseconds >= 0)) return
    this.raw(name)
    this.time(seconds, nanoseconds)
  }

  /** b[from, to) as a string of at most `most` bytes, quotes apart. */
  string(b: Uint8Array, from: number, to: number, most: number): void {
    const { bytes } = this
    let { at } = this
    bytes[at++] = QUOTE
    const last = at + most
    for (let i = from; i < to; ) {
      const c = b[i]!
      if (PLAIN[c] === 1 && at < last) {
        bytes[at++] = c
        i++
        continue
      }
      const size = c < 0x80 ? 1 : sequenceAt(b, i, to)
      const code = size > 1 ? codeAt(b, i, size) : c
      // A character is written as a whole or not at all: two escapes at most.
      if (at + 12 > last) {
        this.cut = true
        break
      }
      this.at = at
      this.#character(b, i, size, code)
      at = this.at
      i += size || 1
    }
    bytes[at++] = QUOTE
    this.at = at
  }

  #character(b: Uint8Array, from: number, size: number, code: number): void {
    const { bytes } = this
    if (code === QUOTE || code === BACKSLASH) {
      bytes[this.at++] = BACKSLASH
      bytes[this.at++] = code
    } else if (isHostile(code) && (code < 32 || code > 126)) this.#escape(code)
    else if (size > 0) this.copy(b, from, from + size)
    else {
      // Latin-1: two bytes in UTF-8.
      bytes[this.at++] = 0xc0 | (code >> 6)
      bytes[this.at++] = 0x80 | (code & 63)
    }
  }

  #escape(code: number): void {
    const { bytes } = this
    bytes[this.at++] = BACKSLASH
    bytes[this.at++] = 117
    for (let shift = 12; shift >= 0; shift -= 4) bytes[this.at++] = HEX[(code >> shift) & 15]!
  }
}
