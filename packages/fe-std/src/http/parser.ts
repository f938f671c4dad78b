import { FAILED, FOUND, HeadReader, NO_ROOM } from '../lines/heads.js'
import { HTTP, REQUEST, RESPONSE } from '../lines/start-line.js'
import { UNKNOWN } from '../streams/direction.js'
import type { Kept } from '../streams/kept.js'
import { ChunkReader } from './chunks.js'
import type { Exchange, Transaction } from './exchange.js'
import { CLIENT2, firstLineOf, SERVER2 } from './first-line.js'
import { CONNECT, HEAD as HEAD_METHOD, type Head } from './head.js'

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
 * One direction of an HTTP/1 connection (RFC 9112), in pieces cut anywhere. Behind what cannot be read, and behind
 * lost bytes, it looks for a start line.
 */
export class Parser {
  type = 0
  stream = -1
  /** The transaction whose message is being read. */
  current: Transaction | undefined
  exchange: Exchange | undefined
  /** It looks like HTTP/2 if the other direction does, which so many bytes have waited for. */
  settings = false
  waited = 0
  /** For whoever listens: the stream that the body has been given, and the end of its name. */
  file = 0
  suffix = ''
  readonly head: Head
  readonly #listener: Listener
  readonly #heads: HeadReader
  readonly #chunks = new ChunkReader()
  #state = HEAD
  /** Bytes of the body still to come. */
  #left = 0
  /** The protocol may change behind this request. */
  #probing = false

  /** @param head shared by all parsers of an instance: valid while a head is told of */
  constructor(listener: Listener, head: Head, kept: Kept) {
    this.#listener = listener
    this.head = head
    this.#heads = new HeadReader(HTTP, head, kept)
  }

  /** What the stream is, see {@link firstLineOf}. */
  recognise(b: Uint8Array, at: number, end: number): number {
    return firstLineOf(this.#heads.kept, b, at, end)
  }

  open(stream: number, type: number): void {
    this.stream = stream
    this.type = type
    this.#heads.reset()
    this.#state = type === CLIENT2 || type === SERVER2 ? TUNNEL : HEAD
  }

  reset(): void {
    this.type = 0
    this.settings = false
    this.waited = 0
    this.file = 0
    this.current = undefined
    this.exchange = undefined
    this.#probing = false
    this.#heads.reset()
  }

  /** Bytes are missing here. */
  lose(): void {
    if (this.#state === TUNNEL || this.#state === CLOSE) return
    this.#heads.reset()
    if (this.#state === PROBE) this.#state = TUNNEL
    else this.#lost()
    if (this.type === RESPONSE) this.exchange!.lost = true
  }

  /** Nothing follows. */
  end(): void {
    if (this.current !== undefined) this.#listener.done(this, this.#state === CLOSE)
  }

  feed(b: Uint8Array, at: number, end: number): void {
    while (at < end) {
      switch (this.#state) {
        case HEAD:
          at = this.#takeHead(b, at, end)
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
          at = this.#heads.seek(b, at, end, this.type)
          if (this.#heads.started) this.#state = HEAD
          break
        default:
          return
      }
    }
  }

  #complete(): void {
    this.#listener.done(this, true)
    this.#state = this.#probing ? PROBE : HEAD
    this.#probing = false
  }

  /** The next message begins somewhere. */
  #lost(): void {
    this.#state = this.#heads.started ? HEAD : LOST
    this.#probing = false
    if (this.current !== undefined) this.#listener.done(this, false)
  }

  #fail(): void {
    this.#listener.malformed(this)
    this.#lost()
  }

  #takeHead(b: Uint8Array, at: number, end: number): number {
    const heads = this.#heads
    const next = heads.take(b, at, end, this.type)
    if (heads.outcome === FOUND) {
      const { bytes, here } = heads
      const [from, to] = [heads.at, heads.end]
      // What is kept stays until it has been told of.
      heads.started = false
      if (this.type === REQUEST) this.#request(bytes, from, to, here)
      else this.#response(bytes, from, to, here)
      heads.reset()
    } else if (heads.outcome === FAILED) this.#fail()
    else if (heads.outcome === NO_ROOM) this.#lost()
    return next
  }

  /** What follows a request (RFC 9112 §6.3). */
  #request(b: Uint8Array, at: number, end: number, here: boolean): void {
    const { special, upgrade, chunked, coded, length } = this.head
    this.#listener.request(this, b, at, end, here)
    this.#probing = upgrade || special === CONNECT
    if (special === CONNECT) this.#complete()
    else if (coded ? !chunked : length === -2) this.#fail()
    else if (coded) this.#begin(CHUNKS, 0)
    else if (length > 0) this.#begin(LENGTH, length)
    else this.#complete()
  }

  #response(b: Uint8Array, at: number, end: number, here: boolean): void {
    const { status, chunked, coded, length } = this.head
    const special = this.#listener.response(this, b, at, end, here)
    if (status === 101 || (special === CONNECT && status >= 200 && status < 300)) {
      this.#probing = true
      this.#complete()
    } else if (status < 200) return
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
    const { kept } = this.#heads
    const before = kept.used
    const verdict = firstLineOf(kept, b, at, end)
    if (verdict === UNKNOWN) return end
    const earlier = kept.bytes.slice(0, before)
    this.#heads.reset()
    this.#state = verdict === this.type ? HEAD : TUNNEL
    // What came before this piece is fed again, then the piece.
    if (verdict === this.type) this.feed(earlier, 0, before)
    return at
  }
}
