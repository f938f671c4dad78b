import type { Block, Context } from '@netstreamline/core'
import { Bounds, type Reason } from './bounds.js'
import { Conflicts } from './conflicts.js'
import { Hole } from './hole.js'
import { Output } from './output.js'
import { Kept, type Piece, partOf, type Tally } from './piece.js'
import * as R from './record.js'
import type { Settings } from './settings.js'
import { Table } from './table.js'

/** Sequence numbers this far from what is expected are not of this connection: RFC 7323's largest window. */
const MAX_WINDOW = 0x40000000

/**
 * The order of bytes within each direction of each connection; directions as in {@link R}. Invariant: HOLE is set in
 * a direction's state exactly when `holes` has it. Unless only acknowledged bytes are handed on, NEXT then lies before
 * its first piece, except while what became in order is drained. Holes stand in the order in which they opened.
 */
export class Reassembler {
  readonly table: Table
  readonly output: Output
  readonly bounds: Bounds
  readonly conflicts: Conflicts
  readonly holes = new Map<number, Hole>()
  readonly tally: Tally = { packets: 0, cost: 0, copied: 0, copiedBytes: 0 }
  /** Seconds on the clock. */
  now = 0
  retransmitted = 0
  keepAlives = 0
  outOfOrder = 0
  outOfWindow = 0
  afterEnd = 0
  /** Streams that were ended at a gap. */
  stopped = 0
  readonly #context: Context
  readonly #settings: Settings

  constructor(context: Context, settings: Settings) {
    this.#context = context
    this.#settings = settings
    this.table = new Table(settings.connections, context.bytes)
    this.output = new Output(context, this.table)
    this.bounds = new Bounds(this, settings)
    this.conflicts = new Conflicts(context, this.output, settings)
  }

  /**
   * Payload of the packet in hand: `length` bytes at `at` with sequence number `seq`, and `lost` more that the capture
   * has cut off.
   */
  deliver(block: Block, d: number, seq: number, at: number, length: number, lost: number): void {
    const w = this.table.words
    const state = w[d + R.STATE]!
    if ((state & R.ENDED) !== 0) {
      this.afterEnd++
      return
    }
    // Midstream: the first byte seen is the first of the stream.
    if ((state & R.SYNCED) === 0) {
      w[d + R.NEXT] = seq
      w[d + R.STATE] = state | R.SYNCED
    }
    const ahead = (seq - w[d + R.NEXT]!) | 0
    if (ahead > MAX_WINDOW || ahead < -MAX_WINDOW) {
      this.outOfWindow++
      return
    }
    if ((state & R.FIN) !== 0) {
      const room = Math.max((w[d + R.FIN_AT]! - seq) | 0, 0)
      if (length + lost > room) {
        this.afterEnd++
        length = Math.min(length, room)
        lost = Math.min(lost, room - length)
      }
    }
    if (ahead < 0) {
      const old = -ahead
      if (old < length) this.conflicts.overlaps++
      else if (length === 1 && old === 1) this.keepAlives++
      else this.retransmitted++
      lost -= Math.max(old - length, 0)
      length = Math.max(length - old, 0)
      at += old
      seq = w[d + R.NEXT]!
    }
    if (length > 0 && (ahead > 0 || this.#settings.acknowledged)) this.#keep(block, d, seq, at, length, lost)
    else if (ahead > 0 || length + lost <= 0) return
    else if ((state & R.HOLE) === 0) this.#pass(block, d, at, length, lost)
    else this.#fill(block, d, this.holes.get(d)!, seq, at, length, lost)
  }

  #pass(block: Block, d: number, at: number, length: number, lost: number): void {
    this.#forward(d, length)
    if (length > 0) this.output.data(d, at, length, block.l3, block.l4)
    if (lost > 0) this.#gap(d, lost, 'cut')
  }

  #forward(d: number, by: number): void {
    const w = this.table.words
    w[d + R.NEXT] = (w[d + R.NEXT]! + by) | 0
  }

  /** Bytes are lost here. */
  #gap(d: number, length: number, reason: Reason, kept?: Kept): void {
    this.#forward(d, length)
    this.bounds.gaps[reason]++
    this.output.gap(d, length, kept)
    if (this.#settings.gap !== 'stop') return
    this.stopped++
    this.end(d)
  }

  /** In order again: what is new goes on between what was held and has not lost against it. */
  #fill(block: Block, d: number, hole: Hole, seq: number, at: number, length: number, lost: number): void {
    const w = this.table.words
    const { l3, l4 } = block
    this.#yield(block, d, hole, seq, at, length)
    hole.since = this.now
    for (;;) {
      const done = (w[d + R.NEXT]! - seq) | 0
      if (done >= length) break
      const first = hole.pieces[0]
      const part = first === undefined ? length - done : Math.min(length - done, (first.seq - w[d + R.NEXT]!) | 0)
      this.#forward(d, part)
      if (part > 0) this.output.data(d, at + done, part, l3, l4)
      this.#drain(d, hole)
      if (this.#isOver(d)) return
    }
    const missing = lost > 0 ? (seq + length + lost - w[d + R.NEXT]!) | 0 : 0
    if (missing > 0) {
      const first = hole.pieces[0]
      this.#gap(d, first === undefined ? missing : Math.min(missing, (first.seq - w[d + R.NEXT]!) | 0), 'cut')
      if (this.#isOver(d)) return
      this.#drain(d, hole)
    }
    this.settle(d, hole)
  }

  #yield(block: Block, d: number, hole: Hole, seq: number, at: number, length: number): void {
    if (hole.pieces.length === 0) return
    this.conflicts.look(block, d)
    hole.yield(block.bytes, seq, at, length, this.conflicts.clash)
  }

  #isOver(d: number): boolean {
    return (this.table.words[d + R.STATE]! & R.ENDED) !== 0
  }

  /** Hands on what is held and has become in order; with `all`, whether it is acknowledged or not. */
  #drain(d: number, hole: Hole, all = !this.#settings.acknowledged): void {
    const w = this.table.words
    const other = R.peerOf(d)
    for (;;) {
      let first = hole.pieces[0]
      if (first === undefined || first.seq !== w[d + R.NEXT] || this.#isOver(d)) return
      if (!all) {
        const room = (w[other + R.STATE]! & R.ACKED) === 0 ? 0 : (w[other + R.ACK]! - first.seq) | 0
        if (room <= 0) return
        if (room < first.length) {
          const rest = partOf(first, room, first.length)
          hole.pieces.splice(1, 0, rest)
          first.length = room
          first.lost = 0
        }
      }
      first = hole.shift()
      this.#handOn(d, first, hole.pieces[0])
      hole.since = this.now
    }
  }

  #handOn(d: number, piece: Piece, following: Piece | undefined): void {
    this.#forward(d, piece.length)
    this.output.held(d, piece)
    const next = this.table.words[d + R.NEXT]!
    const lost = following === undefined ? piece.lost : Math.min(piece.lost, (following.seq - next) | 0)
    if (lost > 0) this.#gap(d, lost, 'cut', piece.kept)
    piece.kept.release()
  }

  /** After a change: whether anything is left, whether the end is reached. */
  settle(d: number, hole: Hole): void {
    if (this.#isOver(d)) return
    if (hole.pieces.length === 0) {
      this.holes.delete(d)
      this.table.words[d + R.STATE]! &= ~R.HOLE
    }
    this.atEnd(d)
  }

  /** Ends the stream when all before its FIN has been handed on. */
  atEnd(d: number): void {
    const w = this.table.words
    if ((w[d + R.STATE]! & (R.FIN | R.ENDED)) === R.FIN && w[d + R.NEXT] === w[d + R.FIN_AT]) this.end(d)
  }

  #keep(block: Block, d: number, seq: number, at: number, length: number, lost: number): void {
    const w = this.table.words
    const early = seq !== w[d + R.NEXT]
    if (early) this.outOfOrder++
    let hole = this.holes.get(d)
    if (hole === undefined) {
      hole = new Hole(this.now, this.#settings.policy)
      this.holes.set(d, hole)
      w[d + R.STATE]! |= R.HOLE
    }
    const { l3, l4 } = block
    this.#yield(block, d, hole, seq, at, length)
    const end = (seq + length) | 0
    let kept: Kept | undefined
    const keep = (from: number, place: number, size: number, cut: number): Piece => {
      kept ??= new Kept(this.#context.hold(block, l3, at + length - l3), l4 - l3, this.tally)
      return { seq: from, length: size, lost: cut, start: seq, end, kept: kept.take(), data: place - l3 }
    }
    hole.add(seq, at, length, lost, keep)
    if (this.#settings.acknowledged) this.#drain(d, hole)
    this.settle(d, hole)
    this.bounds.keep(d, hole)
  }

  /** The other side has acknowledged more of what `d` has sent. */
  acknowledge(d: number): void {
    const hole = this.holes.get(d)
    if (hole === undefined) return
    this.#drain(d, hole)
    this.settle(d, hole)
  }

  /** Gives up the bytes before what is held; or, where none are missing, waits no longer for an acknowledgement. */
  skip(d: number, hole: Hole, reason: Reason): void {
    const first = hole.pieces[0]!
    const missing = (first.seq - this.table.words[d + R.NEXT]!) | 0
    if (missing > 0) this.#gap(d, missing, reason, first.kept)
    if (this.#isOver(d)) return
    if (missing > 0) this.#drain(d, hole)
    else this.#drain(d, hole, true)
    this.settle(d, hole)
  }

  /** Nothing more will come: hands on what is held, marks what is missing at the end, and ends the stream. */
  close(d: number): void {
    const w = this.table.words
    if ((w[d + R.STATE]! & (R.STARTED | R.ENDED)) !== R.STARTED) return
    const hole = this.holes.get(d)
    while (hole !== undefined && hole.pieces.length > 0) {
      this.#drain(d, hole, true)
      if (this.#isOver(d)) return
      if (hole.pieces.length > 0) this.skip(d, hole, 'end')
      if (this.#isOver(d)) return
    }
    const other = R.peerOf(d)
    if ((w[d + R.STATE]! & R.SYNCED) !== 0) {
      let missing = 0
      if ((w[d + R.STATE]! & R.FIN) !== 0) missing = (w[d + R.FIN_AT]! - w[d + R.NEXT]!) | 0
      // The other side has acknowledged more than was captured; one more is a FIN that was not.
      else if ((w[other + R.STATE]! & R.ACKED) !== 0) missing = ((w[other + R.ACK]! - w[d + R.NEXT]!) | 0) - 1
      if (missing > 0 && missing < MAX_WINDOW) this.#gap(d, missing, 'end')
    }
    if (!this.#isOver(d)) this.end(d)
  }

  /** Ends the stream here. What is held lies beyond its end. */
  end(d: number): void {
    const hole = this.holes.get(d)
    if (hole !== undefined) {
      this.afterEnd += hole.pieces.length
      while (hole.pieces.length > 0) hole.pop().kept.release()
      this.holes.delete(d)
    }
    this.table.words[d + R.STATE]! &= ~(R.HOLE | R.FAST)
    this.output.end(d)
  }
}
