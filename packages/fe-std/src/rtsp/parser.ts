import { firstLine } from '../lines/first-line.js'
import { FAILED, FOUND, HeadReader, NO_ROOM } from '../lines/heads.js'
import { RTSP } from '../lines/start-line.js'
import type { Budget } from '../streams/budget.js'
import { OTHER, UNKNOWN } from '../streams/direction.js'
import { Kept } from '../streams/kept.js'
import type { RtspHead } from './head.js'
import { Waiting } from './waiting.js'

/** `$`, channel, length: in front of interleaved data (RFC 7826 §14). */
const FRAME = 4
const DOLLAR = 36

const NOTHING = new Uint8Array(0)

const MESSAGE = 0
const HEAD = 1
const BODY = 2
const HEADER = 3
const DATA = 4
const LOST = 5

/** Who is told what the parser finds. Places are in the bytes that come with them. */
export interface RtspListener {
  /** A head lies in b[at, end), and `p.head` has read it; `here`: in the block in hand. */
  head(p: RtspParser, b: Uint8Array, at: number, end: number, here: boolean): void
  /** A frame of interleaved data has ended. */
  frame(length: number): void
  /** Its data lies in b[at, end): told of where that is wanted. */
  data(p: RtspParser, channel: number, b: Uint8Array, at: number, end: number, here: boolean): void
  malformed(): void
}

/**
 * One direction of an RTSP connection (RFC 2326, RFC 7826), in pieces cut anywhere: requests, responses and
 * interleaved data, one after the other. Behind what cannot be read it looks for a start line.
 */
export class RtspParser {
  stream = -1
  /** Requests of this direction that wait for a response. */
  readonly waiting: Waiting
  /** The ends of the stream, ready to be written. */
  ends: Uint8Array = NOTHING
  readonly head: RtspHead
  readonly #listener: RtspListener
  readonly #heads: HeadReader
  /** Data that goes on in the next block. */
  readonly #frame: Kept
  readonly #wanted: boolean
  #state = MESSAGE
  /** Bytes of the body or frame still to come. */
  #left = 0
  /** Bytes of a frame's header that have come, and what they say. */
  #header = 0
  #channel = 0
  #length = 0

  /** @param wanted data is told of */
  constructor(listener: RtspListener, head: RtspHead, budget: Budget, wanted: boolean) {
    this.#listener = listener
    this.head = head
    this.#heads = new HeadReader(RTSP, head, new Kept(budget))
    this.#frame = new Kept(budget)
    this.waiting = new Waiting(budget)
    this.#wanted = wanted
  }

  recognise(b: Uint8Array, at: number, end: number): number {
    const { kept } = this.#heads
    const seen = kept.used
    if (seen > 0) return kept.add(b, at, end) ? firstLine(kept.bytes, 0, kept.used, seen, RTSP) : OTHER
    const verdict = firstLine(b, at, end, at, RTSP)
    return verdict === UNKNOWN && !kept.add(b, at, end) ? OTHER : verdict
  }

  open(stream: number): void {
    this.stream = stream
    this.#heads.reset()
    this.#state = MESSAGE
  }

  reset(): void {
    this.stream = -1
    this.ends = NOTHING
    this.#heads.reset()
    this.#frame.clear()
  }

  /** Bytes are missing here. */
  lose(): void {
    this.#heads.reset()
    this.#frame.clear()
    this.#state = LOST
  }

  feed(b: Uint8Array, at: number, end: number): void {
    while (at < end) {
      switch (this.#state) {
        case MESSAGE:
          // Empty lines may stand between messages; data stands behind none.
          if (b[at] === 13 || b[at] === 10) at++
          else this.#state = b[at] === DOLLAR ? HEADER : HEAD
          this.#header = 0
          break
        case HEAD:
          at = this.#takeHead(b, at, end)
          break
        case BODY: {
          const part = Math.min(this.#left, end - at)
          at += part
          this.#left -= part
          if (this.#left === 0) this.#state = MESSAGE
          break
        }
        case HEADER:
          this.#frameHeader(b[at++]!)
          break
        case DATA:
          at = this.#data(b, at, end)
          break
        default:
          at = this.#heads.seek(b, at, end, 0)
          if (this.#heads.started) this.#state = HEAD
      }
    }
  }

  #takeHead(b: Uint8Array, at: number, end: number): number {
    const heads = this.#heads
    const next = heads.take(b, at, end, 0)
    if (heads.outcome === FOUND) {
      this.#listener.head(this, heads.bytes, heads.at, heads.end, heads.here)
      heads.reset()
      const { length } = this.head
      this.#left = length
      // Without Content-Length there is no body (RFC 2326 §4.4).
      this.#state = length > 0 ? BODY : MESSAGE
      if (length !== -2) return next
      this.#listener.malformed()
      this.#state = LOST
    } else if (heads.outcome === FAILED || heads.outcome === NO_ROOM) {
      if (heads.outcome === FAILED) this.#listener.malformed()
      this.#state = heads.started ? HEAD : LOST
    }
    return next
  }

  #frameHeader(c: number): void {
    const n = this.#header++
    if (n === 1) this.#channel = c
    else if (n === 2) this.#length = c << 8
    else if (n === 3) this.#length |= c
    if (this.#header < FRAME) return
    this.#left = this.#length
    this.#state = this.#length > 0 ? DATA : MESSAGE
  }

  #data(b: Uint8Array, at: number, end: number): number {
    const next = at + Math.min(this.#left, end - at)
    const whole = next - at === this.#length
    this.#left -= next - at
    if (this.#wanted && !whole) this.#keep(b, at, next)
    if (this.#left > 0) return next
    this.#state = MESSAGE
    this.#listener.frame(this.#length)
    if (!this.#wanted) return next
    const frame = this.#frame
    if (whole) this.#listener.data(this, this.#channel, b, at, next, true)
    else if (frame.used === this.#length) this.#listener.data(this, this.#channel, frame.bytes, 0, frame.used, false)
    frame.clear()
    return next
  }

  #keep(b: Uint8Array, at: number, end: number): void {
    // What there is no room for is incomplete, and not told of.
    if (!this.#frame.add(b, at, end)) this.#frame.clear()
  }
}
