import { type Context, KIND } from '@netstreamline/core'
import type { CopyRing } from '../copy-ring.js'
import type { Kept } from '../streams/kept.js'
import type { Streams } from '../streams/streams.js'
import { endsOfStream } from '../text/endpoints.js'
import { ascii, JsonWriter } from '../text/json.js'
import type { Part, RtspHead } from './head.js'
import type { RtspParser } from './parser.js'
import type { Call } from './waiting.js'

const MAX_TARGET = 8192
const MAX_VALUE = 1024
/** More than a line can take: a target, six other values, ends, numbers. */
export const MAX_RTSP_LINE = 32768
/** 65535 is in no response. */
const NO_STATUS = 65535

const key = (name: string): Uint8Array => ascii(`,"${name}":`)
const TIME = ascii('{"time":')
const METHOD = key('method')
const URI = key('uri')
const VERSION = key('version')
const SEQUENCE = key('cseq')
const AGENT = key('agent')
const TRANSPORT = key('transport')
const SESSION = key('session')
const STATUS = key('status')
const WAIT = key('wait')
const CUT = ascii(',"cut":true')
const CLOSE = ascii('}\n')

/** Writes a line of JSON for each request with its response. */
export class RtspLog {
  readonly #context: Context
  readonly #ring: CopyRing
  readonly #streams: Streams<RtspParser>
  readonly #scratch = new Uint8Array(MAX_RTSP_LINE)
  readonly #writer = new JsonWriter(this.#scratch)

  constructor(context: Context, ring: CopyRing, streams: Streams<RtspParser>) {
    this.#context = context
    this.#ring = ring
    this.#streams = streams
  }

  /** What is to be said of a request, to be kept until it is answered. */
  request(head: RtspHead, b: Uint8Array, text: Kept): void {
    const w = this.#writer
    w.bytes = this.#scratch
    w.at = 0
    w.cut = false
    this.#part(METHOD, b, head.method)
    this.#part(URI, b, head.target, MAX_TARGET)
    this.#part(VERSION, b, head.version)
    this.#sequence(head.sequence)
    this.#part(AGENT, b, head.agent)
    text.add(this.#scratch, 0, w.at)
  }

  /** @param asking the direction of the request, if that is known */
  response(p: RtspParser, b: Uint8Array, asking: RtspParser | undefined, call: Call | undefined): void {
    const w = this.#writer
    const { head } = p
    const { seconds, nanoseconds } = this.#streams
    const offset = this.#begin(call?.seconds ?? seconds, call?.nanoseconds ?? nanoseconds)
    w.raw(asking?.ends ?? endsOfStream(this.#context.stream(p.stream), true))
    if (call !== undefined) w.copy(call.text.bytes, 0, call.text.used)
    else this.#sequence(head.sequence)
    w.raw(STATUS)
    w.number(head.status)
    this.#part(TRANSPORT, b, head.transport)
    this.#part(SESSION, b, head.session)
    if (call !== undefined) w.wait(WAIT, call.seconds, call.nanoseconds, seconds, nanoseconds)
    this.#end(p, head.status, offset)
  }

  unanswered(p: RtspParser, call: Call): void {
    const offset = this.#begin(call.seconds, call.nanoseconds)
    this.#writer.raw(p.ends)
    this.#writer.copy(call.text.bytes, 0, call.text.used)
    this.#end(p, NO_STATUS, offset)
  }

  #begin(seconds: number, nanoseconds: number): number {
    const w = this.#writer
    const offset = this.#ring.reserve(MAX_RTSP_LINE)
    w.bytes = this.#context.bytes
    w.at = offset
    w.cut = false
    w.raw(TIME)
    w.time(seconds, nanoseconds)
    return offset
  }

  #end(p: RtspParser, classifier: number, offset: number): void {
    const w = this.#writer
    if (w.cut) w.raw(CUT)
    w.raw(CLOSE)
    const length = w.at - offset
    this.#ring.take(length)
    this.#streams.emitOwn(p.stream, KIND.bytes, classifier, offset, length, this.#ring)
  }

  #sequence(sequence: number): void {
    if (sequence < 0) return
    this.#writer.raw(SEQUENCE)
    this.#writer.number(sequence)
  }

  #part(name: Uint8Array, b: Uint8Array, { at, end }: Part, most = MAX_VALUE): void {
    if (at === end) return
    this.#writer.raw(name)
    this.#writer.string(b, at, end, most)
  }
}
