import { type Block, type Context, KIND, type Ring, StreamlineError } from '@netstreamline/core'
import { fragmentOf } from './fragment.js'
import { locate } from './locate.js'
import type { Datagram } from './packet.js'
import { Pieces } from './pieces.js'

/** What {@link Defragmenter.add} found: a whole packet. */
export const NOT_A_FRAGMENT = 0
/** A fragment, kept or dropped; nothing is complete yet. */
export const PENDING = 1
/** The fragment completed a datagram, see {@link Defragmenter.datagram}. */
export const DEFRAGMENTED = 2

/** Bounds of what incomplete datagrams may take. */
export interface DefragmenterOptions {
  /** Incomplete datagrams at most; the oldest goes first. Default 1024. */
  readonly datagrams?: number
  /** Bytes for incomplete datagrams at most. Default 4 MiB. */
  readonly bytes?: number
  /** Seconds of capture time that a datagram may take to complete. Default 30. */
  readonly timeout?: number
}

/** Payload and headers of the largest datagram. */
const MAX_PAYLOAD = 65535
/** Room for several complete datagrams, so that blocks that still refer to one are seldom copied. */
const RING = 0x40000

/**
 * Puts IPv4 and IPv6 fragments together (RFC 791, RFC 8200 §4.5) by source, destination, identification and, for IPv4,
 * protocol. Where fragments overlap the first data wins. A datagram that cannot be completed inside the bounds, or
 * whose fragments the capture has cut short, is dropped and counted.
 */
export class Defragmenter {
  /** The datagram that the last {@link add} completed; valid until the ring is used again. */
  readonly datagram: Datagram
  readonly #ring: Ring
  readonly #pending = new Map<string, Pieces>()
  readonly #datagrams: number
  readonly #bytes: number
  readonly #timeout: number
  #cost = 0
  #used = 0
  #fragments = 0
  #reassembled = 0
  #dropped = 0
  #malformed = 0
  #overlaps = 0
  #conflicts = 0

  /** @throws SL_ARENA_FULL when there is no room for the ring of complete datagrams */
  constructor(context: Pick<Context, 'alloc' | 'bytes'>, options: DefragmenterOptions = {}) {
    this.#datagrams = options.datagrams ?? 1024
    this.#bytes = options.bytes ?? 0x400000
    this.#timeout = options.timeout ?? 30
    this.#ring = context.alloc(RING)
    if (this.#ring.size < MAX_PAYLOAD + 0x10000) {
      throw new StreamlineError(
        'SL_ARENA_FULL',
        `The ring for reassembled datagrams has only ${this.#ring.size} bytes.`,
      )
    }
    this.datagram = {
      bytes: context.bytes,
      offset: 0,
      length: 0,
      kind: KIND.ip,
      l3: -1,
      l4: -1,
      proto: -1,
      ring: this.#ring.id,
      position: 0,
    }
  }

  /**
   * Takes note of the packet in the block, whose `l3` must be known and whose headers must lie in the window.
   * @param end first byte beyond the IP packet as captured
   * @returns {@link NOT_A_FRAGMENT}, {@link PENDING} or {@link DEFRAGMENTED}
   */
  add(block: Pick<Block, 'bytes' | 'l3' | 'seconds'>, end: number): number {
    const { bytes: b, l3 } = block
    const at = fragmentOf(b, l3, end)
    if (at < 0) return NOT_A_FRAGMENT
    this.#fragments++
    this.#expire(block.seconds)
    const v4 = b[l3]! >> 4 === 4
    const data = v4 ? l3 + ((b[l3]! & 15) << 2) : at + 8
    const declared = v4 ? l3 + ((b[l3 + 2]! << 8) | b[l3 + 3]!) : l3 + 40 + ((b[l3 + 4]! << 8) | b[l3 + 5]!)
    const field = v4 ? (b[at]! << 8) | b[at + 1]! : (b[at + 2]! << 8) | b[at + 3]!
    const from = v4 ? (field & 0x1fff) << 3 : field & 0xfff8
    const more = v4 ? (field & 0x2000) !== 0 : (field & 1) !== 0
    const length = end - data
    if (declared !== end || length <= 0 || (more && (length & 7) !== 0) || data - l3 + from + length > MAX_PAYLOAD) {
      this.#malformed++
      return PENDING
    }
    const key = v4
      ? textOf(b, l3 + 12, 8) + textOf(b, l3 + 4, 2) + b[l3 + 9]
      : textOf(b, l3 + 8, 32) + textOf(b, at + 4, 4)
    let pieces = this.#pending.get(key)
    if (pieces === undefined) this.#pending.set(key, (pieces = new Pieces(block.seconds)))
    else this.#cost -= pieces.cost
    const fits = this.#extend(pieces, from + length, more)
    if (fits) {
      pieces.add(b, data, from, from + length)
      if (from === 0 && pieces.header === undefined) pieces.header = v4 ? b.slice(l3, data) : header6(b, l3, at)
    } else this.#malformed++
    if (pieces.complete) {
      this.#forget(key, pieces)
      return this.#finish(pieces, v4)
    }
    this.#cost += pieces.cost
    this.#shrink()
    return PENDING
  }

  /** Settles where the payload ends; what contradicts earlier fragments is refused. */
  #extend(pieces: Pieces, to: number, more: boolean): boolean {
    if (pieces.total >= 0) return more ? to <= pieces.total : to === pieces.total
    if (more) return true
    if (pieces.reach > to) return false
    pieces.total = to
    return true
  }

  #finish(pieces: Pieces, v4: boolean): number {
    const header = pieces.header!
    const size = header.length + pieces.total
    if (size - (v4 ? 0 : 40) > MAX_PAYLOAD) {
      this.#malformed++
      return PENDING
    }
    const ring = this.#ring
    const free = ring.size - (this.#used % ring.size)
    if (free < size) this.#used += free
    const at = ring.base + (this.#used % ring.size)
    ring.reclaim(at, size)
    const { datagram } = this
    const out = datagram.bytes
    pieces.writeTo(out, at)
    if (v4) finish4(out, at, header.length, size)
    else {
      out[at + 4] = (size - 40) >> 8
      out[at + 5] = size - 40
    }
    datagram.position = this.#used
    datagram.offset = at
    datagram.length = size
    datagram.l4 = -1
    this.#used += size
    this.#reassembled++
    return locate(datagram) ? DEFRAGMENTED : PENDING
  }

  #forget(key: string, pieces: Pieces): void {
    this.#pending.delete(key)
    this.#overlaps += pieces.overlaps
    this.#conflicts += pieces.conflicts
  }

  #drop(key: string, pieces: Pieces): void {
    this.#forget(key, pieces)
    this.#cost -= pieces.cost
    this.#dropped++
  }

  #expire(now: number): void {
    for (const [key, pieces] of this.#pending) {
      if (now - pieces.started <= this.#timeout) break
      this.#drop(key, pieces)
    }
  }

  #shrink(): void {
    for (const [key, pieces] of this.#pending) {
      if (this.#cost <= this.#bytes && this.#pending.size <= this.#datagrams) break
      this.#drop(key, pieces)
    }
  }

  /** Fragments seen, datagrams completed, datagrams given up, fragments refused, overlapping and differing bytes. */
  counters(): Record<string, number> {
    return {
      fragments: this.#fragments,
      reassembled: this.#reassembled,
      fragmentsPending: this.#pending.size,
      datagramsDropped: this.#dropped,
      fragmentsMalformed: this.#malformed,
      fragmentOverlaps: this.#overlaps,
      fragmentConflicts: this.#conflicts,
    }
  }

  free(): void {
    this.#pending.clear()
    this.#cost = 0
    this.#ring.free()
  }
}

const textOf = (b: Uint8Array, at: number, length: number): string => {
  let text = ''
  for (let i = at; i < at + length; i++) text += String.fromCharCode(b[i]!)
  return text
}

/** The headers before the fragment header, the last of them naming what the fragment header named. */
const header6 = (b: Uint8Array, l3: number, fragment: number): Uint8Array => {
  const header = b.slice(l3, fragment)
  let field = 6
  for (let at = 40; at < header.length; at += (header[at + 1]! + 1) << 3) field = at
  header[field] = b[fragment]!
  return header
}

/** Total length, no fragmentation, and the checksum that belongs to them. */
const finish4 = (out: Uint8Array, at: number, header: number, size: number): void => {
  out[at + 2] = size >> 8
  out[at + 3] = size
  out[at + 6] = 0
  out[at + 7] = 0
  out[at + 10] = 0
  out[at + 11] = 0
  let sum = 0
  for (let i = at; i < at + header; i += 2) sum += (out[i]! << 8) | out[i + 1]!
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  out[at + 10] = ~sum >> 8
  out[at + 11] = ~sum
}
