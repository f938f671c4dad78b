import { OTHER, UNKNOWN } from '../streams/direction.js'
import type { Kept } from '../streams/kept.js'
import { checkMessage, isHeader } from './message.js'
import { HEADER } from './name.js'

/** In front of each message over TCP stands its length (RFC 1035 §4.2.2). */
const PREFIX = 2

/** Who is told of messages. Places are in the bytes that come with them; `here`: in the block in hand. */
export interface DnsListener {
  message(side: DnsSide, b: Uint8Array, at: number, length: number, here: boolean): void
}

/** One direction of DNS over TCP, in pieces cut anywhere. */
export class DnsSide {
  stream = -1
  ends: Uint8Array | undefined
  readonly #listener: DnsListener
  readonly #kept: Kept
  /** Bytes were lost: nobody knows where a message begins. */
  #lost = false
  /** Bytes of a message that there was no room for. */
  #skip = 0

  constructor(listener: DnsListener, kept: Kept) {
    this.#listener = listener
    this.#kept = kept
  }

  reset(): void {
    this.stream = -1
    this.ends = undefined
    this.#lost = false
    this.#skip = 0
    this.#kept.clear()
  }

  open(stream: number): void {
    this.stream = stream
    this.#kept.clear()
  }

  lose(): void {
    this.#lost = true
    this.#kept.clear()
  }

  /** 1 when the stream begins with a whole message; OTHER; or UNKNOWN. */
  recognise(b: Uint8Array, at: number, end: number): number {
    const kept = this.#kept
    if (kept.used > 0) return kept.add(b, at, end) ? begins(kept.bytes, 0, kept.used) : OTHER
    const verdict = begins(b, at, end)
    return verdict === UNKNOWN && !kept.add(b, at, end) ? OTHER : verdict
  }

  feed(b: Uint8Array, at: number, end: number): void {
    while (at < end && !this.#lost) {
      if (this.#skip > 0) {
        const part = Math.min(this.#skip, end - at)
        this.#skip -= part
        at += part
      } else if (this.#kept.used === 0 && at + PREFIX <= end && at + PREFIX + u16(b, at) <= end) {
        const length = u16(b, at)
        this.#listener.message(this, b, at + PREFIX, length, true)
        at += PREFIX + length
      } else at = this.#gather(b, at, end)
    }
  }

  /** Collects a message that goes on in the next piece. */
  #gather(b: Uint8Array, at: number, end: number): number {
    const kept = this.#kept
    const size = kept.used < PREFIX ? PREFIX : PREFIX + u16(kept.bytes, 0)
    const next = at + Math.min(end - at, size - kept.used)
    if (!kept.add(b, at, next)) {
      // Of the length nothing less than all is of use.
      if (kept.used < PREFIX) this.#lost = true
      else this.#skip = size - kept.used
      kept.clear()
      return at
    }
    if (kept.used < PREFIX) return next
    const length = u16(kept.bytes, 0)
    if (kept.used < PREFIX + length) return next
    this.#listener.message(this, kept.bytes, PREFIX, length, false)
    kept.clear()
    return next
  }
}

const u16 = (b: Uint8Array, at: number): number => (b[at]! << 8) | b[at + 1]!

const begins = (b: Uint8Array, at: number, end: number): number => {
  if (end - at < PREFIX + HEADER) return end - at >= PREFIX && u16(b, at) < HEADER ? OTHER : UNKNOWN
  const length = u16(b, at)
  if (length < HEADER || !isHeader(b, at + PREFIX, length)) return OTHER
  const stop = at + PREFIX + length
  if (stop > end) return UNKNOWN
  return checkMessage(b, at + PREFIX, stop) > 0 ? 1 : OTHER
}
