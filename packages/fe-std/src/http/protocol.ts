import type { Context } from '@netstreamline/core'
import { MAX_LINE, REQUEST, RESPONSE } from '../lines/start-line.js'
import type { Budget } from '../streams/budget.js'
import { type Direction, OPEN, OTHER, type Protocol, UNKNOWN } from '../streams/direction.js'
import { Kept } from '../streams/kept.js'
import { Streams } from '../streams/streams.js'
import { Exchange, Transaction } from './exchange.js'
import { CLIENT2, SERVER2 } from './first-line.js'
import { Head } from './head.js'
import type { HttpOutput } from './output.js'
import { type Listener, Parser } from './parser.js'

/** Transactions and exchanges kept for later ones, at most. */
const SPARE = 4096

/** HTTP over streams: recognises it, and pairs requests with responses. */
export class HttpProtocol implements Protocol<Parser>, Listener {
  readonly streams: Streams<Parser>
  readonly #output: HttpOutput
  readonly #budget: Budget
  readonly #head = new Head()
  readonly #transactions: Transaction[] = []
  readonly #exchanges: Exchange[] = []
  #requests = 0
  #responses = 0
  #interim = 0
  #requestBytes = 0
  #responseBytes = 0
  #unanswered = 0
  #unasked = 0
  #incomplete = 0
  #malformed = 0
  #irregular = 0
  #http2 = 0

  constructor(context: Context, output: HttpOutput, budget: Budget) {
    this.#output = output
    this.#budget = budget
    this.streams = new Streams(context, this, budget, output.pass)
  }

  create(): Parser {
    return new Parser(this, this.#head, new Kept(this.#budget))
  }

  begin({ self, peer }: Direction<Parser>): void {
    const exchange = peer?.self.exchange ?? this.#exchanges.pop() ?? new Exchange(this.#budget)
    exchange.users++
    self.exchange = exchange
  }

  recognise({ self, peer }: Direction<Parser>, b: Uint8Array, at: number, end: number): number {
    if (!self.settings) {
      const verdict = self.recognise(b, at, end)
      if (verdict !== SERVER2) return verdict
      self.settings = true
    }
    // So few bytes of no text are evidence only where the other direction has sent the preface.
    self.waited += end - at
    if (peer === undefined || self.waited > MAX_LINE) return OTHER
    if (peer.state !== OPEN) return UNKNOWN
    return peer.classifier === CLIENT2 ? SERVER2 : OTHER
  }

  feed({ self, stream, classifier, gap }: Direction<Parser>, b: Uint8Array, at: number, end: number): void {
    if (self.type === 0) {
      if (gap && classifier === RESPONSE) self.exchange!.lost = true
      self.open(stream, classifier)
      if (classifier === CLIENT2 || classifier === SERVER2) this.#http2++
    }
    self.feed(b, at, end)
  }

  lose({ self }: Direction<Parser>): void {
    self.lose()
  }

  end({ self }: Direction<Parser>): void {
    const exchange = self.exchange!
    self.end()
    // A client may end its direction and still wait for the answer; after the server's end none can come.
    if (--exchange.users === 0 || self.type === RESPONSE) this.#settleAll(self, exchange)
    if (exchange.users === 0) this.#recycle(exchange)
    self.reset()
  }

  request(p: Parser, b: Uint8Array, at: number, end: number, here: boolean): void {
    const t = this.#transactions.pop() ?? new Transaction(new Kept(this.#budget), new Kept(this.#budget))
    const exchange = p.exchange!
    this.#requests++
    this.#irregular += p.head.irregularities
    t.special = p.head.special
    t.asked = this.streams.seconds
    t.askedNanoseconds = this.streams.nanoseconds
    t.asking = true
    p.current = t
    this.#output.request(p, t, b, at, end, here)
    if (exchange.push(t)) return
    // No room: the oldest is not waited for any more, or this one.
    const oldest = exchange.shift()
    if (oldest !== undefined) this.#settle(p, oldest)
    if (!exchange.push(t)) this.#settle(p, t)
  }

  response(p: Parser, b: Uint8Array, at: number, end: number, here: boolean): number {
    const { status } = p.head
    this.#irregular += p.head.irregularities
    if (status < 200 && status !== 101) {
      this.#interim++
      this.#output.interim(p, b, at, end, here)
      return 0
    }
    this.#responses++
    const exchange = p.exchange!
    // Who does not pipeline has one request under way: those before it were answered by what is lost.
    while (exchange.lost && exchange.pending > 1) this.#settle(p, exchange.shift()!)
    exchange.lost = false
    const asked = exchange.shift()
    if (asked === undefined) this.#unasked++
    const t = asked ?? this.#transactions.pop() ?? new Transaction(new Kept(this.#budget), new Kept(this.#budget))
    t.status = status
    t.answered = this.streams.seconds
    t.answeredNanoseconds = this.streams.nanoseconds
    t.answering = true
    p.current = t
    this.#output.response(p, t, b, at, end, here)
    return t.special
  }

  body(p: Parser, at: number, length: number): void {
    const t = p.current
    if (p.type === REQUEST) {
      this.#requestBytes += length
      if (t !== undefined) t.sent += length
    } else {
      this.#responseBytes += length
      if (t !== undefined) t.received += length
    }
    this.#output.body(p, at, length)
  }

  done(p: Parser, whole: boolean): void {
    const t = p.current
    if (t === undefined) return
    if (!whole) this.#incomplete++
    this.#output.done(p, whole)
    p.current = undefined
    if (p.type === REQUEST) {
      t.asking = false
      if (t.settled) this.#reuse(t)
    } else {
      t.answering = false
      this.#settle(p, t)
    }
  }

  malformed(): void {
    this.#malformed++
  }

  counters(): Record<string, number> {
    const { recognised, undecided } = this.streams
    return {
      streams: recognised,
      http2: this.#http2,
      requests: this.#requests,
      responses: this.#responses,
      interim: this.#interim,
      requestBodyBytes: this.#requestBytes,
      responseBodyBytes: this.#responseBytes,
      unanswered: this.#unanswered,
      unasked: this.#unasked,
      incomplete: this.#incomplete,
      irregular: this.#irregular,
      malformed: this.#malformed,
      undecided,
      kept: this.#budget.used,
      noRoom: this.#budget.refused,
    }
  }

  #settleAll(p: Parser, exchange: Exchange): void {
    for (let t = exchange.shift(); t !== undefined; t = exchange.shift()) this.#settle(p, t)
  }

  /** What is known of the transaction is all that will be. */
  #settle(p: Parser, t: Transaction): void {
    if (t.status === 0) this.#unanswered++
    this.#output.transaction(p, t)
    t.settled = true
    if (!t.asking) this.#reuse(t)
  }

  #reuse(t: Transaction): void {
    t.clear()
    if (this.#transactions.length < SPARE) this.#transactions.push(t)
  }

  #recycle(exchange: Exchange): void {
    exchange.forget()
    if (this.#exchanges.length < SPARE) this.#exchanges.push(exchange)
  }
}
