import { OTHER, UNKNOWN } from '../streams/direction.js'
import type { Kept } from '../streams/kept.js'
import type { KeyExchange } from './key-exchange.js'

/** The two directions, by who opened the connection. */
export const CLIENT = 1
export const SERVER = 2

/** An identification line with its end (RFC 4253 §4.2). */
const MAX_BANNER = 255
/** Lines of a server before it, all together. */
const MAX_BEFORE = 16384
/** A packet up to the key exchange. RFC 4253 §6.1 asks for 35,000. */
const MAX_PACKET = 65536
/** Packets that may come before the key exchange. */
const MAX_PACKETS = 16
/** Length of the packet, length of its padding. */
const HEADER = 5
const KEXINIT = 20

const BEFORE = 0
const PACKET = 1
const DONE = 2

const SSH = [83, 83, 72, 45]
const NOTHING = new Uint8Array(0)

const isDigit = (c: number): boolean => c >= 48 && c <= 57

/** Can line [at, end) that goes on be, or become, one that begins with `SSH-`? */
const maybeSsh = (b: Uint8Array, at: number, end: number): boolean => {
  for (let i = 0; i < 4 && at + i < end; i++) if (b[at + i] !== SSH[i]) return false
  return true
}

/** `SSH-`, a version like 2.0, `-`. */
const isBanner = (b: Uint8Array, at: number, end: number): boolean => {
  if (end - at < 5 || !maybeSsh(b, at, end)) return false
  let i = at + 4
  while (i < end && isDigit(b[i]!)) i++
  if (i === at + 4 || b[i] !== 46) return false
  const minor = ++i
  while (i < end && isDigit(b[i]!)) i++
  return i > minor && i < end && b[i] === 45
}

/** Who is told what the parser finds. Places are in the bytes that come with them. */
export interface SshListener {
  /** The identification line, without its end, lies in b[at, end); `here`: in the block in hand. */
  banner(p: SshParser, b: Uint8Array, at: number, end: number, here: boolean): void
  /** The payload of the first key exchange message. */
  keyExchange(p: SshParser, b: Uint8Array, at: number, end: number, here: boolean): void
  /** Nothing more is read of this direction. */
  done(p: SshParser): void
  malformed(): void
}

/** One direction of an SSH connection (RFC 4253) up to its first key exchange, in pieces cut anywhere. */
export class SshParser {
  stream = -1
  type = 0
  /** Other lines than the identification have come, or have begun. */
  before = false
  /** For whoever listens: what this direction has said and when, and the ends of the connection, client first. */
  banner: Uint8Array = NOTHING
  seconds = 0
  nanoseconds = 0
  names: KeyExchange | undefined
  ends: Uint8Array = NOTHING
  /** All that is to be said of the connection has been. */
  logged = false
  readonly #listener: SshListener
  readonly #kept: Kept
  #state = BEFORE
  #packets = 0
  /** Where the line that goes on begins. */
  #line = 0
  /** Bytes of a packet that is of no interest still to come. */
  #skip = 0

  constructor(listener: SshListener, kept: Kept) {
    this.#listener = listener
    this.#kept = kept
  }

  /** Nothing more is read. */
  get over(): boolean {
    return this.#state === DONE
  }

  /**
   * {@link CLIENT} (whichever direction it is), OTHER, or UNKNOWN, of which there is an end within 17 KB.
   * @param server other lines may stand before the identification
   */
  recognise(b: Uint8Array, at: number, end: number, server: boolean): number {
    const kept = this.#kept
    if (kept.used > 0) return kept.add(b, at, end) ? this.#find(kept.bytes, 0, kept.used, server) : OTHER
    const verdict = this.#find(b, at, end, server)
    return verdict === UNKNOWN && !kept.add(b, at, end) ? OTHER : verdict
  }

  /** [first, first + `#line`) are lines that have been looked at. */
  #find(b: Uint8Array, first: number, end: number, server: boolean): number {
    for (let at = first + this.#line; ; at++) {
      const line = at
      while (at < end && b[at] !== 10 && b[at] !== 0) at++
      if (at < end && b[at] === 0) return OTHER
      const whole = at < end
      if (maybeSsh(b, line, at) && (at - line >= 4 || !whole)) {
        if (at - line >= MAX_BANNER) return OTHER
        if (!whole) return UNKNOWN
        return isBanner(b, line, at) ? CLIENT : OTHER
      }
      if (!server || at - first >= MAX_BEFORE) return OTHER
      this.before = true
      this.#line = line - first
      if (!whole) return UNKNOWN
      this.#line = at + 1 - first
    }
  }

  open(stream: number, type: number): void {
    this.stream = stream
    this.type = type
    this.#kept.clear()
    this.#state = BEFORE
    this.#packets = 0
    this.#skip = 0
  }

  reset(): void {
    this.stream = -1
    this.type = 0
    this.before = false
    this.banner = NOTHING
    this.names = undefined
    this.ends = NOTHING
    this.logged = false
    this.#line = 0
    this.#kept.clear()
  }

  /** Bytes are missing here. */
  lose(): void {
    this.#kept.clear()
    this.#finish()
  }

  feed(b: Uint8Array, at: number, end: number): void {
    while (at < end && this.#state !== DONE)
      at = this.#state === BEFORE ? this.#takeLine(b, at, end) : this.#packet(b, at, end)
  }

  #finish(): void {
    if (this.#state === DONE) return
    this.#state = DONE
    this.#listener.done(this)
  }

  /** Line by line up to the identification, which there is: the stream has been recognised by it. */
  #takeLine(b: Uint8Array, at: number, end: number): number {
    const kept = this.#kept
    let lf = at
    while (lf < end && b[lf] !== 10) lf++
    const next = Math.min(end, lf + 1)
    const here = kept.used === 0
    if ((!here || lf === end) && !kept.add(b, at, next)) this.lose()
    if (lf === end) return next
    const bytes = here ? b : kept.bytes
    const from = here ? at : 0
    let stop = here ? lf : kept.used - 1
    if (stop > from && bytes[stop - 1] === 13) stop--
    if (isBanner(bytes, from, stop)) this.#identified(bytes, from, stop, here)
    kept.clear()
    return next
  }

  #identified(b: Uint8Array, at: number, end: number, here: boolean): void {
    this.#listener.banner(this, b, at, end, here)
    // Version 1 has other packets; 1.99 speaks version 2 as well (RFC 4253 §5.1).
    const two = b[at + 4] === 50 || (b[at + 4] === 49 && b[at + 6] === 57 && b[at + 7] === 57)
    if (two) this.#state = PACKET
    else this.#finish()
  }

  #packet(b: Uint8Array, at: number, end: number): number {
    if (this.#skip > 0) {
      const part = Math.min(this.#skip, end - at)
      this.#skip -= part
      return at + part
    }
    const kept = this.#kept
    const here = kept.used === 0
    if (here && end - at > HEADER) {
      const size = this.#sizeAt(b, at)
      if (size < 0) return end
      if (b[at + HEADER] !== KEXINIT) return this.#pass(at, size)
      if (at + size <= end) {
        this.#found(b, at, at + size, true)
        return at + size
      }
    }
    return this.#gather(b, at, end)
  }

  /** Collects a packet that goes on in the next piece. */
  #gather(b: Uint8Array, at: number, end: number): number {
    const kept = this.#kept
    const missing = HEADER + 1 - kept.used
    const size = missing > 0 ? HEADER + 1 : this.#sizeAt(kept.bytes, 0)
    const next = at + Math.min(end - at, size - kept.used)
    if (!kept.add(b, at, next)) {
      this.lose()
      return next
    }
    if (kept.used <= HEADER) return next
    const whole = this.#sizeAt(kept.bytes, 0)
    if (whole < 0) return end
    if (kept.bytes[HEADER] !== KEXINIT) {
      kept.clear()
      return this.#pass(next, whole - HEADER - 1)
    }
    if (kept.used === whole) {
      this.#found(kept.bytes, 0, whole, false)
      kept.clear()
    }
    return next
  }

  /** Bytes of the packet at `at`; -1 when it is none. */
  #sizeAt(b: Uint8Array, at: number): number {
    const length = (b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!
    // Padding, of at least 4 bytes, and something in front of it.
    if (length > 0 && length <= MAX_PACKET && b[at + 4]! >= 4 && b[at + 4]! + 1 < length) return 4 + length
    this.#listener.malformed()
    this.lose()
    return -1
  }

  #pass(at: number, size: number): number {
    this.#skip = size
    if (++this.#packets > MAX_PACKETS) this.lose()
    return at
  }

  #found(b: Uint8Array, at: number, end: number, here: boolean): void {
    this.#listener.keyExchange(this, b, at + HEADER, end - b[at + 4]!, here)
    this.#finish()
  }
}
