/** Bytes [from, to) of a datagram's payload. */
interface Piece {
  readonly from: number
  readonly to: number
  readonly data: Uint8Array
}

/** What a piece costs beyond its bytes; counted so that a thousand tiny fragments are as dear as they are. */
const OVERHEAD = 256

/** The payload of one datagram while it is incomplete. Where fragments overlap, the bytes that came first stay. */
export class Pieces {
  /** Sorted by place, never overlapping. */
  readonly #pieces: Piece[] = []
  readonly started: number
  /** Bytes of payload present. */
  bytes = 0
  /** Memory that this takes, in bytes. */
  cost = OVERHEAD
  /** Length of the payload, -1 until the last fragment has come. */
  total = -1
  /** The headers before the payload, from the first fragment. */
  header: Uint8Array | undefined
  /** Number of overlapping bytes, and of those that differed. */
  overlaps = 0
  conflicts = 0

  /** @param started capture time of the first fragment, in seconds */
  constructor(started: number) {
    this.started = started
  }

  /** The end of what is there. */
  get reach(): number {
    return this.#pieces.length === 0 ? 0 : this.#pieces[this.#pieces.length - 1]!.to
  }

  /** Adds bytes [from, to) of the payload, which lie at `at` in `b`. */
  add(b: Uint8Array, at: number, from: number, to: number): void {
    const pieces = this.#pieces
    let place = pieces.length
    while (place > 0 && pieces[place - 1]!.to > from) place--
    const first = from
    while (from < to) {
      const next = pieces[place]
      const until = next !== undefined && next.from < to ? next.from : to
      if (until > from) {
        const start = at + from - first
        pieces.splice(place++, 0, { from, to: until, data: b.slice(start, start + until - from) })
        this.bytes += until - from
        this.cost += until - from + OVERHEAD
      }
      if (next === undefined || next.from >= to) break
      const stop = Math.min(next.to, to)
      this.#compare(next, b, at - first, Math.max(from, next.from), stop)
      from = Math.max(from, next.to)
      place++
    }
  }

  #compare(piece: Piece, b: Uint8Array, shift: number, from: number, to: number): void {
    this.overlaps += to - from
    for (let i = from; i < to; i++) if (piece.data[i - piece.from] !== b[shift + i]) this.conflicts++
  }

  get complete(): boolean {
    return this.header !== undefined && this.total >= 0 && this.bytes === this.total
  }

  /** Writes headers and payload to `at`. */
  writeTo(out: Uint8Array, at: number): void {
    const header = this.header!
    out.set(header, at)
    for (const { from, data } of this.#pieces) out.set(data, at + header.length + from)
  }
}
