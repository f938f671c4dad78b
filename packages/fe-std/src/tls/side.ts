import { OTHER, UNKNOWN } from '../streams/direction.js'
import type { Kept } from '../streams/kept.js'
import { CLIENT_HELLO, HANDSHAKE, type Hello, SERVER_HELLO } from './hello.js'

const NOTHING = new Uint8Array(0)

/** A direction that begins with an alert: the server refuses. */
export const ALERT = 3

/** Type, version, length (RFC 8446 §5.1). */
export const RECORD = 5
const ALERTS = 21
const HANDSHAKES = 22
const MAX_RECORD = 16384
const MAX_HELLO = 65536
/** Records are at most so many bytes up to the end of the hello. */
const MAX_BYTES = 131072

/** May byte `i` of the first record's header be `c`? */
const fits = (i: number, c: number): boolean =>
  i === 0 ? c === HANDSHAKES || c === ALERTS : i === 1 ? c === 3 : i === 2 ? c <= 4 : true

/** One direction of a TLS connection up to its hello, which may lie in several records, in pieces cut anywhere. */
export class TlsSide {
  stream = -1
  /** CLIENT_HELLO, SERVER_HELLO, ALERT; 0: not known. */
  type = 0
  version = 0
  /** Description of the alert. */
  alert = 0
  /** The hello lies in the first piece, behind the record's header; else in `kept`. */
  here = false
  /** Bytes of the hello, its type and length included. */
  length = 0
  /** A hello whose lengths make no sense has been refused. */
  malformed = false
  /** For whoever listens: what is to be said of the hello, when it came, and the ends of the connection. */
  text: Uint8Array = NOTHING
  ends: Uint8Array = NOTHING
  seconds = 0
  nanoseconds = 0
  logged = false
  readonly kept: Kept
  readonly #hello: Hello
  /** Bytes of the stream that have come. */
  #bytes = 0
  /** Bytes of the record's header that have come, and of its fragment that are to come. */
  #header = 0
  #left = 0
  #size = 0
  #type = 0
  #version = 0

  constructor(hello: Hello, kept: Kept) {
    this.#hello = hello
    this.kept = kept
  }

  reset(): void {
    this.stream = -1
    this.type = 0
    this.version = 0
    this.alert = 0
    this.here = false
    this.length = 0
    this.malformed = false
    this.text = NOTHING
    this.ends = NOTHING
    this.logged = false
    this.kept.clear()
    this.#bytes = 0
    this.#header = 0
    this.#left = 0
  }

  /** The version of the hello or alert, OTHER, or UNKNOWN, of which there is an end within {@link MAX_BYTES}. */
  recognise(b: Uint8Array, at: number, end: number): number {
    if (this.#bytes === 0) {
      const verdict = this.#whole(b, at, end)
      if (verdict !== UNKNOWN) return verdict
    }
    while (at < end) {
      if (++this.#bytes > MAX_BYTES) return OTHER
      if (this.#left === 0) {
        if (!this.#headerByte(b[at++]!)) return OTHER
        continue
      }
      const next = at + Math.min(this.#left, end - at, this.#wanted() - this.kept.used)
      if (!this.kept.add(b, at, next)) return OTHER
      this.#bytes += next - at - 1
      this.#left -= next - at
      at = next
      const verdict = this.#look()
      if (verdict !== UNKNOWN) return verdict
    }
    return UNKNOWN
  }

  /** A hello that lies in one record and one piece, as nearly all do. */
  #whole(b: Uint8Array, at: number, end: number): number {
    if (end - at < RECORD + HANDSHAKE) return UNKNOWN
    for (let i = 0; i < 3; i++) if (!fits(i, b[at + i]!)) return OTHER
    const start = at + RECORD
    const size = (b[at + 3]! << 8) | b[at + 4]!
    const length = this.#lengthAt(b, start)
    if (b[at] !== HANDSHAKES || size > MAX_RECORD || length < 0 || length > size || start + length > end) return UNKNOWN
    this.here = true
    return this.#read(b, start, length)
  }

  /** Bytes of the hello at `at`, its header included; -1 when it is none. */
  #lengthAt(b: Uint8Array, at: number): number {
    const type = b[at]!
    const length = HANDSHAKE + ((b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!)
    return (type === CLIENT_HELLO || type === SERVER_HELLO) && length <= MAX_HELLO ? length : -1
  }

  #headerByte(c: number): boolean {
    const i = this.#header++
    if (!fits(i, c)) return false
    if (i === 0) {
      // All records up to the end of the hello are of its type.
      if (this.kept.used > 0 && c !== this.#type) return false
      this.#type = c
    } else if (i === 1) this.#version = c << 8
    else if (i === 2) this.#version |= c
    else if (i === 3) this.#size = c << 8
    else {
      this.#header = 0
      this.#left = this.#size | c
      return this.#left > 0 && this.#left <= MAX_RECORD && (this.#type === HANDSHAKES || this.#left === 2)
    }
    return true
  }

  /** How many bytes are needed before there is something to say. */
  #wanted(): number {
    if (this.#type === ALERTS) return 2
    const { kept } = this
    return kept.used < HANDSHAKE ? HANDSHAKE : this.#lengthAt(kept.bytes, 0)
  }

  #look(): number {
    const { kept } = this
    if (kept.used < this.#wanted()) return UNKNOWN
    if (this.#type === ALERTS) return this.#alert(kept.bytes)
    const length = this.#lengthAt(kept.bytes, 0)
    if (length < 0) return OTHER
    return kept.used < length ? UNKNOWN : this.#read(kept.bytes, 0, length)
  }

  /** Level and description (RFC 8446 §6). */
  #alert(b: Uint8Array): number {
    if (b[0] !== 1 && b[0] !== 2) return OTHER
    this.type = ALERT
    this.alert = b[1]!
    this.version = this.#version
    return this.version
  }

  #read(b: Uint8Array, at: number, length: number): number {
    if (!this.#hello.read(b, at, at + length)) {
      this.malformed = true
      return OTHER
    }
    this.type = this.#hello.type
    this.version = this.#hello.version
    this.length = length
    return this.version
  }
}
