import { type Block, type Classifier, CONSUMED, type Context, type Held, KIND, START } from '@netstreamline/core'
import { CopyRing } from '../copy-ring.js'
import type { Head } from './head.js'
import { type Listener, MAX_HEAD, Parser } from './parser.js'
import { OTHER, REQUEST, startLine, UNKNOWN } from './start-line.js'

/** What to hand on. */
export type Emit = 'stream' | 'heads' | 'bodies'

/** Bytes that may be held until the first line of a stream is complete. */
const MAX_UNDECIDED = 20480
/** Blocks as well: each costs more than its bytes. */
const MAX_BLOCKS = 256

/** A stream of which nobody knows yet what it is. */
interface Undecided {
  readonly held: Held[]
  bytes: number
}

/** The streams of an `http`, from START to END. */
export class HttpStreams implements Listener {
  readonly #context: Context
  readonly #emit: Emit
  readonly #undecided = new Map<number, Undecided>()
  readonly #parsers = new Map<number, Parser>()
  readonly #ring: CopyRing | undefined
  /** Stream of the block in hand, and where it came from if it was held. */
  #stream = 0
  #from: Held | undefined
  #recognised = 0
  #requests = 0
  #responses = 0
  #requestBytes = 0
  #responseBytes = 0
  #malformed = 0

  constructor(context: Context, emit: Emit) {
    this.#context = context
    this.#emit = emit
    this.#ring = emit === 'heads' ? new CopyRing(context, MAX_HEAD) : undefined
  }

  /** Held back until the stream is known. */
  start(block: Block): Classifier {
    const before = this.#undecided.get(block.stream)
    if (before !== undefined) this.#refuse(block.stream, before)
    this.#undecided.set(block.stream, { held: [], bytes: 0 })
    return CONSUMED
  }

  data(block: Block): Classifier {
    const { stream } = block
    const undecided = this.#undecided.get(stream)
    if (undecided !== undefined) return this.#decide(block, undecided)
    const parser = this.#parsers.get(stream)
    if (parser === undefined) return 0
    return this.#feed(parser, block)
  }

  gap(block: Block): Classifier {
    const undecided = this.#undecided.get(block.stream)
    if (undecided !== undefined) this.#refuse(block.stream, undecided)
    const parser = this.#parsers.get(block.stream)
    if (parser === undefined) return 0
    parser.lose()
    return this.#emit === 'heads' ? CONSUMED : parser.type
  }

  end(block: Block): Classifier {
    const undecided = this.#undecided.get(block.stream)
    if (undecided !== undefined) this.#refuse(block.stream, undecided)
    const type = this.#parsers.get(block.stream)?.type ?? 0
    this.#parsers.delete(block.stream)
    return type
  }

  #decide(block: Block, undecided: Undecided): Classifier {
    const { stream, bytes, offset, length } = block
    const first = undecided.held.length === 0
    if (first) {
      const kind = startLine(bytes, offset, offset + length)
      if (kind !== UNKNOWN) {
        this.#undecided.delete(stream)
        const parser = kind === OTHER ? undefined : this.#open(stream, kind)
        this.#mark(stream, START, offset, parser?.type ?? 0)
        return parser === undefined ? 0 : this.#feed(parser, block)
      }
    }
    undecided.held.push(this.#context.hold(block))
    undecided.bytes += length
    const kind = first ? UNKNOWN : this.#startLine(undecided)
    if (kind === UNKNOWN && undecided.bytes < MAX_UNDECIDED && undecided.held.length < MAX_BLOCKS) return CONSUMED
    if (kind === OTHER || kind === UNKNOWN) this.#refuse(stream, undecided)
    else this.#accept(stream, undecided, kind)
    return CONSUMED
  }

  #startLine(undecided: Undecided): number {
    const line = new Uint8Array(undecided.bytes)
    let at = 0
    for (const { offset, length } of undecided.held) {
      line.set(this.#context.bytes.subarray(offset, offset + length), at)
      at += length
    }
    return startLine(line, 0, at)
  }

  /** Not HTTP: what was held goes the way of what nobody accepts. */
  #refuse(stream: number, undecided: Undecided): void {
    this.#undecided.delete(stream)
    this.#mark(stream, START, 0, 0, undecided.held[0])
    for (const held of undecided.held) this.#release(stream, held, 0)
  }

  #accept(stream: number, undecided: Undecided, type: number): void {
    this.#undecided.delete(stream)
    const parser = this.#open(stream, type)
    this.#mark(stream, START, 0, type, undecided.held[0])
    for (const held of undecided.held) {
      this.#stream = stream
      this.#from = held
      parser.feed(this.#context.bytes, held.offset, held.offset + held.length)
      this.#release(stream, held, type)
    }
    this.#from = undefined
  }

  #open(stream: number, type: number): Parser {
    this.#recognised++
    const parser = new Parser(type, this, () => this.#parsers.get(this.#context.stream(stream)?.peer ?? -1))
    this.#parsers.set(stream, parser)
    return parser
  }

  #release(stream: number, held: Held, classifier: number): void {
    const { offset, length } = held
    if (this.#emit === 'stream' || classifier === 0) {
      this.#context.emit({ offset, length, kind: KIND.tcp, stream, flags: 0, classifier }, held)
    }
    held.release()
  }

  #mark(stream: number, flags: number, offset: number, classifier: number, held?: Held): void {
    const at = held?.offset ?? offset
    this.#context.emit({ offset: at, length: 0, kind: KIND.tcp, stream, flags, l3: -1, l4: -1, classifier }, held)
  }

  #feed(parser: Parser, block: Block): Classifier {
    this.#stream = block.stream
    this.#from = undefined
    parser.feed(block.bytes, block.offset, block.offset + block.length)
    return this.#emit === 'stream' ? parser.type : CONSUMED
  }

  head(parser: Parser, _head: Head, bytes: Uint8Array, at: number, length: number, here: boolean): void {
    if (parser.type === REQUEST) this.#requests++
    else this.#responses++
    if (this.#emit !== 'heads') return
    const where = here ? { offset: at, length } : this.#ring!.copy(bytes.subarray(at, at + length))
    const stream = this.#stream
    this.#context.emit({ ...where, kind: KIND.message, stream, flags: 0, classifier: parser.type }, this.#from)
  }

  body(parser: Parser, offset: number, length: number): void {
    if (parser.type === REQUEST) this.#requestBytes += length
    else this.#responseBytes += length
    if (this.#emit !== 'bodies') return
    const stream = this.#stream
    this.#context.emit({ offset, length, kind: KIND.bytes, stream, flags: 0, classifier: parser.type }, this.#from)
  }

  malformed(): void {
    this.#malformed++
  }

  counters(): Record<string, number> {
    return {
      streams: this.#recognised,
      requests: this.#requests,
      responses: this.#responses,
      requestBodyBytes: this.#requestBytes,
      responseBodyBytes: this.#responseBytes,
      malformed: this.#malformed,
      undecided: this.#undecided.size,
    }
  }

  free(): void {
    for (const { held } of this.#undecided.values()) for (const one of held) one.release()
    this.#undecided.clear()
    this.#ring?.free()
  }
}
