import { type Context, type Emission, END, GAP, type Held, KIND, START } from '@netstreamline/core'
import { TcpStreamInfo } from './info.js'
import { IPV6, REUSED, type Table } from './table.js'

const TCP = 6

/** Hands streams on. The one emission is reused, so that a block in order costs no allocation. */
export class Output {
  bytes = 0
  blocks = 0
  gaps = 0
  /** Bytes of the gaps, as far as their length is known. */
  lost = 0
  opened = 0
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
    classifier: 1,
  }

  constructor(context: Context, table: Table) {
    this.#context = context
    this.#table = table
  }

  #stream(d: number): number {
    return (this.#table.number[d >> 1]! * 2 + (d & 1)) >>> 0
  }

  /** Payload of the packet in hand. */
  data(d: number, offset: number, length: number, l3: number, l4: number): void {
    const e = this.#emission
    e.offset = offset
    e.length = length
    e.stream = this.#stream(d)
    e.flags = 0
    e.l3 = l3
    e.l4 = l4
    this.bytes += length
    this.blocks++
    this.#context.emit(e)
  }

  /** Payload of a packet that was held; its TCP header and the payload start at `l4` and `data` of `held`. */
  held(d: number, held: Held, l4: number, data: number, length: number): void {
    const { offset } = held
    const e = this.#emission
    e.offset = offset + data
    e.length = length
    e.stream = this.#stream(d)
    e.flags = 0
    e.l3 = offset
    e.l4 = offset + l4
    this.bytes += length
    this.blocks++
    this.#context.emit(e, held)
  }

  #mark(d: number, flags: number, held?: Held): void {
    const e: Emission = this.#emission
    // No data, so no place of its own: the header of another direction's packet would only mislead.
    e.offset = held === undefined ? 0 : held.offset
    e.length = 0
    e.stream = this.#stream(d)
    e.flags = flags
    e.l3 = -1
    e.l4 = -1
    this.#context.emit(e, held)
  }

  start(d: number): void {
    const table = this.#table
    const c = d >> 1
    const flags = table.flags[c]!
    this.opened++
    const info = new TcpStreamInfo(this.#stream(d), table.keyOf(c), (flags & IPV6) !== 0, (flags & REUSED) !== 0)
    this.#context.openStream(info)
    this.#mark(d, START)
  }

  gap(d: number, length: number, held?: Held): void {
    this.gaps++
    this.lost += length
    this.#mark(d, GAP, held)
  }

  end(d: number): void {
    this.#mark(d, END)
    this.#context.closeStream(this.#stream(d))
  }
}
