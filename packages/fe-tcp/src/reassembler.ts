import type { Block, Context } from '@netstreamline/core'
import { Hole, type Segment } from './hole.js'
import { Output } from './output.js'
import * as T from './table.js'

export const TCP_FIN = 1
export const TCP_SYN = 2
export const TCP_RST = 4
export const TCP_ACK = 16

/** Sequence numbers this far from what is expected are not of this connection: RFC 7323's largest window. */
const MAX_WINDOW = 0x40000000
/** Segments that one direction may hold, whatever their size. */
const MAX_SEGMENTS = 4096

/** Bounds of what may be kept. */
export interface Limits {
  /** Connections at most. */
  readonly connections: number
  /** Bytes that one direction may hold. */
  readonly window: number
  /** Bytes that all together may hold. */
  readonly memory: number
}

/**
 * The order of bytes within each direction of each connection. `d` is a direction, `d ^ 1` the other, `d >> 1` the
 * connection's slot in the table. Invariant: HOLE is set in a direction's state exactly when `holes` has it, and then
 * `next` lies before its first segment, except while what became in order is drained. Holes are kept in the order in which they opened.
 */
export class Reassembler {
  readonly table: T.Table
  readonly output: Output
  /** Seconds that have passed. */
  now = 0
  readonly holes = new Map<number, Hole>()
  retransmitted = 0
  keepAlives = 0
  outOfOrder = 0
  overlaps = 0
  conflicts = 0
  outOfWindow = 0
  afterEnd = 0
  heldBytes = 0
  readonly #context: Context
  readonly #limits: Limits

  constructor(context: Context, limits: Limits) {
    this.#context = context
    this.#limits = limits
    this.table = new T.Table(limits.connections)
    this.output = new Output(context, this.table)
  }

  /**
   * Payload of the packet in hand: `length` bytes at `at` with sequence number `seq`, and `lost` more that the capture
   * has cut off.
   */
  deliver(block: Block, d: number, seq: number, at: number, length: number, lost: number): void {
    const { table } = this
    const state = table.state[d]!
    if ((state & T.ENDED) !== 0) {
      this.afterEnd++
      return
    }
    // Midstream: the first byte seen is the first of the stream.
    if ((state & T.SYNCED) === 0) {
      table.next[d] = seq
      table.state[d] = state | T.SYNCED
    }
    const ahead = (seq - table.next[d]!) | 0
    if (ahead > MAX_WINDOW || ahead < -MAX_WINDOW) {
      this.outOfWindow++
      return
    }
    if ((state & T.FIN) !== 0) {
      const room = Math.max((table.fin[d]! - seq) | 0, 0)
      if (length + lost > room) {
        this.afterEnd++
        length = Math.min(length, room)
        lost = Math.min(lost, room - length)
      }
    }
    if (ahead > 0) {
      if (length > 0) this.#hold(block, d, seq, at, length, lost)
      return
    }
    if (ahead < 0) {
      const old = -ahead
      if (old >= length) {
        if (length === 1 && old === 1) this.keepAlives++
        else this.retransmitted++
        lost -= old - length
        if (lost <= 0) return
        length = 0
      } else {
        this.overlaps++
        length -= old
      }
      at += old
      seq = table.next[d]!
    }
    if ((state & T.HOLE) === 0) this.#pass(block, d, at, length, lost)
    else this.#fill(block, d, this.holes.get(d)!, seq, at, length, lost)
  }

  #pass(block: Block, d: number, at: number, length: number, lost: number): void {
    this.table.next[d] = (this.table.next[d]! + length + lost) | 0
    if (length > 0) this.output.data(d, at, length, block.l3, block.l4)
    if (lost > 0) this.output.gap(d, lost)
  }

  /** In order again: what is new goes on between what was held, which came first. */
  #fill(block: Block, d: number, hole: Hole, seq: number, at: number, length: number, lost: number): void {
    const { next } = this.table
    const { l3, l4 } = block
    this.#count(hole.compare(block.bytes, seq, at, length))
    hole.since = this.now
    for (;;) {
      const done = (next[d]! - seq) | 0
      if (done >= length) break
      const first = hole.segments[0]
      const part = first === undefined ? length - done : Math.min(length - done, (first.seq - next[d]!) | 0)
      next[d] = (next[d]! + part) | 0
      if (part > 0) this.output.data(d, at + done, part, l3, l4)
      this.#drain(d, hole)
    }
    const missing = (seq + length + lost - next[d]!) | 0
    if (missing > 0 && lost > 0) {
      const first = hole.segments[0]
      const part = first === undefined ? missing : Math.min(missing, (first.seq - next[d]!) | 0)
      next[d] = (next[d]! + part) | 0
      this.output.gap(d, part)
      this.#drain(d, hole)
    }
    this.#settle(d, hole)
  }

  /** Hands on what is held and has become in order. */
  #drain(d: number, hole: Hole): void {
    const { next } = this.table
    for (;;) {
      const first = hole.segments[0]
      if (first === undefined || first.seq !== next[d]) return
      const before = hole.cost
      hole.shift()
      this.heldBytes -= before - hole.cost
      next[d] = (next[d]! + first.length) | 0
      this.output.held(d, first.held, first.l4, first.data, first.length)
      const following = hole.segments[0]
      const lost = following === undefined ? first.lost : Math.min(first.lost, (following.seq - next[d]!) | 0)
      if (lost > 0) {
        next[d] = (next[d]! + lost) | 0
        this.output.gap(d, lost, first.held)
      }
      first.held.release()
    }
  }

  #settle(d: number, hole: Hole): void {
    if (hole.segments.length > 0) return
    this.holes.delete(d)
    this.table.state[d]! &= ~T.HOLE
  }

  #count(differing: number): void {
    if (differing >= 0) this.overlaps++
    if (differing > 0) this.conflicts++
  }

  #hold(block: Block, d: number, seq: number, at: number, length: number, lost: number): void {
    this.outOfOrder++
    let hole = this.holes.get(d)
    if (hole === undefined) {
      hole = new Hole(this.now)
      this.holes.set(d, hole)
      this.table.state[d]! |= T.HOLE
    }
    const { l3, l4 } = block
    const before = hole.cost
    const keep = (seq: number, at: number, length: number, lost: number): Segment => {
      const held = this.#context.hold(block, l3, at + length - l3)
      return { seq, length, lost, held, l4: l4 - l3, data: at - l3 }
    }
    this.#count(hole.add(block.bytes, seq, at, length, lost, keep))
    this.heldBytes += hole.cost - before
    while (hole.cost > this.#limits.window || hole.segments.length > MAX_SEGMENTS) this.skip(d, hole)
    this.#settle(d, hole)
    while (this.heldBytes > this.#limits.memory) {
      const [oldest, other] = this.holes.entries().next().value!
      this.skip(oldest, other)
      this.#settle(oldest, other)
    }
  }

  /** Gives up the bytes before what is held. */
  skip(d: number, hole: Hole): void {
    const first = hole.segments[0]!
    const missing = (first.seq - this.table.next[d]!) | 0
    this.table.next[d] = first.seq
    if (missing > 0) this.output.gap(d, missing, first.held)
    this.#drain(d, hole)
    this.#settle(d, hole)
  }

  /** Nothing more will come: hands on what is held, marks what is missing at the end, and ends the stream. */
  close(d: number): void {
    const { state, next, fin, ack } = this.table
    if ((state[d]! & (T.STARTED | T.ENDED)) !== T.STARTED) return
    const hole = this.holes.get(d)
    while (hole !== undefined && hole.segments.length > 0) this.skip(d, hole)
    if ((state[d]! & T.SYNCED) !== 0) {
      let missing = 0
      if ((state[d]! & T.FIN) !== 0) missing = (fin[d]! - next[d]!) | 0
      // The other side has acknowledged more than was captured; one more is a FIN that was not.
      else if ((state[d ^ 1]! & T.ACKED) !== 0) missing = ((ack[d ^ 1]! - next[d]!) | 0) - 1
      if (missing > 0 && missing < MAX_WINDOW) this.output.gap(d, missing)
    }
    this.end(d)
  }

  /** Ends the stream here. What is held lies beyond its end. */
  end(d: number): void {
    const hole = this.holes.get(d)
    if (hole !== undefined) {
      this.heldBytes -= hole.cost
      this.afterEnd += hole.segments.length
      for (const segment of hole.segments) segment.held.release()
      this.holes.delete(d)
    }
    this.table.state[d] = (this.table.state[d]! | T.ENDED) & ~(T.HOLE | T.FAST)
    this.output.end(d)
  }
}
