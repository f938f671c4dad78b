import type { Block, Context } from '@netstreamline/core'
import { type Limits, Reassembler, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from './reassembler.js'
import * as T from './table.js'

/** After a reset a connection stays open this many seconds of capture time: a forged RST must not hide what follows. */
const LINGER = 5
/** Bytes that the receiver has acknowledged but that were not captured are waited for as many seconds. */
const PATIENCE = 2
/** Every so many seconds all connections are looked at for age. */
const SWEEP = 60
/**
 * Capture time advances by no more than this between two packets. Merged captures and wild timestamps jump; that must
 * not end what goes on.
 */
const JUMP = 60
/** Connections that are compared when one must go. */
const SAMPLE = 16

/** State in which the next segment in order needs no second look. */
const PLAIN = T.BASE | T.STARTED | T.SYNCED | T.ACKED
const SPECIAL = T.FIN | T.ENDED | T.HOLE

/** The life of connections: which segment belongs to which, who opened it, when it ends. */
export class Connections {
  readonly reassembler: Reassembler
  readonly #table: T.Table
  /** Slots of connections that were reset. */
  readonly #resets = new Set<number>()
  readonly #timeout: number
  connections = 0
  reused = 0
  evicted = 0
  timedOut = 0
  resets = 0
  #hand = 0
  #swept = 0
  /** Seconds of capture time that count: it never runs backwards and never jumps. */
  #clock = 0
  #ticked = Number.NaN

  /** @param timeout seconds of capture time without a segment after which a connection ends */
  constructor(context: Context, limits: Limits, timeout: number) {
    this.reassembler = new Reassembler(context, limits)
    this.#table = this.reassembler.table
    this.#timeout = timeout
  }

  /**
   * The TCP segment of the packet in hand, whose TCP header (20 bytes) lies in the window.
   * @param end first byte beyond its payload as captured
   * @param lost bytes of payload that the capture has cut off
   */
  segment(block: Block, end: number, lost: number): void {
    const { bytes: b, l3, l4 } = block
    const six = b[l3]! >> 4 === 6
    const src = six ? l3 + 8 : l3 + 12
    const words = six ? 4 : 1
    const ports = word(b, l4)
    const table = this.#table
    const d = table.find(b, src, src + (words << 2), words, ports)
    const seq = word(b, l4 + 4)
    const flags = b[l4 + 13]!
    const at = l4 + ((b[l4 + 12]! >> 4) << 2)
    if (
      d >= 0 &&
      (table.state[d]! & T.FAST) !== 0 &&
      (flags & (TCP_ACK | TCP_SYN | TCP_FIN | TCP_RST)) === TCP_ACK &&
      seq === table.next[d] &&
      end > at &&
      lost === 0
    ) {
      const ack = word(b, l4 + 8)
      if (((ack - table.ack[d]!) | 0) > 0) table.ack[d] = ack
      table.seen[d >> 1] = this.#clock
      table.next[d] = (seq + end - at) | 0
      this.reassembler.output.data(d, at, end - at, l3, l4)
      return
    }
    this.#other(block, d, src, words, ports, flags, seq, at, at < end ? end - at : 0, lost)
  }

  /** A packet with a TCP header that cannot be: the sign of a connection, and nothing else. */
  broken(block: Block): void {
    const { bytes: b, l3, l4 } = block
    const six = b[l3]! >> 4 === 6
    const src = six ? l3 + 8 : l3 + 12
    const words = six ? 4 : 1
    const ports = word(b, l4)
    const d = this.#table.find(b, src, src + (words << 2), words, ports)
    this.#direction(b, d, src, words, ports, b[l4 + 13]!, word(b, l4 + 4))
  }

  /** The direction of a segment, of another connection than `d`'s where it begins one. */
  #direction(b: Uint8Array, d: number, src: number, words: number, ports: number, flags: number, seq: number): number {
    const again = d >= 0 && this.#isNew(d, flags, seq)
    if (again) this.#remove(d >> 1)
    if (d < 0 || again) d = this.#open(b, src, words, ports, flags, again)
    this.#table.seen[d >> 1] = this.#clock
    return d
  }

  #other(
    block: Block,
    d: number,
    src: number,
    words: number,
    ports: number,
    flags: number,
    seq: number,
    at: number,
    length: number,
    lost: number,
  ): void {
    const { reassembler } = this
    const table = this.#table
    d = this.#direction(block.bytes, d, src, words, ports, flags, seq)
    const { state } = table
    const ack = word(block.bytes, block.l4 + 8)
    this.#guess(d, flags, seq, ack)
    if ((flags & TCP_RST) !== 0) this.#reset(d >> 1)
    if ((state[d]! & T.STARTED) === 0) {
      state[d]! |= T.STARTED
      reassembler.output.start(d)
    }
    if ((flags & TCP_SYN) !== 0) seq = this.#synchronize(d, flags, seq, ack)
    // What a reset carries is a diagnostic (RFC 9293 §3.5.3), not data of the stream.
    if (length + lost > 0 && (flags & TCP_RST) === 0) reassembler.deliver(block, d, seq, at, length, lost)
    if ((flags & TCP_FIN) !== 0) this.#finish(d, (seq + length + lost) | 0)
    if ((state[d]! & (T.FIN | T.ENDED)) === T.FIN && table.next[d] === table.fin[d]) reassembler.end(d)
    const plain = (state[d]! & (PLAIN | SPECIAL)) === PLAIN && (state[d ^ 1]! & T.BASE) !== 0
    state[d] = plain ? state[d]! | T.FAST : state[d]! & ~T.FAST
  }

  /**
   * Does a SYN begin another connection between the same ports? When its initial sequence number differs from what
   * this side has used, or the old stream has ended; otherwise it is a retransmission, even after a refusal.
   */
  #isNew(d: number, flags: number, seq: number): boolean {
    const table = this.#table
    const syn = flags & (TCP_SYN | TCP_ACK)
    if ((table.state[d]! & T.BASE) === 0) return false
    const ended = (table.state[d]! & T.ENDED) !== 0
    if (syn === TCP_SYN) return seq !== table.base[d] || ended
    return syn === (TCP_SYN | TCP_ACK) && seq !== table.base[d] && ended
  }

  #open(b: Uint8Array, src: number, words: number, ports: number, flags: number, reused: boolean): number {
    const table = this.#table
    const dst = src + (words << 2)
    if (table.full) this.#evict()
    // Who answers with SYN and ACK was called; otherwise the first to speak is taken for the opener.
    const answer = (flags & (TCP_SYN | TCP_ACK)) === (TCP_SYN | TCP_ACK)
    const c = answer
      ? table.insert(b, dst, src, words, (ports << 16) | (ports >>> 16))
      : table.insert(b, src, dst, words, ports)
    if (reused) {
      table.flags[c]! |= T.REUSED
      this.reused++
    }
    table.number[c] = this.connections++
    return answer ? (c << 1) | 1 : c << 1
  }

  /** Initial sequence numbers, exact from a SYN, else the best guess; and the highest acknowledgement. */
  #guess(d: number, flags: number, seq: number, ack: number): void {
    const { state, base, ack: acks } = this.#table
    if ((state[d]! & T.BASE) === 0) {
      base[d] = (flags & TCP_SYN) !== 0 ? seq : seq - 1
      state[d]! |= T.BASE
    }
    if ((flags & TCP_ACK) === 0) return
    if ((state[d ^ 1]! & T.BASE) === 0) {
      base[d ^ 1] = ack - 1
      state[d ^ 1]! |= T.BASE
    }
    if ((state[d]! & T.ACKED) === 0 || ((ack - acks[d]!) | 0) > 0) acks[d] = ack
    state[d]! |= T.ACKED
  }

  /** A SYN takes one sequence number; its data (RFC 7413) follows. Returns the number of the first byte of data. */
  #synchronize(d: number, flags: number, seq: number, ack: number): number {
    const { state, next, base } = this.#table
    const first = (seq + 1) | 0
    if ((state[d]! & SPECIAL) === 0 && this.#isUntouched(d)) {
      next[d] = first
      base[d] = seq
      state[d]! |= T.SYNCED
    }
    // The SYN that this answers was not captured.
    if ((flags & TCP_ACK) !== 0 && (state[d ^ 1]! & T.SYNCED) === 0) {
      next[d ^ 1] = ack
      state[d ^ 1]! |= T.SYNCED
    }
    return first
  }

  /** Has nothing of this direction been handed on? */
  #isUntouched(d: number): boolean {
    const { state, next, base } = this.#table
    return (state[d]! & T.SYNCED) === 0 || next[d] === ((base[d]! + 1) | 0)
  }

  #finish(d: number, at: number): void {
    const { state, next, fin } = this.#table
    if ((state[d]! & (T.FIN | T.ENDED)) !== 0) return
    if ((state[d]! & T.SYNCED) === 0) next[d] = at
    // A FIN before what has been handed on is an old one.
    if (((at - next[d]!) | 0) < 0) return
    fin[d] = at
    state[d]! |= T.FIN | T.SYNCED
  }

  #reset(c: number): void {
    this.resets++
    // A refused SYN may be repeated for minutes, and succeed.
    if (!this.#isUntouched(c << 1) || !this.#isUntouched((c << 1) | 1)) this.#resets.add(c)
  }

  #close(c: number): void {
    this.reassembler.close(c << 1)
    this.reassembler.close((c << 1) | 1)
  }

  #remove(c: number): void {
    this.#close(c)
    this.#resets.delete(c)
    this.#table.remove(c)
  }

  /** Makes room: a connection that has ended, else the one of a sample that has been silent longest. */
  #evict(): void {
    const { state, seen, capacity } = this.#table
    let victim = -1
    for (let i = 0; i < SAMPLE; i++) {
      this.#hand = this.#hand + 1 < capacity ? this.#hand + 1 : 0
      const c = this.#hand
      if ((state[c << 1]! & state[(c << 1) | 1]! & T.ENDED) !== 0) {
        victim = c
        break
      }
      if (victim < 0 || seen[c]! < seen[victim]!) victim = c
    }
    this.evicted++
    this.#remove(victim)
  }

  /** Capture time has come to `seconds`. */
  tick(seconds: number): void {
    const { reassembler } = this
    const passed = seconds - this.#ticked
    this.#ticked = seconds
    if (passed > 0) this.#clock += Math.min(passed, JUMP)
    const now = this.#clock
    reassembler.now = now
    const { seen, used, capacity, ack, state } = this.#table
    for (const c of this.#resets) {
      if (now - seen[c]! < LINGER) continue
      this.#resets.delete(c)
      this.#close(c)
    }
    for (const [d, hole] of reassembler.holes) {
      const acked = (state[d ^ 1]! & T.ACKED) !== 0 && ((ack[d ^ 1]! - hole.segments[0]!.seq) | 0) >= 0
      if (acked && now - hole.since >= PATIENCE) reassembler.skip(d, hole)
    }
    if (now - this.#swept < SWEEP) return
    this.#swept = now
    for (let c = 0; c < capacity; c++) {
      if (used[c] === 0 || now - seen[c]! < this.#timeout) continue
      this.timedOut++
      this.#remove(c)
    }
  }

  /** All input has been seen: ends every stream. */
  finish(): void {
    const { used, capacity } = this.#table
    for (let c = 0; c < capacity; c++) if (used[c] === 1) this.#remove(c)
  }
}

const word = (b: Uint8Array, at: number): number => (b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!
