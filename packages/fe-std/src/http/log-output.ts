import { type Context, KIND } from '@netstreamline/core'
import type { CopyRing } from '../copy-ring.js'
import { REQUEST } from '../lines/start-line.js'
import { endsOfStream } from '../text/endpoints.js'
import { ascii, JsonWriter } from '../text/json.js'
import type { Transaction } from './exchange.js'
import type { Part } from './head.js'
import { type HttpOutput, wholeOutput } from './output.js'
import type { Parser } from './parser.js'

/** Bytes of one value, at most. */
const MAX_TARGET = 8192
const MAX_VALUE = 1024
/** More than a line can take: a target, five other values, ends, numbers. */
export const MAX_LOG_LINE = 32768

const key = (name: string): Uint8Array => ascii(`,"${name}":`)
const TIME = ascii('{"time":')
const METHOD = key('method')
const HOST = key('host')
const URI = key('uri')
const VERSION = ascii(',"version":"1.')
const AGENT = key('agent')
const REFERER = key('referer')
const SENT = key('sent')
const STATUS = key('status')
const TYPE = key('type')
const ENCODING = key('encoding')
const RECEIVED = key('received')
const WAIT = key('wait')
const CUT = ascii(',"cut":true')
const CLOSE = ascii('}\n')
const QUOTE = ascii('"')

/** 65535 is in no response. */
const NO_STATUS = 65535

/** A line of JSON for each transaction. */
export const logOutput = (context: Context, ring: CopyRing): HttpOutput => {
  const writer = new JsonWriter(new Uint8Array(MAX_LOG_LINE))
  const { bytes } = writer

  const part = (name: Uint8Array, b: Uint8Array, { at, end }: Part, most = MAX_VALUE): void => {
    if (at === end) return
    writer.raw(name)
    writer.string(b, at, end, most)
  }
  const begin = (p: Parser): void => {
    writer.bytes = bytes
    writer.at = 0
    writer.cut = false
    const exchange = p.exchange!
    if (exchange.ends.length === 0) exchange.ends = endsOfStream(context.stream(p.stream), p.type !== REQUEST)
  }

  const output: HttpOutput = {
    ...wholeOutput(),
    pass: 'nothing',
    request(p, t, b) {
      const { head } = p
      begin(p)
      part(METHOD, b, head.method)
      part(HOST, b, head.host)
      part(URI, b, head.target, MAX_TARGET)
      writer.raw(VERSION)
      writer.number(head.minor)
      writer.raw(QUOTE)
      part(AGENT, b, head.agent)
      part(REFERER, b, head.referer)
      if (writer.cut) writer.raw(CUT)
      t.request.add(bytes, 0, writer.at)
    },
    response(p, t, b) {
      const { head } = p
      begin(p)
      part(TYPE, b, head.type)
      part(ENCODING, b, head.encoding)
      t.response.add(bytes, 0, writer.at)
    },
    transaction(p, t) {
      const offset = ring.reserve(MAX_LOG_LINE)
      writer.bytes = context.bytes
      writer.at = offset
      line(p, t)
      const length = writer.at - offset
      ring.take(length)
      output.streams!.emitOwn(p.stream, KIND.bytes, t.status || NO_STATUS, offset, length, ring)
    },
    free: () => ring.free(),
  }

  const line = (p: Parser, t: Transaction): void => {
    const asked = t.special >= 0
    writer.raw(TIME)
    if (asked) writer.time(t.asked, t.askedNanoseconds)
    else writer.time(t.answered, t.answeredNanoseconds)
    writer.raw(p.exchange!.ends)
    writer.copy(t.request.bytes, 0, t.request.used)
    if (asked) {
      writer.raw(SENT)
      writer.number(t.sent)
    }
    if (t.status > 0) {
      writer.raw(STATUS)
      writer.number(t.status)
      writer.copy(t.response.bytes, 0, t.response.used)
      writer.raw(RECEIVED)
      writer.number(t.received)
      if (asked) writer.wait(WAIT, t.asked, t.askedNanoseconds, t.answered, t.answeredNanoseconds)
    }
    writer.raw(CLOSE)
  }
  return output
}
