import type { Held } from '@netstreamline/core'

/** Payload that came before its turn. Sequence numbers are 32-bit integers; only differences mean anything. */
export interface Segment {
  readonly seq: number
  readonly length: number
  /** Bytes after it that were on the wire but not captured. */
  readonly lost: number
  /** The packet from its IP header on, so that header positions stay known. */
  readonly held: Held
  /** Where in `held` the TCP header and the payload start. */
  readonly l4: number
  readonly data: number
}

/** What a segment costs beyond its bytes. */
const OVERHEAD = 128

/** What waits behind missing bytes in one direction. Where segments overlap, the bytes that came first stay. */
export class Hole {
  /** In sequence, never overlapping. */
  readonly segments: Segment[] = []
  /** Memory that this takes, in bytes. */
  cost = 0
  /** When this hole was opened or last became smaller, in seconds. */
  since: number

  constructor(seconds: number) {
    this.since = seconds
  }

  /**
   * Adds what is new of `length` bytes at `at` of the arena.
   * @param keep holds the packet, with the payload from `at` and `length` bytes long
   * @returns how many of the overlapping bytes differ from what is held, -1 when nothing overlaps
   */
  add(b: Uint8Array, seq: number, at: number, length: number, lost: number, keep: Keep): number {
    const { segments } = this
    let place = segments.length
    while (place > 0 && ((endOf(segments[place - 1]!) - seq) | 0) > 0) place--
    const start = seq
    let left = length
    let differing = -1
    while (left > 0) {
      const next = segments[place]
      const room = next === undefined ? left : Math.min(left, (next.seq - seq) | 0)
      if (room > 0) {
        const piece = keep(seq, at + ((seq - start) | 0), room, room === left ? lost : 0)
        segments.splice(place++, 0, piece)
        this.cost += room + OVERHEAD
        seq = (seq + room) | 0
        left -= room
      }
      if (next === undefined || left === 0) break
      const from = (seq - next.seq) | 0
      const same = Math.min(left, next.length - from)
      const where = at + ((seq - start) | 0)
      differing = Math.max(differing, 0) + differences(b, where, next.held.offset + next.data + from, same)
      seq = (seq + same) | 0
      left -= same
      place++
    }
    return differing
  }

  /** How many bytes of what is held differ from the same bytes of a segment; -1 when nothing overlaps. */
  compare(b: Uint8Array, seq: number, at: number, length: number): number {
    let differing = -1
    for (const segment of this.segments) {
      const shift = (segment.seq - seq) | 0
      if (shift >= length) break
      const from = Math.max(shift, 0)
      const to = Math.min(length, shift + segment.length)
      if (from >= to) continue
      const other = segment.held.offset + segment.data + from - shift
      differing = Math.max(differing, 0) + differences(b, at + from, other, to - from)
    }
    return differing
  }

  /** Takes the first segment out. Its `held` is the caller's to release. */
  shift(): Segment {
    const segment = this.segments.shift()!
    this.cost -= segment.length + OVERHEAD
    return segment
  }
}

type Keep = (seq: number, at: number, length: number, lost: number) => Segment

const endOf = (segment: Segment): number => (segment.seq + segment.length) | 0

const differences = (b: Uint8Array, one: number, other: number, length: number): number => {
  let count = 0
  for (let i = 0; i < length; i++) if (b[one + i] !== b[other + i]) count++
  return count
}
