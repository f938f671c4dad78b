import { type Context, KIND } from '@netstreamline/core'
import type { CopyRing } from '../copy-ring.js'
import { REQUEST } from '../lines/start-line.js'
import type { Budget } from '../streams/budget.js'
import type { Direction, Protocol } from '../streams/direction.js'
import { Kept } from '../streams/kept.js'
import { Streams } from '../streams/streams.js'
import { endsOfStream } from '../text/endpoints.js'
import { RtspHead } from './head.js'
import { RtspLog } from './log.js'
import { type RtspListener, RtspParser } from './parser.js'
import type { Call } from './waiting.js'

/** What an `rtsp` hands on. */
export type RtspEmit = 'stream' | 'heads' | 'data' | 'log'

/** RTSP over streams. */
export class RtspProtocol implements Protocol<RtspParser>, RtspListener {
  readonly streams: Streams<RtspParser>
  readonly #context: Context
  readonly #emit: RtspEmit
  readonly #ring: CopyRing | undefined
  readonly #budget: Budget
  readonly #head = new RtspHead()
  readonly #log: RtspLog | undefined
  /** The other direction of the one that is fed. */
  #peer: RtspParser | undefined
  #requests = 0
  #responses = 0
  #frames = 0
  #dataBytes = 0
  #malformed = 0
  #irregular = 0

  /** @param ring for what does not lie in one block; none where whole streams are handed on */
  constructor(context: Context, emit: RtspEmit, ring: CopyRing | undefined, budget: Budget) {
    this.#context = context
    this.#emit = emit
    this.#ring = ring
    this.#budget = budget
    this.streams = new Streams(context, this, budget, emit === 'stream' ? 'all' : emit === 'log' ? 'nothing' : 'ends')
    if (emit === 'log') this.#log = new RtspLog(context, ring!, this.streams)
  }

  create(): RtspParser {
    return new RtspParser(this, this.#head, this.#budget, this.#emit === 'data')
  }

  begin(): void {}

  recognise({ self }: Direction<RtspParser>, b: Uint8Array, at: number, end: number): number {
    return self.recognise(b, at, end)
  }

  feed({ self, stream, peer }: Direction<RtspParser>, b: Uint8Array, at: number, end: number): void {
    if (self.stream !== stream) {
      self.open(stream)
      if (this.#log !== undefined) self.ends = endsOfStream(this.#context.stream(stream), false)
    }
    this.#peer = peer?.self
    self.feed(b, at, end)
  }

  lose({ self }: Direction<RtspParser>): void {
    self.lose()
  }

  end({ self }: Direction<RtspParser>): void {
    for (let call = self.waiting.shift(); call !== undefined; call = self.waiting.shift()) this.#over(self, call)
    self.reset()
  }

  head(p: RtspParser, b: Uint8Array, at: number, end: number, here: boolean): void {
    const { head } = p
    this.#irregular += head.irregularities
    if (head.type === REQUEST) this.#requests++
    else this.#responses++
    if (this.#emit === 'heads') this.#message(p, KIND.message, head.type, b, at, end, here)
    else if (this.#log !== undefined) this.#pair(p, b, this.#log)
  }

  frame(length: number): void {
    this.#frames++
    this.#dataBytes += length
  }

  data(p: RtspParser, channel: number, b: Uint8Array, at: number, end: number, here: boolean): void {
    this.#message(p, KIND.bytes, channel + 1, b, at, end, here)
  }

  malformed(): void {
    this.#malformed++
  }

  counters(): Record<string, number> {
    return {
      streams: this.streams.recognised,
      requests: this.#requests,
      responses: this.#responses,
      frames: this.#frames,
      dataBytes: this.#dataBytes,
      irregular: this.#irregular,
      malformed: this.#malformed,
      undecided: this.streams.undecided,
      kept: this.#budget.used,
      noRoom: this.#budget.refused,
    }
  }

  #message(
    p: RtspParser,
    kind: number,
    classifier: number,
    b: Uint8Array,
    at: number,
    end: number,
    here: boolean,
  ): void {
    const length = end - at
    if (here) this.streams.emit(p.stream, kind, classifier, at, length)
    else this.streams.emitOwn(p.stream, kind, classifier, this.#ring!.copy(b, at, length), length, this.#ring!)
  }

  #pair(p: RtspParser, b: Uint8Array, log: RtspLog): void {
    const { head } = p
    const { seconds, nanoseconds } = this.streams
    if (head.type === REQUEST) {
      const text = new Kept(this.#budget)
      log.request(head, b, text)
      const over = p.waiting.push({ sequence: head.sequence, seconds, nanoseconds, text })
      if (over !== undefined) this.#over(p, over)
      return
    }
    const asking = this.#peer
    const call = asking?.waiting.answer(head.sequence)
    log.response(p, b, call === undefined ? undefined : asking, call)
    call?.text.clear()
  }

  /** It has no answer. */
  #over(p: RtspParser, call: Call): void {
    this.#log?.unanswered(p, call)
    call.text.clear()
  }
}
