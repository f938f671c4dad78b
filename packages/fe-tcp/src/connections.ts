import type { Block, Context } from '@netstreamline/core'
import { Ageing } from './ageing.js'
import {
  finish,
  guess,
  isNew,
  isUntouched,
  synchronize,
  TCP_ACK,
  TCP_FIN,
  TCP_RST,
  TCP_SYN,
  TCP_URG,
} from './handshake.js'
import { Reassembler } from './reassembler.js'
import * as R from './record.js'
import { isValidReset } from './reset.js'
import { belongsTo, CONFIRMED, NEWER } from './reuse.js'
import type { Settings } from './settings.js'

/** State in which the next segment in order needs no second look. */
const PLAIN = R.BASE | R.STARTED | R.SYNCED | R.ACKED
const SPECIAL = R.FIN | R.ENDED | R.HOLE

/** The life of connections: which segment belongs to which, who opened it, when it ends. */
export class Connections {
  readonly streams: Reassembler
  readonly ageing: Ageing
  readonly #settings: Settings
  readonly #view: DataView
  connections = 0
  reused = 0
  /** SYNs on connections that live, until it was clear that these go on. */
  lateSyns = 0
  resets = 0
  resetsIgnored = 0
  /** Segments of connections that are not taken. */
  ignored = 0

  constructor(context: Context, settings: Settings) {
    this.#settings = settings
    const { buffer, byteOffset, byteLength } = context.bytes
    this.#view = new DataView(buffer, byteOffset, byteLength)
    this.streams = new Reassembler(context, settings)
    this.ageing = new Ageing(this.streams, settings, (c) => this.#remove(c))
  }

  /**
   * The TCP segment of the packet in hand, whose TCP header (20 bytes) lies in the window.
   * @param end first byte beyond its payload as captured
   * @param lost bytes of payload that the capture has cut off
   */
  segment(block: Block, end: number, lost: number): void {
    const { bytes: b, l3, l4 } = block
    const { streams, ageing } = this
    const view = this.#view
    if (block.seconds !== ageing.second) ageing.advance(block.seconds)
    ageing.packets++
    const six = b[l3]! >> 4 === 6
    const src = six ? l3 + 8 : l3 + 12
    const dst = six ? l3 + 24 : l3 + 16
    const ports = view.getInt32(l4)
    const { table } = streams
    const d = table.find(src, dst, six, ports)
    const seq = view.getInt32(l4 + 4)
    const flags = b[l4 + 13]!
    const at = l4 + ((b[l4 + 12]! >> 4) << 2)
    const w = table.words
    if (
      d >= 0 &&
      (w[d + R.STATE]! & R.FAST) !== 0 &&
      (flags & (TCP_ACK | TCP_SYN | TCP_FIN | TCP_RST | TCP_URG)) === TCP_ACK &&
      seq === w[d + R.NEXT] &&
      lost === 0
    ) {
      const ack = view.getInt32(l4 + 8)
      if (((ack - w[d + R.ACK]!) | 0) > 0) w[d + R.ACK] = ack
      w[R.recordOf(d) + R.SEEN] = streams.now
      if (end <= at) return
      w[d + R.NEXT] = (seq + end - at) | 0
      streams.output.data(d, at, end - at, l3, l4)
      return
    }
    this.#other(block, this.#direction(d, src, dst, six, ports, flags, seq, view.getInt32(l4 + 8)), at, end, lost)
  }

  /** A packet with a TCP header that cannot be: the sign of a connection, and nothing else. */
  broken(block: Block): void {
    const { bytes: b, l3, l4 } = block
    const view = this.#view
    if (block.seconds !== this.ageing.second) this.ageing.advance(block.seconds)
    const six = b[l3]! >> 4 === 6
    const src = six ? l3 + 8 : l3 + 12
    const dst = six ? l3 + 24 : l3 + 16
    const ports = view.getInt32(l4)
    const d = this.streams.table.find(src, dst, six, ports)
    this.#direction(d, src, dst, six, ports, b[l4 + 13]!, view.getInt32(l4 + 4), view.getInt32(l4 + 8))
  }

  /** The direction of a segment, of another connection than `d`'s where it begins one or belongs to the one behind. */
  #direction(
    d: number,
    src: number,
    dst: number,
    six: boolean,
    ports: number,
    flags: number,
    seq: number,
    ack: number,
  ): number {
    const { table, now } = this.streams
    if (d >= 0 && table.words[R.recordOf(d) + R.LINK]! >= 0) d = this.#choose(d, flags, seq, ack)
    if (d >= 0 && isNew(table.words, d, flags, seq)) d = this.#reopen(d, src, dst, six, ports, flags)
    else if (d < 0) d = this.#open(src, dst, six, ports, flags)
    table.words[R.recordOf(d) + R.SEEN] = now
    return d
  }

  #choose(d: number, flags: number, seq: number, ack: number): number {
    const { table } = this.streams
    const which = belongsTo(table, d, flags, seq, ack)
    if (which === NEWER) return d
    if (which !== CONFIRMED) return table.behind(d)
    this.lateSyns--
    this.reused++
    this.#remove(table.words[R.recordOf(d) + R.LINK]!)
    return d
  }

  #open(src: number, dst: number, six: boolean, ports: number, flags: number): number {
    const { table } = this.streams
    if (table.full) this.ageing.evict()
    // Who answers with SYN and ACK was called; otherwise the first to speak is taken for the opener.
    const isAnswer = (flags & (TCP_SYN | TCP_ACK)) === (TCP_SYN | TCP_ACK)
    const c = isAnswer
      ? table.insert(dst, src, six, (ports << 16) | (ports >>> 16))
      : table.insert(src, dst, six, ports)
    table.words[c + R.MARKS]! |= R.HALF_OPEN | ((flags & TCP_SYN) === 0 ? R.MIDSTREAM : 0)
    table.words[c + R.NUMBER] = this.connections++
    return isAnswer ? c + R.OTHER : c + R.OPENER
  }

  /** A connection between ports that are known: instead of one that has ended, or before one that may still live. */
  #reopen(d: number, src: number, dst: number, six: boolean, ports: number, flags: number): number {
    const { table } = this.streams
    const old = R.recordOf(d)
    const linked = table.words[old + R.LINK]!
    // A SYN that stands before a living connection gives way to the next one.
    if (linked >= 0) this.#remove((table.words[old + R.MARKS]! & R.BEHIND) !== 0 ? linked : old)
    else if (!this.#lives(old)) this.#remove(old)
    if (table.full) this.ageing.evict()
    const before = table.find(src, dst, six, ports)
    if (before >= 0) table.hide(R.recordOf(before))
    const made = this.#open(src, dst, six, ports, flags)
    table.words[R.recordOf(made) + R.MARKS]! |= R.REUSED
    if (before >= 0) {
      table.link(R.recordOf(made), R.recordOf(before), R.sideOf(made) !== R.sideOf(before))
      this.lateSyns++
    } else this.reused++
    return made
  }

  /** Can more of it come? */
  #lives(c: number): boolean {
    const w = this.streams.table.words
    if ((w[c + R.MARKS]! & R.HALF_OPEN) !== 0 || this.ageing.isReset(c)) return false
    return (w[c + R.OPENER + R.STATE]! & w[c + R.OTHER + R.STATE]! & R.ENDED) === 0
  }

  #other(block: Block, d: number, at: number, end: number, lost: number): void {
    const { streams } = this
    const { bytes: b, l4 } = block
    const view = this.#view
    const w = streams.table.words
    const c = R.recordOf(d)
    const flags = b[l4 + 13]!
    const ack = view.getInt32(l4 + 8)
    let seq = view.getInt32(l4 + 4)
    if ((flags & (TCP_SYN | TCP_RST)) === 0) w[c + R.MARKS]! &= ~R.HALF_OPEN
    if ((w[c + R.MARKS]! & R.MIDSTREAM) !== 0 && !this.#settings.midstream) {
      this.ignored++
      return
    }
    guess(w, d, flags, seq, ack)
    if ((w[d + R.STATE]! & R.STARTED) === 0) streams.output.start(d)
    // What a reset carries is a diagnostic (RFC 9293 §3.5.3), not data of the stream.
    if ((flags & TCP_RST) !== 0) this.#reset(c, d, flags, seq, ack)
    else {
      if ((flags & TCP_ACK) !== 0) this.#acknowledge(d, ack)
      if ((flags & TCP_SYN) !== 0) seq = synchronize(w, d, flags, seq, ack)
      const length = Math.max(end - at, 0)
      if ((flags & TCP_URG) !== 0 && !this.#settings.urgent) this.#urgent(d, seq, (b[l4 + 18]! << 8) | b[l4 + 19]!)
      if (length + lost > 0) streams.deliver(block, d, seq, at, length, lost)
      else if ((flags & (TCP_SYN | TCP_FIN)) === 0 && seq === ((w[d + R.NEXT]! - 1) | 0)) streams.keepAlives++
      if ((flags & TCP_FIN) !== 0) finish(w, d, (seq + length + lost) | 0)
      streams.atEnd(d)
    }
    const isPlain =
      (w[d + R.STATE]! & (PLAIN | SPECIAL)) === PLAIN &&
      (w[R.peerOf(d) + R.STATE]! & R.BASE) !== 0 &&
      !this.#settings.acknowledged
    w[d + R.STATE] = isPlain ? w[d + R.STATE]! | R.FAST : w[d + R.STATE]! & ~R.FAST
  }

  #acknowledge(d: number, ack: number): void {
    const w = this.streams.table.words
    if ((w[d + R.STATE]! & R.ACKED) !== 0 && ((ack - w[d + R.ACK]!) | 0) <= 0) return
    w[d + R.ACK] = ack
    w[d + R.STATE]! |= R.ACKED
    if (this.#settings.acknowledged) this.streams.acknowledge(R.peerOf(d))
  }

  /** The urgent pointer counts from this segment's number, and points behind the urgent byte. */
  #urgent(d: number, seq: number, pointer: number): void {
    const w = this.streams.table.words
    const place = (seq + pointer - 1) | 0
    if (pointer === 0 || ((w[d + R.STATE]! & R.SYNCED) !== 0 && ((place - w[d + R.NEXT]!) | 0) < 0)) return
    this.streams.output.urgent.note(d, place)
  }

  #reset(c: number, d: number, flags: number, seq: number, ack: number): void {
    const { table, holes } = this.streams
    if (!isValidReset(table.words, d, holes.get(d), flags, seq, ack)) {
      this.resetsIgnored++
      return
    }
    this.resets++
    // A refused SYN may be repeated for minutes, and succeed.
    const isRefusal = isUntouched(table.words, c + R.OPENER) && isUntouched(table.words, c + R.OTHER)
    if (!isRefusal) this.ageing.reset(c)
  }

  #remove(c: number): void {
    this.ageing.close(c)
    this.ageing.forget(c)
    this.streams.table.remove(c)
  }

  /** All input has been seen: ends every stream. */
  finish(): void {
    const { table } = this.streams
    for (let c = 0; c < table.words.length; c += R.WORDS) {
      if ((table.words[c + R.MARKS]! & R.USED) !== 0) this.#remove(c)
    }
  }
}
