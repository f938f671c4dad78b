import type { Block, Context } from '@netstreamline/core'
import type { CopyRing } from '../copy-ring.js'
import { writeEndsOfPacket } from '../text/endpoints.js'
import { ascii, JsonWriter } from '../text/json.js'
import { isResponse } from './message.js'
import { HEADER, skipName } from './name.js'
import { typeText, writeData, writeName } from './record.js'

/** Answers that a line has room for. */
const MAX_ANSWERS = 24
/** More than a line can take: its answers with their names and data, the question, ends, numbers. */
export const MAX_DNS_LINE = 262144

const key = (name: string): Uint8Array => ascii(`,"${name}":`)
const TIME = ascii('{"time":')
const UDP = ascii(',"transport":"udp"')
const TCP = ascii(',"transport":"tcp"')
const ID = key('id')
const RESPONSE = ascii(',"response":true')
const OPCODE = key('opcode')
const RCODE = key('rcode')
const TRUNCATED = ascii(',"truncated":true')
const NAME = key('name')
const TYPE = ascii(',"type":"')
const ANSWERS = ascii(',"answers":[')
const COMMA = ascii(',')
const RECORD = ascii('{"name":')
const TTL = key('ttl')
const DATA = key('data')
const MALFORMED = ascii(',"malformed":true')
const CUT = ascii(',"cut":true')
const END_RECORD = ascii('}')
const END_LIST = ascii(']')
const CLOSE = ascii('}\n')
const QUOTE = 34

const u16 = (b: Uint8Array, at: number): number => (b[at]! << 8) | b[at + 1]!

/** Writes a line of JSON for each message. */
export class DnsLog {
  /** Where the last line lies, and how long it is. */
  offset = 0
  length = 0
  readonly #ring: CopyRing
  readonly #writer: JsonWriter

  constructor(context: Context, ring: CopyRing) {
    this.#ring = ring
    this.#writer = new JsonWriter(context.bytes)
  }

  /** The line of message b[at, end), which has been checked; `ends`: of the stream it came in. */
  write(block: Block, ends: Uint8Array | undefined, seconds: number, nanoseconds: number): JsonWriter {
    const w = this.#writer
    this.offset = this.#ring.reserve(MAX_DNS_LINE)
    w.at = this.offset
    w.cut = false
    w.raw(TIME)
    w.time(seconds, nanoseconds)
    if (ends === undefined) writeEndsOfPacket(w, block)
    else w.raw(ends)
    w.raw(ends === undefined ? UDP : TCP)
    return w
  }

  /** @param whole it can be read; else only its header is */
  message(b: Uint8Array, at: number, end: number, whole: boolean): void {
    const w = this.#writer
    const response = isResponse(b, at)
    const opcode = (b[at + 2]! >> 3) & 15
    w.raw(ID)
    w.number(u16(b, at))
    if (response) w.raw(RESPONSE)
    if (opcode !== 0) this.#number(OPCODE, opcode)
    if (response) this.#number(RCODE, b[at + 3]! & 15)
    if ((b[at + 2]! & 2) !== 0) w.raw(TRUNCATED)
    if (whole) this.#content(b, at, end)
    else w.raw(MALFORMED)
    if (w.cut) w.raw(CUT)
    w.raw(CLOSE)
    this.length = w.at - this.offset
    this.#ring.take(this.length)
  }

  #content(b: Uint8Array, at: number, end: number): void {
    const questions = u16(b, at + 4)
    let next = at + HEADER
    for (let i = 0; i < questions; i++) {
      const name = next
      next = skipName(b, at, next, end)
      if (i === 0) this.#question(b, at, name, end, u16(b, next))
      next += 4
    }
    this.#answers(b, at, next, end, u16(b, at + 6))
  }

  #question(b: Uint8Array, start: number, at: number, end: number, type: number): void {
    this.#writer.raw(NAME)
    writeName(this.#writer, b, start, at, end)
    this.#type(type)
  }

  #answers(b: Uint8Array, start: number, at: number, end: number, count: number): void {
    const w = this.#writer
    if (count === 0) return
    w.raw(ANSWERS)
    for (let i = 0; i < count && i < MAX_ANSWERS; i++) {
      if (i > 0) w.raw(COMMA)
      w.raw(RECORD)
      at = writeName(w, b, start, at, end)
      const type = u16(b, at)
      this.#type(type)
      this.#number(TTL, ((u16(b, at + 4) << 16) >>> 0) + u16(b, at + 6))
      const next = at + 10 + u16(b, at + 8)
      w.raw(DATA)
      writeData(w, b, start, type, at + 10, next, end)
      w.raw(END_RECORD)
      at = next
    }
    w.raw(END_LIST)
    if (count > MAX_ANSWERS) w.cut = true
  }

  #type(type: number): void {
    this.#writer.raw(TYPE)
    this.#writer.raw(typeText(type))
    this.#writer.byte(QUOTE)
  }

  #number(name: Uint8Array, value: number): void {
    this.#writer.raw(name)
    this.#writer.number(value)
  }
}
