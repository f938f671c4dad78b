/** Handshake types (RFC 8446 §4). */
export const CLIENT_HELLO = 1
export const SERVER_HELLO = 2

/** Bytes in front of a handshake message's body: type, length. */
export const HANDSHAKE = 4
const RANDOM = 32

const SERVER_NAME = 0
const SUPPORTED_GROUPS = 10
const POINT_FORMATS = 11
const SIGNATURES = 13
const ALPN = 16
const SUPPORTED_VERSIONS = 43

/** A place in the array that the hello was read from. */
export interface Range {
  at: number
  end: number
}

export const u16 = (b: Uint8Array, at: number): number => (b[at]! << 8) | b[at + 1]!

/** Values that are sent to keep receivers tolerant (RFC 8701): 0x0a0a, 0x1a1a … */
export const isGrease = (value: number): boolean => (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff)

/** What the hello in hand says. One object for all hellos; ranges hold what they are named after, without its length. */
export class Hello {
  type = 0
  /** Version field; what TLS 1.3 says there is 1.2. */
  legacy = 0
  /** The highest version that a client offers, or the one that a server has chosen. */
  version = 0
  /** The cipher suite of a server. */
  cipher = 0
  readonly ciphers: Range = { at: 0, end: 0 }
  /** Extensions, each with type and length. */
  readonly extensions: Range = { at: 0, end: 0 }
  /** The first host name of the server name extension. */
  readonly name: Range = { at: 0, end: 0 }
  readonly groups: Range = { at: 0, end: 0 }
  readonly formats: Range = { at: 0, end: 0 }
  readonly signatures: Range = { at: 0, end: 0 }
  /** Protocol names, each with its length. */
  readonly protocols: Range = { at: 0, end: 0 }

  /** Reads message b[at, end) of RFC 8446 §4.1 or its forerunners. False when lengths in it make no sense. */
  read(b: Uint8Array, at: number, end: number): boolean {
    this.#reset(b[at]!)
    at += HANDSHAKE
    if (at + 2 + RANDOM + 1 > end) return false
    this.legacy = u16(b, at)
    this.version = this.legacy
    if (b[at] !== 3) return false
    at += 2 + RANDOM
    at += 1 + b[at]!
    at = this.type === CLIENT_HELLO ? this.#offers(b, at, end) : this.#choice(b, at, end)
    if (at < 0 || at > end) return false
    // SSL 3.0 and the first TLS had none.
    if (at === end) return true
    if (at + 2 > end || at + 2 + u16(b, at) !== end) return false
    return this.#extensions(b, at + 2, end)
  }

  /** Cipher suites and compression methods of a client; returns where they end. */
  #offers(b: Uint8Array, at: number, end: number): number {
    if (at + 2 > end) return -1
    const size = u16(b, at)
    set(this.ciphers, at + 2, at + 2 + size)
    at += 2 + size
    return size % 2 !== 0 || at >= end ? -1 : at + 1 + b[at]!
  }

  #choice(b: Uint8Array, at: number, end: number): number {
    if (at + 3 > end) return -1
    this.cipher = u16(b, at)
    return at + 3
  }

  #extensions(b: Uint8Array, at: number, end: number): boolean {
    set(this.extensions, at, end)
    while (at < end) {
      if (at + 4 > end) return false
      const type = u16(b, at)
      const next = at + 4 + u16(b, at + 2)
      if (next > end || !this.#extension(type, b, at + 4, next)) return false
      at = next
    }
    return true
  }

  #extension(type: number, b: Uint8Array, at: number, end: number): boolean {
    // What a server answers to these may be empty.
    if (this.type === SERVER_HELLO && type !== ALPN && type !== SUPPORTED_VERSIONS) return true
    switch (type) {
      case SERVER_NAME:
        return at === end || (list(b, at, end, 2, this.name) && this.#firstName(b))
      case SUPPORTED_GROUPS:
        return list(b, at, end, 2, this.groups)
      case POINT_FORMATS:
        return list(b, at, end, 1, this.formats)
      case SIGNATURES:
        return list(b, at, end, 2, this.signatures)
      case ALPN:
        return list(b, at, end, 2, this.protocols)
      case SUPPORTED_VERSIONS:
        return this.#versions(b, at, end)
      default:
        return true
    }
  }

  /** Of the names only the first host name counts (RFC 6066 §3: there is one of a type). */
  #firstName(b: Uint8Array): boolean {
    const { name } = this
    let { at } = name
    const { end } = name
    set(name, 0, 0)
    while (at + 3 <= end) {
      const next = at + 3 + u16(b, at + 1)
      if (next > end) return false
      if (b[at] === 0) {
        set(name, at + 3, next)
        return true
      }
      at = next
    }
    return at === end
  }

  #versions(b: Uint8Array, at: number, end: number): boolean {
    if (this.type === SERVER_HELLO) {
      this.version = end - at === 2 ? known(u16(b, at)) : 0
      return this.version > 0
    }
    if (at >= end || at + 1 + b[at]! !== end || b[at]! % 2 !== 0) return false
    let highest = 0
    for (at++; at < end; at += 2) highest = Math.max(highest, known(u16(b, at)))
    if (highest > 0) this.version = highest
    return true
  }

  #reset(type: number): void {
    this.type = type
    this.legacy = 0
    this.version = 0
    this.cipher = 0
    for (const range of [this.ciphers, this.extensions, this.name, this.groups, this.formats]) set(range, 0, 0)
    set(this.signatures, 0, 0)
    set(this.protocols, 0, 0)
  }
}

/** A version of TLS; 0 for others. Drafts of TLS 1.3 said 0x7f and their number. */
const known = (version: number): number => (version >> 8 === 0x7f ? 0x0304 : version >> 8 === 3 ? version : 0)

const set = (range: Range, at: number, end: number): void => {
  range.at = at
  range.end = end
}

/** A list in front of which stands its length in `size` bytes, and behind which nothing. */
const list = (b: Uint8Array, at: number, end: number, size: 1 | 2, range: Range): boolean => {
  if (at + size > end) return false
  const length = size === 1 ? b[at]! : u16(b, at)
  set(range, at + size, end)
  return at + size + length === end
}
