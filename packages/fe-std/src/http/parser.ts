import { UNKNOWN } from '../streams/direction.js'
import type { Kept } from '../streams/kept.js'
import { ChunkReader } from './chunks.js'
import type { Exchange, Transaction } from './exchange.js'
import { firstLineOf } from './first-line.js'
import { CONNECT, HEAD as HEAD_METHOD, type Head } from './head.js'
import { CLIENT2, lineEnd, lineType, MAX_LINE, REQUEST, RESPONSE, SERVER2 } from './line.js'
import { findStart } from './resume.js'

/** Bytes of a head, at most. */
export const MAX_HEAD = 65536

const HEAD = 0
const LENGTH = 1
const CHUNKS = 2
const CLOSE = 3
/** Another protocol may begin here, or HTTP go on. */
const PROBE = 4
/** Another protocol. */
const TUNNEL = 5
const LOST = 6

/** Who is told what the parser finds. Places are in the bytes that come with them. */
export interface Listener {
  /** The head of a request lies in b[at, end); `here`: in the block in hand. `p.head` has read it. */
  request(p: Parser, b: Uint8Array, at: number, end: number, here: boolean): void
  /** The same of a response. Returns what is special about the request, as {@link Transaction.special}. */
  response(p: Parser, b: Uint8Array, at: number, end: number, here: boolean): number
  /** A part of the body, in the block in hand. */
  body(p: Parser, at: number, length: number): void
  /** The message is complete, or will never be. */
  done(p: Parser, whole: boolean): void
  malformed(p: Parser): void
}

/**
 * One direction of an HTTP/1 connection (RFC 9112), in pieces cut anywhere. Nothing is copied but heads that lie in
 * several pieces. Behind what cannot be read, and behind lost bytes, it looks for a start line.
 */
export class Parser {
  type = 0
  /** The transaction whose message is being read. */
  current: Transaction | undefined
  exchange: Exchange | undefined
  stream = -1
  /** It looks like HTTP/2 if the other direction does, which so many bytes have waited for. */
  settings = false
  waited = 0
  readonly head: Head
  /** For whoever listens: the stream that the body has been given, and the end of its name. */
  file = 0
  suffix = ''
  readonly #listener: Listener
  readonly #kept: Kept
  readonly #chunks = new ChunkReader()
  #state = HEAD
  /** Bytes of the body still to come. */
  #left = 0
  /** Where the line that goes on begins in `kept`. */
  #line = 0
  /** The start line is complete, and right. */
  #started = false
  /** The protocol may change behind this request. */
  #probing = false

  /** @param head shared by all parsers of an instance: valid while a head is told of */
  constructor(listener: Listener, head: Head, kept: Kept) {
    this.#listener = listener
    this.head = head
    this.#kept = kept
  }

  /** What the stream is, see `firstLine`. */
  recognise(b: Uint8Array, at: number, end: number): number {
    return firstLineOf(this.#kept, b, at, end)
  }

  open(stream: number, type: number): void {
    this.stream = stream
    this.type = type
    this.#kept.clear()
    this.#next()
    if (type === CLIENT2 || type === SERVER2) this.#state = TUNNEL
  }

  reset(): void {
    this.type = 0
    this.settings = false
    this.waited = 0
    this.file = 0
    this.current = undefined
    this.exchange = undefined
    this.#kept.clear()
    this.#next()
  }

  /** Bytes are missing here. */
  lose(): void {
    if (this.#state === TUNNEL || this.#state === CLOSE) return
    if (this.#state === PROBE) this.#state = TUNNEL
    else this.#lost()
    this.#kept.clear()
    if (this.type === RESPONSE && this.exchange !== undefined) this.exchange.lost = true
  }

  /** Nothing follows. */
  end(): void {
    if (this.current !== undefined) this.#listener.done(this, this.#state === CLOSE)
  }

  feed(b: Uint8Array, at: number, end: number): void {
    while (at < end) {
      switch (this.#state) {
        case HEAD:
          at = this.#head(b, at, end)
          break
        case LENGTH: {
          const part = Math.min(this.#left, end - at)
          this.#listener.body(this, at, part)
          at += part
          this.#left -= part
          if (this.#left === 0) this.#complete()
          break
        }
        case CHUNKS:
          at = this.#chunk(b, at, end)
          break
        case CLOSE:
          this.#listener.body(this, at, end - at)
          return
        case PROBE:
          at = this.#probe(b, at, end)
          break
        case LOST:
          at = this.#seek(b, at, end)
          break
        default:
          return
      }
    }
  }

  #next(): void {
    this.#state = HEAD
    this.#line = 0
    this.#started = false
  }

  #complete(): void {
    this.#listener.done(this, true)
    this.#next()
    if (this.#probing) this.#state = PROBE
    this.#probing = false
  }

  #lost(): void {
    this.#state = LOST
    this.#line = 0
    this.#probing = false
    if (this.current !== undefined) this.#listener.done(this, false)
  }

  /** Nothing can be made of this. What is kept is a line that goes on. */
  #fail(): void {
    this.#listener.malformed(this)
    this.#lost()
  }

  #head(b: Uint8Array, at: number, end: number): number {
    if (this.#kept.used > 0) return this.#collect(b, at, end)
    // Empty lines before a message are skipped (RFC 9112 §2.2).
    while (b[at] === 13 || b[at] === 10) if (++at === end) return end
    const next = this.head.read(b, at, Math.min(end, at + MAX_HEAD), this.type)
    if (next <= 0) return this.#collect(b, at, end)
    this.#found(b, at, next, true)
    return next
  }

  /** Takes a head line by line into `kept`. */
  #collect(b: Uint8Array, at: number, end: number): number {
    const kept = this.#kept
    while (at < end) {
      const most = (this.#started ? MAX_HEAD : MAX_LINE) - kept.used
      const stop = Math.min(end, at + most)
      const from = at
      let lf = at
      while (lf < stop && b[lf] !== 10) lf++
      const next = Math.min(stop, lf + 1)
      if (!kept.add(b, from, next)) return this.#drop(next)
      at = next
      if (lf === stop) {
        if (most === next - from) return this.#tooLong(at)
        continue
      }
      const line = this.#line
      const stopped = lineEnd(kept.bytes, line, kept.used - 1)
      this.#line = kept.used
      if (!this.#started) {
        this.#started = lineType(kept.bytes, 0, stopped) === this.type
        if (this.#started) continue
        this.#fail()
        this.#tryLine()
        return at
      }
      if (stopped > line) continue
      const { bytes, used } = kept
      this.head.read(bytes, 0, used, this.type)
      this.#found(bytes, 0, used, false)
      kept.clear()
      return at
    }
    return at
  }

  #tooLong(at: number): number {
    const started = this.#started
    this.#fail()
    // A head that is too long is skipped; a line that is too long may end with another one's beginning.
    if (started) this.#kept.clear()
    return at
  }

  /** There is no room to keep anything. */
  #drop(at: number): number {
    this.#kept.clear()
    this.#lost()
    return at
  }

  #found(b: Uint8Array, at: number, end: number, here: boolean): void {
    const { head } = this
    if (this.type === REQUEST) this.#request(head, b, at, end, here)
    else this.#response(head, b, at, end, here)
  }

  /** What follows a request (RFC 9112 §6.3). */
  #request(head: Head, b: Uint8Array, at: number, end: number, here: boolean): void {
    const { special, upgrade, chunked, coded, length } = head
    this.#listener.request(this, b, at, end, here)
    this.#probing = upgrade || special === CONNECT
    if (special === CONNECT) this.#complete()
    else if (coded ? !chunked : length === -2) this.#fail()
    else if (coded) this.#begin(CHUNKS, 0)
    else if (length > 0) this.#begin(LENGTH, length)
    else this.#complete()
  }

  #response(head: Head, b: Uint8Array, at: number, end: number, here: boolean): void {
    const { status, chunked, coded, length } = head
    const special = this.#listener.response(this, b, at, end, here)
    if (status === 101 || (special === CONNECT && status >= 200 && status < 300)) {
      this.#complete()
      this.#state = PROBE
    } else if (status < 200) this.#next()
    else if (special === HEAD_METHOD || status === 204 || status === 304) this.#complete()
    else if (coded) this.#begin(chunked ? CHUNKS : CLOSE, 0)
    else if (length === -2) this.#fail()
    else if (length === 0) this.#complete()
    else this.#begin(length > 0 ? LENGTH : CLOSE, length)
  }

  #begin(state: number, left: number): void {
    this.#state = state
    this.#left = left
    if (state === CHUNKS) this.#chunks.reset()
  }

  #chunk(b: Uint8Array, at: number, end: number): number {
    const chunks = this.#chunks
    const next = chunks.step(b, at, end)
    if (chunks.data > 0) this.#listener.body(this, next - chunks.data, chunks.data)
    if (chunks.failed) this.#fail()
    else if (chunks.ended) this.#complete()
    return next
  }

  /** A tunnel may hold anything, HTTP as well. */
  #probe(b: Uint8Array, at: number, end: number): number {
    const kept = this.#kept
    const before = kept.used
    const verdict = firstLineOf(kept, b, at, end)
    if (verdict === UNKNOWN) return end
    if (verdict !== this.type) {
      kept.clear()
      this.#state = TUNNEL
      return end
    }
    // What came before this piece is fed again, then the piece.
    this.#next()
    if (before === 0) return at
    const earlier = kept.bytes.slice(0, before)
    kept.clear()
    this.feed(earlier, 0, before)
    return at
  }

  /** Looks for a start line, line by line. */
  #seek(b: Uint8Array, at: number, end: number): number {
    const kept = this.#kept
    while (at < end) {
      let lf = at
      while (lf < end && b[lf] !== 10) lf++
      const next = Math.min(end, lf + 1)
      // Only the last bytes of a long line can be a start line.
      const from = Math.max(at, next - MAX_LINE)
      at = next
      if (from === at) continue
      // Most lines are none, and need not be kept to see that.
      const whole = lf < end && kept.used === 0
      if (whole && findStart(b, from, lineEnd(b, from, lf), this.type) < 0) continue
      if (next - from === MAX_LINE || !kept.add(b, from, next)) kept.clear()
      if (next - from === MAX_LINE) kept.add(b, from, next)
      if (kept.used > 2 * MAX_LINE) kept.drop(kept.used - MAX_LINE)
      if (lf < end) this.#tryLine()
      if (this.#state === HEAD) return at
    }
    return at
  }

  /** `kept` ends with a complete line: begins a head with it if there is a start line in it. */
  #tryLine(): void {
    const kept = this.#kept
    if (kept.used === 0) return
    const from = Math.max(0, kept.used - MAX_LINE)
    const start = findStart(kept.bytes, from, lineEnd(kept.bytes, from, kept.used - 1), this.type)
    if (start < 0) {
      kept.clear()
      return
    }
    kept.drop(start)
    this.#next()
    this.#started = true
    this.#line = kept.used
  }
}
