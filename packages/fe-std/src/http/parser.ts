import { type Head, readHead } from './head.js'
import { REQUEST, RESPONSE, startLine, UNKNOWN } from './start-line.js'

/** Bytes of a head, or of a chunk's size line or trailer, at most. */
export const MAX_HEAD = 65536
/** Requests that wait for their response, at most. */
const MAX_PENDING = 1024
/** Digits of a chunk's size, so that it stays an exact number. */
const MAX_DIGITS = 12

const NOTHING = new Uint8Array(0)

const HEAD = 0
const LENGTH = 1
const CLOSE = 2
const CHUNK_SIZE = 3
const CHUNK = 4
const CHUNK_END = 5
const TRAILER = 6
const TUNNEL = 7
const LOST = 8
const PROBE = 9

/** Who is told what the parser finds. Places are in `bytes`; `here` is true when they lie in the block in hand. */
export interface Listener {
  head(parser: Parser, head: Head, bytes: Uint8Array, at: number, length: number, here: boolean): void
  body(parser: Parser, at: number, length: number): void
  malformed(parser: Parser): void
}

/**
 * One direction of an HTTP/1 connection (RFC 9112), fed with the blocks of its stream. Nothing is copied but heads
 * that lie in several blocks. What cannot be read, and bytes that were lost, are skipped until a block begins with a
 * start line.
 */
export class Parser {
  /** Methods of requests that have not been answered; read by the parser of the other direction. */
  readonly pending: string[] = []
  readonly type: number
  readonly #listener: Listener
  readonly #peer: () => Parser | undefined
  #state = HEAD
  /** Bytes of the body or chunk still to come. */
  #left = 0
  /** Characters in the current line of a head or trailer, without CR. */
  #line = 0
  /** A line with characters has been seen in this head. */
  #begun = false
  /** Beginning of a head that goes on in the next block. */
  #kept = NOTHING
  #keptBytes = 0
  #size = 0
  #digits = 0

  /**
   * @param type {@link REQUEST} or {@link RESPONSE}
   * @param peer parser of the other direction, as far as known
   */
  constructor(type: number, listener: Listener, peer: () => Parser | undefined) {
    this.type = type
    this.#listener = listener
    this.#peer = peer
  }

  /** Bytes are missing here. */
  lose(): void {
    if (this.#state === TUNNEL || this.#state === CLOSE) return
    this.#state = LOST
    this.#drop()
  }

  feed(b: Uint8Array, at: number, end: number): void {
    while (at < end) {
      switch (this.#state) {
        case HEAD:
          at = this.#head(b, at, end)
          break
        case LENGTH:
        case CHUNK: {
          const part = Math.min(this.#left, end - at)
          this.#listener.body(this, at, part)
          at += part
          this.#left -= part
          if (this.#left === 0) this.#state = this.#state === CHUNK ? CHUNK_END : this.#next()
          break
        }
        case CHUNK_SIZE:
          at = this.#chunkSize(b, at, end)
          break
        case CHUNK_END:
          if (b[at] === 10) this.#begin(CHUNK_SIZE)
          at = b[at] === 10 || b[at] === 13 ? at + 1 : this.#fail(end)
          break
        case TRAILER:
          at = this.#trailer(b, at, end)
          break
        case LOST: {
          // A start line that is not complete in one block is not taken for one.
          if (startLine(b, at, end) !== this.type) return
          this.#state = this.#next()
          break
        }
        case PROBE:
          at = this.#probe(b, at, end)
          break
        case CLOSE:
          this.#listener.body(this, at, end - at)
          return
        default:
          return
      }
    }
  }

  #keep(b: Uint8Array, at: number, end: number): void {
    const bytes = this.#keptBytes + end - at
    if (bytes > this.#kept.length) {
      const larger = new Uint8Array(Math.max(bytes, 2 * this.#kept.length))
      larger.set(this.#kept)
      this.#kept = larger
    }
    this.#kept.set(b.subarray(at, end), this.#keptBytes)
    this.#keptBytes = bytes
  }

  #drop(): void {
    this.#kept = NOTHING
    this.#keptBytes = 0
  }

  #begin(state: number): number {
    this.#size = 0
    this.#digits = 0
    this.#line = 0
    this.#begun = false
    this.#state = state
    return state
  }

  #next(): number {
    return this.#begin(HEAD)
  }

  /** Nothing can be made of this; the rest of the block, up to `end`, is skipped. */
  #fail(end: number): number {
    this.#listener.malformed(this)
    this.lose()
    return end
  }

  /** Looks for the empty line that ends a head. */
  #head(b: Uint8Array, at: number, end: number): number {
    const next = this.#scan(b, at, end)
    if (next >= 0) return this.#complete(b, at, next) ? next : this.#fail(end)
    if (this.#keptBytes + end - at > MAX_HEAD) return this.#fail(end)
    this.#keep(b, at, end)
    return end
  }

  /** Where the head ends, -1 when it goes on. */
  #scan(b: Uint8Array, at: number, end: number): number {
    while (at < end) {
      const c = b[at++]!
      if (c === 13) continue
      if (c !== 10) {
        this.#line++
        this.#begun = true
      } else if (this.#line === 0 && this.#begun) return at
      else this.#line = 0
    }
    return -1
  }

  #complete(b: Uint8Array, at: number, end: number): boolean {
    const here = this.#keptBytes === 0
    if (!here) this.#keep(b, at, end)
    const bytes = here ? b : this.#kept.subarray(0, this.#keptBytes)
    const from = here ? at : 0
    const to = here ? end : bytes.length
    this.#drop()
    const kind = startLine(bytes, from, to)
    const head = kind === this.type ? readHead(bytes, from, to, kind === RESPONSE) : undefined
    if (head === undefined) return false
    this.#listener.head(this, head, bytes, from, to - from, here)
    this.#state = this.#after(head)
    // A length that makes no sense: the next message begins here or nobody knows where.
    if (head.length === -2 && !head.chunked) this.#fail(end)
    return true
  }

  /** What follows a head (RFC 9112 §6.3). */
  #after(head: Head): number {
    if (this.type === REQUEST) {
      if (this.pending.length < MAX_PENDING) this.pending.push(head.method)
    } else {
      const { status } = head
      // Interim responses don't answer a request; after a switch of protocols this is no HTTP any more.
      if (status === 101) return this.#begin(PROBE)
      if (status < 200) return this.#next()
      const method = this.#peer()?.pending.shift()
      if (method === 'CONNECT' && status < 300) return this.#tunnel()
      if (method === 'HEAD' || status === 204 || status === 304) return this.#next()
    }
    if (head.chunked) return this.#begin(CHUNK_SIZE)
    if (head.length > 0) {
      this.#left = head.length
      return LENGTH
    }
    return head.length === 0 || this.type === REQUEST ? this.#next() : CLOSE
  }

  #tunnel(): number {
    const peer = this.#peer()
    if (peer !== undefined) {
      peer.#drop()
      peer.#begin(PROBE)
    }
    return this.#begin(PROBE)
  }

  /** A tunnel may hold anything, HTTP as well. */
  #probe(b: Uint8Array, at: number, end: number): number {
    this.#keep(b, at, end)
    const kind = startLine(this.#kept, 0, this.#keptBytes)
    if (kind === UNKNOWN) return end
    if (kind !== this.type) {
      this.#state = TUNNEL
      this.#drop()
      return end
    }
    // The line may have begun in an earlier block; that part is read from the copy.
    this.#keptBytes -= end - at
    this.#begin(HEAD)
    this.#scan(this.#kept, 0, this.#keptBytes)
    return at
  }

  /** Hexadecimal digits, then extensions up to the end of the line. */
  #chunkSize(b: Uint8Array, at: number, end: number): number {
    while (at < end) {
      const c = b[at++]!
      if (c === 10) {
        if (this.#digits === 0) return this.#fail(end)
        this.#left = this.#size
        if (this.#size > 0) this.#state = CHUNK
        else this.#begin(TRAILER)
        return at
      }
      const digit = this.#line === 0 ? hexDigit(c) : -1
      if (digit < 0) this.#line++
      else this.#size = this.#size * 16 + digit
      if (digit >= 0) this.#digits++
      if (this.#digits === 0 || this.#digits > MAX_DIGITS || this.#line > MAX_HEAD) return this.#fail(end)
    }
    return at
  }

  #trailer(b: Uint8Array, at: number, end: number): number {
    while (at < end) {
      const c = b[at++]!
      if (c === 13) continue
      if (c !== 10) {
        this.#line++
        if (++this.#size > MAX_HEAD) return this.#fail(end)
      } else if (this.#line === 0) {
        this.#next()
        return at
      } else this.#line = 0
    }
    return at
  }
}

const hexDigit = (c: number): number => {
  if (c >= 48 && c <= 57) return c - 48
  const lower = c | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}
