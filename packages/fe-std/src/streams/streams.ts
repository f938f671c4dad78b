import {
  type Block,
  type Classifier,
  CONSUMED,
  type Context,
  type Emission,
  END,
  GAP,
  type Held,
  KIND,
  START,
} from '@netstreamline/core'
import type { CopyRing } from '../copy-ring.js'
import type { Budget } from './budget.js'
import { Direction, OPEN, OTHER, type Protocol, UNDECIDED, UNKNOWN } from './direction.js'

/** What a held block costs beside its bytes. */
const PIECE = 256
/** What of recognised streams is handed on as it came: everything; START, END and GAP; START and END; nothing. */
export type Pass = 'all' | 'marks' | 'ends' | 'nothing'

/** Directions kept for later streams, at most. */
const SPARE = 1024

/**
 * The streams of a protocol FE (§5, stream multiplexing). START and the first blocks of a stream are held until the
 * protocol knows whether it is its own, so that the answer is one for the whole stream, however it is cut into blocks.
 */
export class Streams<S> {
  recognised = 0
  /** Time of the block in hand, or of the held one that is fed. */
  seconds = 0
  nanoseconds = 0
  readonly #context: Context
  readonly #protocol: Protocol<S>
  readonly #budget: Budget
  /** Blocks of recognised streams are handed on as they came. */
  readonly #whole: boolean
  /** START and END of recognised streams are handed on; GAP as well if `#whole` or asked for. */
  readonly #marks: boolean
  readonly #gaps: boolean
  readonly #known = new Map<number, Direction<S>>()
  readonly #spare: Direction<S>[] = []
  /** The stream of the last block: the next is often of the same. */
  #last: Direction<S> | undefined
  /** The held block that is being fed; undefined: the block in hand. */
  #from: Held | undefined
  readonly #emission: Emission = {
    offset: 0,
    length: 0,
    kind: KIND.tcp,
    stream: 0,
    flags: 0,
    classifier: 0,
  }
  readonly #own: Emission = {
    offset: 0,
    length: 0,
    kind: KIND.message,
    stream: 0,
    flags: 0,
    l3: -1,
    l4: -1,
    proto: -1,
    classifier: 0,
    ring: 0,
    position: 0,
  }

  constructor(context: Context, protocol: Protocol<S>, budget: Budget, pass: Pass) {
    this.#context = context
    this.#protocol = protocol
    this.#budget = budget
    this.#whole = pass === 'all'
    this.#gaps = pass === 'all' || pass === 'marks'
    this.#marks = pass !== 'nothing'
  }

  /** Streams that are not decided. */
  get undecided(): number {
    let n = 0
    for (const { state } of this.#known.values()) if (state === UNDECIDED) n++
    return n
  }

  process(block: Block): Classifier {
    if (block.kind !== KIND.tcp) return 0
    if (block.flags !== 0) return this.#marked(block)
    if (block.length === 0) return CONSUMED
    const { stream } = block
    let d = this.#last
    if (d === undefined || d.stream !== stream) {
      d = this.#known.get(stream)
      if (d === undefined) return 0
      this.#last = d
    }
    this.seconds = block.seconds
    this.nanoseconds = block.nanoseconds
    if (d.state !== OPEN) return this.#decide(d, block)
    this.#protocol.feed(d, block.bytes, block.offset, block.offset + block.length)
    return this.#whole ? d.classifier : CONSUMED
  }

  /** Hands on a part of what is fed. */
  emit(stream: number, kind: number, classifier: number, offset: number, length: number): void {
    const e = this.#emission
    e.offset = offset
    e.length = length
    e.kind = kind
    e.stream = stream
    e.flags = 0
    e.classifier = classifier
    this.#context.emit(e, this.#from)
  }

  /** Hands on what was written last to a ring of the FE's own. */
  emitOwn(stream: number, kind: number, classifier: number, offset: number, length: number, ring: CopyRing): void {
    const e = this.#own
    e.offset = offset
    e.length = length
    e.kind = kind
    e.stream = stream
    e.classifier = classifier
    e.ring = ring.id
    e.position = ring.position
    this.#context.emit(e, this.#from)
  }

  /** Hands on a zero-length block. */
  mark(stream: number, kind: number, classifier: number, flags: number): void {
    this.#mark(stream, kind, classifier, flags, this.#from)
  }

  /** Streams that are still open end here, as by END. */
  finish(): void {
    for (const d of [...this.#known.values()]) this.#close(d)
  }

  free(): void {
    for (const d of this.#known.values()) for (const { held } of d.pieces) held.release()
    this.#known.clear()
    this.#last = undefined
  }

  #marked(block: Block): Classifier {
    const { stream, flags } = block
    this.seconds = block.seconds
    this.nanoseconds = block.nanoseconds
    if ((flags & START) !== 0) return this.#start(stream)
    const d = this.#known.get(stream)
    if (d === undefined) return 0
    if ((flags & GAP) !== 0) {
      if (d.state === UNDECIDED) return this.#gapBefore(d)
      this.#protocol.lose(d)
      return this.#gaps ? d.classifier : CONSUMED
    }
    if ((flags & END) === 0) return 0
    const { classifier } = d
    this.#close(d)
    return classifier === 0 || this.#marks ? classifier : CONSUMED
  }

  #start(stream: number): Classifier {
    const before = this.#known.get(stream)
    if (before !== undefined) this.#close(before)
    const d = this.#spare.pop() ?? new Direction(this.#protocol.create())
    d.stream = stream
    const peer = this.#known.get(this.#context.stream(stream)?.peer ?? -1)
    if (peer !== undefined && peer !== d && peer.peer === undefined) {
      d.peer = peer
      peer.peer = d
    }
    this.#known.set(stream, d)
    this.#protocol.begin(d)
    return CONSUMED
  }

  /** What follows lost bytes may be the beginning of something; what is cut off by them is not. */
  #gapBefore(d: Direction<S>): Classifier {
    if (d.pieces.length > 0) {
      this.#refuse(d)
      return 0
    }
    d.gap = true
    return CONSUMED
  }

  #decide(d: Direction<S>, block: Block): Classifier {
    const { bytes, offset, length } = block
    const verdict = this.#protocol.recognise(d, bytes, offset, offset + length)
    if (verdict !== UNKNOWN && d.pieces.length === 0) {
      if (verdict === OTHER) {
        this.#refuse(d)
        return 0
      }
      this.#open(d, verdict)
      this.#begin(d, verdict, undefined)
      this.#protocol.feed(d, bytes, offset, offset + length)
      this.#wake(d)
      return this.#whole ? verdict : CONSUMED
    }
    const room = this.#budget.take(length + PIECE)
    const { seconds, nanoseconds } = block
    d.pieces.push({ held: this.#context.hold(block), seconds, nanoseconds })
    if (!room) this.#budget.used += length + PIECE
    if (verdict === OTHER || !room) this.#refuse(d)
    else if (verdict !== UNKNOWN) this.#accept(d, verdict)
    return CONSUMED
  }

  /** START, and GAP if bytes were lost before the first. */
  #begin({ stream, gap }: Direction<S>, verdict: number, held: Held | undefined): void {
    if (verdict === 0 || this.#marks) this.#mark(stream, KIND.tcp, verdict, START, held)
    if (gap && (verdict === 0 || this.#gaps)) this.#mark(stream, KIND.tcp, verdict, GAP, held)
  }

  #open(d: Direction<S>, verdict: number): void {
    this.recognised++
    d.state = OPEN
    d.classifier = verdict
  }

  /** What was recognised tells about the other direction. */
  #wake({ peer }: Direction<S>): void {
    if (peer === undefined || peer.state !== UNDECIDED || peer.pieces.length === 0) return
    const verdict = this.#protocol.recognise(peer, this.#context.bytes, 0, 0)
    if (verdict === OTHER) this.#refuse(peer)
    else if (verdict !== UNKNOWN) this.#accept(peer, verdict)
  }

  #accept(d: Direction<S>, verdict: number): void {
    this.#open(d, verdict)
    const { stream } = d
    const { seconds, nanoseconds } = this
    const from = this.#from
    this.#begin(d, verdict, d.pieces[0]?.held)
    for (const piece of d.pieces) {
      const { held } = piece
      const { offset, length } = held
      this.seconds = piece.seconds
      this.nanoseconds = piece.nanoseconds
      this.#from = held
      this.#protocol.feed(d, this.#context.bytes, offset, offset + length)
      if (this.#whole) this.emit(stream, KIND.tcp, verdict, held.offset, length)
      this.#release(held, length)
    }
    d.pieces.length = 0
    this.#from = from
    this.seconds = seconds
    this.nanoseconds = nanoseconds
    this.#wake(d)
  }

  /** Another protocol: what was held goes the way of what nobody accepts. */
  #refuse(d: Direction<S>): void {
    const { stream } = d
    const from = this.#from
    this.#begin(d, 0, d.pieces[0]?.held)
    for (const { held } of d.pieces) {
      const { offset, length } = held
      this.#from = held
      this.emit(stream, KIND.tcp, 0, offset, length)
      this.#release(held, length)
    }
    d.pieces.length = 0
    this.#from = from
    this.#forget(d)
  }

  #release(held: Held, length: number): void {
    this.#budget.give(length + PIECE)
    held.release()
  }

  #close(d: Direction<S>): void {
    if (d.state === UNDECIDED) this.#refuse(d)
    else this.#forget(d)
  }

  #forget(d: Direction<S>): void {
    this.#protocol.end(d)
    this.#known.delete(d.stream)
    if (this.#last === d) this.#last = undefined
    if (d.peer !== undefined) d.peer.peer = undefined
    d.peer = undefined
    d.stream = -1
    d.state = UNDECIDED
    d.gap = false
    d.classifier = 0
    if (this.#spare.length < SPARE) this.#spare.push(d)
  }

  #mark(stream: number, kind: number, classifier: number, flags: number, held: Held | undefined): void {
    const none = -1
    const offset = held === undefined ? 0 : held.offset
    this.#context.emit({ offset, length: 0, kind, stream, flags, l3: none, l4: none, classifier }, held)
  }
}
