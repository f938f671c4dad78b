import { type Context, KIND } from '@netstreamline/core'
import type { CopyRing } from '../copy-ring.js'
import type { Budget } from '../streams/budget.js'
import { type Direction, OTHER, type Protocol } from '../streams/direction.js'
import { Kept } from '../streams/kept.js'
import { Streams } from '../streams/streams.js'
import { readKeyExchange } from './key-exchange.js'
import { SshLog } from './log.js'
import { CLIENT, SERVER, type SshListener, SshParser } from './parser.js'

/** What an `ssh` hands on. */
export type SshEmit = 'stream' | 'banners' | 'kex' | 'log'

/** SSH over streams. */
export class SshProtocol implements Protocol<SshParser>, SshListener {
  readonly streams: Streams<SshParser>
  readonly #emit: SshEmit
  readonly #ring: CopyRing | undefined
  readonly #budget: Budget
  readonly #log: SshLog | undefined
  /** The other direction of the one that is fed. */
  #peer: SshParser | undefined
  #banners = 0
  #exchanges = 0
  #malformed = 0

  constructor(context: Context, emit: SshEmit, ring: CopyRing | undefined, budget: Budget) {
    this.#emit = emit
    this.#ring = ring
    this.#budget = budget
    this.streams = new Streams(context, this, budget, emit === 'stream' ? 'all' : emit === 'log' ? 'nothing' : 'ends')
    if (emit === 'log') this.#log = new SshLog(context, ring!, this.streams)
  }

  create(): SshParser {
    return new SshParser(this, new Kept(this.#budget))
  }

  begin(): void {}

  recognise({ self, stream, peer }: Direction<SshParser>, b: Uint8Array, at: number, end: number): number {
    const server = (stream & 1) === 1
    const verdict = self.recognise(b, at, end, server)
    // Lines before the identification are SSH's only if the other direction can be: else all text would be held.
    if (self.before && peer === undefined) return OTHER
    return verdict === CLIENT && server ? SERVER : verdict
  }

  feed({ self, stream, classifier, peer }: Direction<SshParser>, b: Uint8Array, at: number, end: number): void {
    if (self.stream !== stream) {
      self.open(stream, classifier)
      this.#log?.open(self)
    }
    this.#peer = peer?.self
    self.feed(b, at, end)
  }

  lose({ self, peer }: Direction<SshParser>): void {
    this.#peer = peer?.self
    self.lose()
  }

  end({ self, peer }: Direction<SshParser>): void {
    if (self.stream >= 0) this.#log?.end(self, peer?.self)
    self.reset()
  }

  banner(p: SshParser, b: Uint8Array, at: number, end: number, here: boolean): void {
    this.#banners++
    if (this.#emit === 'banners') this.#message(p, b, at, end, here)
    this.#log?.banner(p, b, at, end)
  }

  keyExchange(p: SshParser, b: Uint8Array, at: number, end: number, here: boolean): void {
    const names = readKeyExchange(b, at, end)
    if (names === undefined) {
      this.#malformed++
      return
    }
    this.#exchanges++
    p.names = names
    if (this.#emit === 'kex') this.#message(p, b, at, end, here)
  }

  done(p: SshParser): void {
    this.#log?.done(p, this.#peer)
  }

  malformed(): void {
    this.#malformed++
  }

  counters(): Record<string, number> {
    return {
      streams: this.streams.recognised,
      banners: this.#banners,
      keyExchanges: this.#exchanges,
      malformed: this.#malformed,
      undecided: this.streams.undecided,
      kept: this.#budget.used,
      noRoom: this.#budget.refused,
    }
  }

  #message(p: SshParser, b: Uint8Array, at: number, end: number, here: boolean): void {
    const length = end - at
    if (here) this.streams.emit(p.stream, KIND.message, p.type, at, length)
    else this.streams.emitOwn(p.stream, KIND.message, p.type, this.#ring!.copy(b, at, length), length, this.#ring!)
  }
}
