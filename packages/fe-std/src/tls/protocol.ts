import { type Context, KIND } from '@netstreamline/core'
import type { CopyRing } from '../copy-ring.js'
import type { Budget } from '../streams/budget.js'
import { type Direction, OPEN, OTHER, type Protocol, UNKNOWN } from '../streams/direction.js'
import { Kept } from '../streams/kept.js'
import { Streams } from '../streams/streams.js'
import { CLIENT_HELLO, Hello } from './hello.js'
import { TlsLog } from './log.js'
import { ALERT, RECORD, TlsSide } from './side.js'

/** What a `tls` hands on. */
export type TlsEmit = 'stream' | 'hellos' | 'log'

/** TLS over streams. */
export class TlsProtocol implements Protocol<TlsSide> {
  readonly streams: Streams<TlsSide>
  readonly #emit: TlsEmit
  readonly #ring: CopyRing | undefined
  readonly #budget: Budget
  readonly #hello = new Hello()
  readonly #log: TlsLog | undefined
  #clients = 0
  #servers = 0
  #alerts = 0
  #malformed = 0

  constructor(context: Context, emit: TlsEmit, ring: CopyRing | undefined, budget: Budget) {
    this.#emit = emit
    this.#ring = ring
    this.#budget = budget
    this.streams = new Streams(context, this, budget, emit === 'stream' ? 'all' : emit === 'log' ? 'nothing' : 'ends')
    if (emit === 'log') this.#log = new TlsLog(context, ring!, this.streams, this.#hello)
  }

  create(): TlsSide {
    return new TlsSide(this.#hello, new Kept(this.#budget))
  }

  begin(): void {}

  recognise({ self, peer }: Direction<TlsSide>, b: Uint8Array, at: number, end: number): number {
    const verdict = self.recognise(b, at, end)
    if (self.malformed) this.#malformed++
    // Seven bytes are evidence only as an answer.
    if (verdict > UNKNOWN && self.type === ALERT && peer?.state !== OPEN) return OTHER
    return verdict
  }

  feed({ self, stream, peer }: Direction<TlsSide>, b: Uint8Array, at: number): void {
    if (self.stream === stream) return
    self.stream = stream
    if (self.type === ALERT) this.#alerts++
    else if (self.type === CLIENT_HELLO) this.#clients++
    else this.#servers++
    const bytes = self.here ? b : self.kept.bytes
    const from = self.here ? at + RECORD : 0
    if (this.#emit === 'hellos' && self.type !== ALERT) this.#message(self, bytes, from)
    this.#log?.hello(self, peer?.self, bytes, from)
    self.kept.clear()
  }

  lose(): void {}

  end({ self, peer }: Direction<TlsSide>): void {
    if (self.stream >= 0) this.#log?.end(self, peer?.self)
    self.reset()
  }

  counters(): Record<string, number> {
    return {
      streams: this.streams.recognised,
      clientHellos: this.#clients,
      serverHellos: this.#servers,
      alerts: this.#alerts,
      malformed: this.#malformed,
      undecided: this.streams.undecided,
      kept: this.#budget.used,
      noRoom: this.#budget.refused,
    }
  }

  #message({ stream, type, here, length }: TlsSide, b: Uint8Array, at: number): void {
    if (here) this.streams.emit(stream, KIND.message, type, at, length)
    else this.streams.emitOwn(stream, KIND.message, type, this.#ring!.copy(b, at, length), length, this.#ring!)
  }
}
