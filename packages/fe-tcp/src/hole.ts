import { endOf, type Piece, partOf, placeOf } from './piece.js'
import { type Policy, RULES, WHOLE, type Wins } from './policy.js'

/** Makes a piece of the packet in hand: `length` bytes at `at` of the arena, whose first has the number `seq`. */
export type Keep = (seq: number, at: number, length: number, lost: number) => Piece

/**
 * Told about every overlap: `length` bytes of which `differing` differ. `place` is where those lie that are not kept,
 * in `piece`'s packet if the new ones win, else in the packet in hand.
 */
export type Clash = (length: number, differing: number, place: number, piece: Piece, isNew: boolean) => void

/**
 * What waits in one direction, either for bytes that have not come or to be acknowledged. Invariant: pieces are in
 * sequence, not empty but for cut-off ones, and never overlap; `bytes` is the sum of their lengths.
 */
export class Hole {
  readonly pieces: Piece[] = []
  bytes = 0
  /** Seconds on the clock at which it was opened or last became smaller. */
  since: number
  readonly #wins: Wins
  readonly #whole: boolean

  constructor(seconds: number, policy: Policy) {
    this.since = seconds
    this.#wins = RULES[policy]
    this.#whole = policy === WHOLE
  }

  /** Index of the first piece that ends after `seq`. */
  #find(seq: number): number {
    const { pieces } = this
    let low = 0
    let high = pieces.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (((endOf(pieces[middle]!) - seq) | 0) > 0) high = middle
      else low = middle + 1
    }
    return low
  }

  /**
   * Takes out what loses against `length` bytes at `at` of the arena from number `seq` on, by the policy. What is
   * left there wins over them. Afterwards {@link add} fills the room between.
   */
  yield(b: Uint8Array, seq: number, at: number, length: number, clash: Clash): void {
    const { pieces } = this
    let end = (seq + length) | 0
    // From the last to the first: what a held piece cuts off at the end is not compared with those before it.
    for (let i = Math.min(this.#find(end), pieces.length - 1); i >= 0; i--) {
      const piece = pieces[i]!
      if (((endOf(piece) - seq) | 0) <= 0) return
      const from = Math.max((seq - piece.seq) | 0, 0)
      const to = Math.min((end - piece.seq) | 0, piece.length)
      if (from >= to) continue
      const place = placeOf(piece) + from
      const same = at + ((piece.seq + from - seq) | 0)
      const differing = differences(b, place, same, to - from)
      const isNew = this.#whole
        ? this.#wins(seq, (seq + length) | 0, piece.start, piece.end)
        : this.#wins(seq, end, piece.seq, endOf(piece))
      clash(to - from, differing, isNew ? place : same, piece, isNew)
      if (isNew) this.#cut(i, from, to)
      else if (to === ((end - piece.seq) | 0)) end = (piece.seq + from) | 0
    }
  }

  /** Takes bytes [from, to) out of a piece. */
  #cut(i: number, from: number, to: number): void {
    const piece = this.pieces[i]!
    const left: Piece[] = []
    if (from > 0) left.push(partOf(piece, 0, from))
    if (to < piece.length) left.push(partOf(piece, to, piece.length))
    this.pieces.splice(i, 1, ...left)
    this.bytes -= to - from
    piece.kept.release()
  }

  /** Adds what of these bytes nothing is held of. `lost` more after them were cut off. */
  add(seq: number, at: number, length: number, lost: number, keep: Keep): void {
    const { pieces } = this
    let place = this.#find(seq)
    const start = seq
    let left = length
    while (left > 0) {
      const next = pieces[place]
      const room = next === undefined ? left : Math.min(left, (next.seq - seq) | 0)
      if (room > 0) {
        pieces.splice(place++, 0, keep(seq, at + ((seq - start) | 0), room, room === left ? lost : 0))
        this.bytes += room
        seq = (seq + room) | 0
        left -= room
      }
      if (next === undefined || left === 0) return
      const skip = Math.min(left, (endOf(next) - seq) | 0)
      seq = (seq + skip) | 0
      left -= skip
      place++
    }
  }

  /** Takes the first piece out. Its packet is the caller's to release. */
  shift(): Piece {
    const piece = this.pieces.shift()!
    this.bytes -= piece.length
    return piece
  }

  /** Takes the last piece out. Its packet is the caller's to release. */
  pop(): Piece {
    const piece = this.pieces.pop()!
    this.bytes -= piece.length
    return piece
  }
}

const differences = (b: Uint8Array, one: number, other: number, length: number): number => {
  let count = 0
  for (let i = 0; i < length; i++) if (b[one + i] !== b[other + i]) count++
  return count
}
