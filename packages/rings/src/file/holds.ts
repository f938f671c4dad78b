import { distance } from '../position.js'
import type { RingReader } from '../ring/reader.js'
import { heldSlot } from '../ring/slots.js'
import type { Use } from './source.js'

interface Hold {
  readonly use: Use
  /** Bytes that the reader had read before the piece. */
  readonly from: number
}

/** A producer that is looking at its readers may send who joins to the wrong place (see `drop`), but not for long. */
const ATTEMPTS = 100

/**
 * Keeps pieces of a ring with many readers in their places while somebody else uses them (§6.1, splice): a second
 * reader of the ring, the anchor, stays at the oldest piece that is in use. So the producer waits for it as for any
 * other reader, and the memory of a ring that has moved stays as long as it is needed.
 *
 * Both lose nothing, so the bytes that they have read tell where they are, in whatever ring of a name. The anchor has
 * read at most the bytes before the oldest piece in use.
 */
export class Holds {
  private readonly reader: RingReader
  private readonly join: () => RingReader
  private readonly queue: Hold[] = []
  private anchor: RingReader | undefined
  /** What the anchor has read + `base` is what the reader had read at the same place. */
  private base = 0

  /** `join`: another reader that is waited for, from the oldest block on. */
  constructor(reader: RingReader, join: () => RingReader) {
    this.reader = reader
    this.join = join
  }

  get isEmpty(): boolean {
    return this.queue.length === 0
  }

  /** Holds the piece that the reader shows; false: it cannot be held now. */
  add(use: Use): boolean {
    if (this.anchor !== undefined && this.isEmpty && !this.isInPlace(this.anchor)) this.leave()
    this.anchor ??= this.drop()
    if (this.anchor === undefined || !this.isInPlace(this.anchor)) return false
    this.queue.push({ use, from: this.reader.bytes })
    return true
  }

  /** Moves the anchor on; if not `all`, only when it is worth while. */
  advance(all: boolean): void {
    const { anchor, queue, reader } = this
    if (anchor === undefined) return
    let over = 0
    while (over < queue.length && queue[over]!.use.isOver()) over++
    if (over > 0) queue.splice(0, over)
    const to = queue.length > 0 ? queue[0]!.from : reader.bytes
    if (!all && to - anchor.bytes - this.base < anchor.area.capacity >>> 4) return
    // A piece without bytes is nobody's.
    while (anchor.peek() >= 0) {
      const rest = to - anchor.bytes - this.base
      if (anchor.length > 0 && rest <= 0) break
      if (anchor.area.kind === 'c') anchor.consume(Math.min(anchor.length, rest))
      else anchor.next()
    }
    if (all && anchor.state === 'open') anchor.release()
  }

  /** Holds nothing any more. */
  leave(): void {
    this.queue.length = 0
    this.anchor?.leave()
    this.anchor = undefined
  }

  /**
   * Does the producer wait for the anchor in the ring that is read now? Not if the ring moved there before the anchor
   * had joined the one before (ring format, "Successors").
   */
  private isInPlace(anchor: RingReader): boolean {
    const { area } = this.reader
    return anchor.area.id === area.id || heldSlot(area, anchor.claim) !== 0
  }

  /**
   * A new anchor, where the reader is: it begins at the tail, before what a reader that is waited for still needs. But
   * while the producer looks at its readers the tail is what is published (ring format, "Who holds the producer back").
   */
  private drop(): RingReader | undefined {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      let anchor: RingReader
      try {
        anchor = this.join()
      } catch (error) {
        if ((error as { code?: string }).code === 'SL_RING_FULL') return undefined
        throw error
      }
      if (this.follow(anchor)) return anchor
      anchor.leave()
    }
    return undefined
  }

  /** Goes on to where the reader is; false: that lies behind. */
  private follow(anchor: RingReader): boolean {
    const { reader } = this
    this.base = 0
    while (anchor.peek() >= 0) {
      const isSame = anchor.area.id === reader.area.id
      const apart = isSame ? distance(anchor.position, reader.position) : anchor.length
      if (isSame && apart === 0) {
        this.base = reader.bytes - anchor.bytes
        return true
      }
      if (isSame && apart > anchor.area.span) return false
      if (anchor.area.kind === 'c') anchor.consume(Math.min(anchor.length, apart))
      else anchor.next()
    }
    return false
  }
}
