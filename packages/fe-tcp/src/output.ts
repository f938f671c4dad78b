import { type Context, type Emission, END, GAP, KIND, START } from '@netstreamline/core'
import { TcpStreamInfo } from './info.js'
import type { Kept, Piece } from './piece.js'
import { ENDED, IPV6, MARKS, NEXT, NUMBER, REUSED, recordOf, STARTED, STATE, sideOf } from './record.js'
import type { Table } from './table.js'
import { Urgent } from './urgent.js'

const TCP = 6
/** Classifiers. */
const STREAM = 1
const LOSER = 2

/** Hands streams on. The one emission is reused, so that a block in order costs no allocation. */
export class Output {
  bytes = 0
  blocks = 0
  gaps = 0
  /** Bytes of the gaps, as far as their length is known. */
  lost = 0
  opened = 0
  /** Urgent bytes that were left out. */
  urgentBytes = 0
  readonly urgent = new Urgent()
  readonly #context: Context
  readonly #table: Table
  readonly #emission = {
    offset: 0,
    length: 0,
    kind: KIND.tcp,
    stream: 0,
    flags: 0,
    l3: -1,
    l4: -1,
    proto: TCP,
    classifier: STREAM,
  }

  constructor(context: Context, table: Table) {
    this.#context = context
    this.#table = table
  }

  #stream(d: number): number {
    return (this.#table.words[recordOf(d) + NUMBER]! * 2 + sideOf(d)) >>> 0
  }

  /** Payload of the packet in hand. NEXT already lies behind it. */
  data(d: number, offset: number, length: number, l3: number, l4: number): void {
    if (this.urgent.size > 0 && this.urgent.has(d)) this.#around(d, offset, length, l3, l4)
    else this.#window(d, offset, length, l3, l4)
  }

  /** A piece that was held. NEXT already lies behind it. */
  held(d: number, { kept, data, length }: Piece): void {
    const { offset } = kept.held
    if (this.urgent.has(d)) this.#around(d, offset + data, length, offset, offset + kept.l4, kept)
    else this.#window(d, offset + data, length, offset, offset + kept.l4, kept)
  }

  #window(d: number, offset: number, length: number, l3: number, l4: number, kept?: Kept): void {
    const e = this.#emission
    e.offset = offset
    e.length = length
    e.stream = this.#stream(d)
    e.flags = 0
    e.l3 = l3
    e.l4 = l4
    this.bytes += length
    this.blocks++
    this.#context.emit(e, kept?.held)
  }

  /** The same without the urgent bytes in it. */
  #around(d: number, offset: number, length: number, l3: number, l4: number, kept?: Kept): void {
    let seq = (this.#table.words[d + NEXT]! - length) | 0
    while (length > 0) {
      const part = this.urgent.before(d, seq, length)
      if (part > 0) this.#window(d, offset, part, l3, l4, kept)
      const skip = part < length ? 1 : 0
      this.urgentBytes += skip
      seq = (seq + part + skip) | 0
      offset += part + skip
      length -= part + skip
    }
  }

  /** Bytes that have lost against others: `length` of them at `offset`. */
  loser(d: number, offset: number, length: number, l3: number, l4: number, kept?: Kept): void {
    const e: Emission = { ...this.#emission, offset, length, stream: this.#stream(d), flags: 0, l3, l4 }
    e.classifier = LOSER
    this.#context.emit(e, kept?.held)
  }

  #mark(d: number, flags: number, kept?: Kept): void {
    const e: Emission = this.#emission
    // No data, so no place of its own: the header of another direction's packet would only mislead.
    e.offset = kept === undefined ? 0 : kept.held.offset
    e.length = 0
    e.stream = this.#stream(d)
    e.flags = flags
    e.l3 = -1
    e.l4 = -1
    this.#context.emit(e, kept?.held)
  }

  #describe(d: number): TcpStreamInfo {
    const { words } = this.#table
    const c = recordOf(d)
    const marks = words[c + MARKS]!
    return new TcpStreamInfo(this.#stream(d), words, c, (marks & IPV6) !== 0, (marks & REUSED) !== 0)
  }

  nameOf(d: number): string {
    return this.#describe(d).name
  }

  start(d: number): void {
    this.#table.words[d + STATE]! |= STARTED
    this.opened++
    this.#context.openStream(this.#describe(d))
    this.#mark(d, START)
  }

  gap(d: number, length: number, kept?: Kept): void {
    this.gaps++
    this.lost += length
    this.#mark(d, GAP, kept)
  }

  end(d: number): void {
    this.#table.words[d + STATE]! |= ENDED
    this.urgent.forget(d)
    this.#mark(d, END)
    this.#context.closeStream(this.#stream(d))
  }
}
