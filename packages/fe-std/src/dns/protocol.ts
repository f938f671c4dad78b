import { type Block, type Classifier, CONSUMED, type Context, type Emission, KIND } from '@netstreamline/core'
import type { CopyRing } from '../copy-ring.js'
import type { Budget } from '../streams/budget.js'
import type { Direction, Protocol } from '../streams/direction.js'
import { Kept } from '../streams/kept.js'
import { Streams } from '../streams/streams.js'
import { endsOfStream } from '../text/endpoints.js'
import { DnsLog } from './log.js'
import { checkMessage, isResponse, MALFORMED, NO_SENSE } from './message.js'
import { HEADER } from './name.js'
import { type DnsListener, DnsSide } from './side.js'

/** What a `dns` hands on. */
export type DnsEmit = 'messages' | 'log'
/** Of which messages. */
export type DnsWhich = 'all' | 'queries' | 'responses'

/** Ports of DNS, mDNS (RFC 6762) and LLMNR (RFC 4795). */
const PORTS: readonly number[] = [53, 5353, 5355]

/** Came it by such a port? The transport header lies before the window. */
const isServicePort = ({ bytes: b, l4, offset }: Block): boolean =>
  l4 >= 0 &&
  l4 + 4 <= offset &&
  (PORTS.includes((b[l4]! << 8) | b[l4 + 1]!) || PORTS.includes((b[l4 + 2]! << 8) | b[l4 + 3]!))

/** DNS over datagrams and streams. */
export class Dns implements Protocol<DnsSide>, DnsListener {
  readonly streams: Streams<DnsSide>
  readonly #context: Context
  readonly #ring: CopyRing
  readonly #budget: Budget
  readonly #which: DnsWhich
  /** Messages that make no sense are handed on, too, where they come by a port of DNS. */
  readonly #broken: boolean
  readonly #log: DnsLog | undefined
  #block: Block | undefined
  #queries = 0
  #responses = 0
  #malformed = 0
  readonly #line: Emission = {
    offset: 0,
    length: 0,
    kind: KIND.bytes,
    classifier: 0,
    ring: 0,
    position: 0,
    l3: -1,
    l4: -1,
  }

  constructor(context: Context, emit: DnsEmit, which: DnsWhich, broken: boolean, ring: CopyRing, budget: Budget) {
    this.#context = context
    this.#which = which
    this.#broken = broken
    this.#ring = ring
    this.#budget = budget
    this.streams = new Streams(context, this, budget, 'nothing')
    if (emit === 'log') this.#log = new DnsLog(context, ring)
  }

  /** A datagram is a message. */
  datagram(block: Block): Classifier {
    const { bytes, offset, length } = block
    let type = this.#check(bytes, offset, length)
    if (type === 0 && this.#broken && length >= HEADER && isServicePort(block)) type = NO_SENSE
    if (type === 0 || !this.#wanted(bytes, offset)) return 0
    if (this.#log === undefined) {
      block.kind = KIND.message
      return type
    }
    this.#log.write(block, undefined, block.seconds, block.nanoseconds)
    this.#log.message(bytes, offset, offset + length, type !== NO_SENSE)
    const e = this.#line
    e.offset = this.#log.offset
    e.length = this.#log.length
    e.classifier = type
    e.ring = this.#ring.id
    e.position = this.#ring.position
    this.#context.emit(e)
    return CONSUMED
  }

  segment(block: Block): Classifier {
    this.#block = block
    return this.streams.process(block)
  }

  create(): DnsSide {
    return new DnsSide(this, new Kept(this.#budget))
  }

  begin(): void {}

  recognise({ self }: Direction<DnsSide>, b: Uint8Array, at: number, end: number): number {
    return self.recognise(b, at, end)
  }

  feed({ self, stream }: Direction<DnsSide>, b: Uint8Array, at: number, end: number): void {
    if (self.stream !== stream) {
      self.open(stream)
      if (this.#log !== undefined) self.ends = endsOfStream(this.#context.stream(stream), false)
    }
    self.feed(b, at, end)
  }

  lose({ self }: Direction<DnsSide>): void {
    self.lose()
  }

  end({ self }: Direction<DnsSide>): void {
    self.reset()
  }

  message(side: DnsSide, b: Uint8Array, at: number, length: number, here: boolean): void {
    const type = this.#check(b, at, length)
    if (type === 0 || !this.#wanted(b, at)) return
    const { streams } = this
    if (this.#log !== undefined) {
      this.#log.write(this.#block!, side.ends, streams.seconds, streams.nanoseconds)
      this.#log.message(b, at, at + length, true)
      streams.emitOwn(side.stream, KIND.bytes, type, this.#log.offset, this.#log.length, this.#ring)
    } else if (here) streams.emit(side.stream, KIND.message, type, at, length)
    else streams.emitOwn(side.stream, KIND.message, type, this.#ring.copy(b, at, length), length, this.#ring)
  }

  counters(): Record<string, number> {
    return {
      queries: this.#queries,
      responses: this.#responses,
      malformed: this.#malformed,
      streams: this.streams.recognised,
      undecided: this.streams.undecided,
      kept: this.#budget.used,
      noRoom: this.#budget.refused,
    }
  }

  #wanted(b: Uint8Array, at: number): boolean {
    return this.#which === 'all' || isResponse(b, at) === (this.#which === 'responses')
  }

  /** The type of the message; 0 when it is none. */
  #check(b: Uint8Array, at: number, length: number): number {
    const type = checkMessage(b, at, at + length)
    if (type === MALFORMED) this.#malformed++
    if (type <= 0) return 0
    if (isResponse(b, at)) this.#responses++
    else this.#queries++
    return type
  }
}
