import { HEADER, isHeader } from './message.js'

/** A message of a stream: in the arena where it lies in one block, else in a copy. */
export interface Message {
  readonly bytes: Uint8Array
  readonly at: number
  readonly length: number
}

const NOTHING = new Uint8Array(0)

/** One direction of DNS over TCP (RFC 1035 §4.2.2): each message after two bytes that hold its length. */
export class DnsStream {
  /** Beginning of a message that goes on in the next block, with its length before it. */
  #kept = NOTHING
  #size = 0

  /** Takes the next bytes; false when a message makes no sense, which is when the stream is not DNS. */
  feed(b: Uint8Array, at: number, end: number, found: (message: Message) => boolean): boolean {
    while (at < end) {
      if (this.#size === 0) {
        const length = at + 2 <= end ? (b[at]! << 8) | b[at + 1]! : -1
        if (length >= 0 && at + 2 + length <= end) {
          if (!found({ bytes: b, at: at + 2, length })) return false
          at += 2 + length
          continue
        }
      }
      at = this.#keep(b, at, end)
      // What cannot be DNS is not waited for.
      if (this.#size >= 2 + HEADER && !isHeader(this.#kept, 2, (this.#kept[0]! << 8) | this.#kept[1]!)) return false
      const length = this.#size >= 2 ? (this.#kept[0]! << 8) | this.#kept[1]! : -1
      if (length < 0 || this.#size < length + 2) continue
      const message = { bytes: this.#kept, at: 2, length }
      this.#kept = NOTHING
      this.#size = 0
      if (!found(message)) return false
    }
    return true
  }

  /** Keeps what belongs to the message that has begun; returns where the rest starts. */
  #keep(b: Uint8Array, at: number, end: number): number {
    const wanted = this.#size < 2 ? 2 : 2 + ((this.#kept[0]! << 8) | this.#kept[1]!)
    const to = Math.min(end, at + wanted - this.#size)
    const bytes = this.#size + to - at
    if (bytes > this.#kept.length) {
      const larger = new Uint8Array(Math.max(bytes, 2 * this.#kept.length, 64))
      larger.set(this.#kept)
      this.#kept = larger
    }
    this.#kept.set(b.subarray(at, to), this.#size)
    this.#size = bytes
    return to
  }
}
