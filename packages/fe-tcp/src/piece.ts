import type { Held } from '@netstreamline/core'

/** What a packet that is held costs beyond its bytes: objects, rounding. */
const PACKET = 384
/** The same for each part of it. */
const PART = 128

/** A packet of which parts are held, from its IP header on, so that header positions stay known. */
export class Kept {
  readonly held: Held
  /** Where in `held` its TCP header starts. */
  readonly l4: number
  readonly #tally: Tally
  readonly #place: number
  #parts = 0

  constructor(held: Held, l4: number, tally: Tally) {
    this.held = held
    this.l4 = l4
    this.#tally = tally
    this.#place = held.offset
    tally.packets++
    tally.cost += held.length + PACKET
  }

  take(): this {
    this.#parts++
    this.#tally.cost += PART
    return this
  }

  /** Lets go of one part; the packet goes with the last one. */
  release(): void {
    this.#tally.cost -= PART
    if (--this.#parts > 0) return
    if (this.held.offset !== this.#place) {
      this.#tally.copied++
      this.#tally.copiedBytes += this.held.length
    }
    this.#tally.packets--
    this.#tally.cost -= this.held.length + PACKET
    this.held.release()
  }
}

/** What holding costs. */
export interface Tally {
  /** Packets that are held now, and the memory that they take if all of them have to be copied. */
  packets: number
  cost: number
  /** Packets that had to be copied because their ring was reused, of those that have been let go. */
  copied: number
  copiedBytes: number
}

/** Payload that is held. Sequence numbers are 32-bit integers; only differences mean anything. */
export interface Piece {
  seq: number
  length: number
  /** Bytes after it that were on the wire but not captured. */
  lost: number
  /** Where the segment that it is part of started and ended. */
  readonly start: number
  readonly end: number
  readonly kept: Kept
  /** Where in the kept packet it starts. */
  data: number
}

export const endOf = (piece: Piece): number => (piece.seq + piece.length) | 0

/** Where in the arena it lies now. */
export const placeOf = (piece: Piece): number => piece.kept.held.offset + piece.data

/** The part of a piece from byte `from` to byte `to`, as a piece of its own. */
export const partOf = (piece: Piece, from: number, to: number): Piece => ({
  ...piece,
  seq: (piece.seq + from) | 0,
  length: to - from,
  // Bytes that were cut off follow only the end that they were cut off at.
  lost: to === piece.length ? piece.lost : 0,
  kept: piece.kept.take(),
  data: piece.data + from,
})
