import { distance } from '../position.js'
import type { RingReader } from '../ring/reader.js'
import { heldSlot } from '../ring/slots.js'
import type { Use } from './source.js'

/** Leaves; a reader of another process's ring also has memory to give back. */
const dismiss = (reader: RingReader & { close?(): void }): void =>
  reader.close === undefined ? reader.leave() : reader.close()

/**
 * A second reader of a ring that stays at the oldest piece that is in use, behind the first one. So the producer waits
 * for it as for any other reader, and the memory of a ring that has moved stays as long as it is needed.
 *
 * Both lose nothing, so the bytes that they have read tell where they are, in whatever ring of a name. The anchor has
 * read at most the bytes before the oldest piece in use.
 */
export class Anchor {
  private readonly reader: RingReader
  private readonly anchor: RingReader
  /** What the anchor has read + `base` is what the reader had read at the same place. */
  private readonly base: number
  /** What is in use, from `head` on: by whom, its mark, and the bytes that the reader had read before. */
  private readonly uses: Use[] = []
  private readonly marks: number[] = []
  private readonly from: number[] = []
  private head = 0

  private constructor(reader: RingReader, anchor: RingReader) {
    this.reader = reader
    this.anchor = anchor
    this.base = reader.bytes - anchor.bytes
  }

  /**
   * `anchor`, which has joined from the oldest block on, goes on to the piece that `reader` shows. undefined: that lies
   * behind, and it has left. While the producer looks at its readers it sends who joins to what is published (ring
   * format, "Who holds the producer back"), so it is worth trying again.
   */
  static drop(reader: RingReader, anchor: RingReader): Anchor | undefined {
    while (anchor.peek() >= 0) {
      const isSame = anchor.area.id === reader.area.id
      const apart = isSame ? distance(anchor.position, reader.position) : anchor.length
      if (isSame && apart === 0) return new Anchor(reader, anchor)
      if (isSame && apart > anchor.area.span) break
      if (anchor.area.kind === 'c') anchor.consume(Math.min(anchor.length, apart))
      else anchor.next()
    }
    dismiss(anchor)
    return undefined
  }

  get isIdle(): boolean {
    return this.head === this.uses.length
  }

  /**
   * Does the producer wait for it in the ring that is read now? Not if the ring moved there before the anchor had joined
   * the one before (ring format, "Successors").
   */
  get isInPlace(): boolean {
    const { area } = this.reader
    return this.anchor.area.id === area.id || heldSlot(area, this.anchor.claim) !== 0
  }

  /** Holds the piece that the reader shows. */
  add(use: Use, mark: number): void {
    this.uses.push(use)
    this.marks.push(mark)
    this.from.push(this.reader.bytes)
  }

  /** Moves on; if not `all`, only when it is worth while. */
  advance(all: boolean): void {
    const { anchor, reader, base } = this
    this.skipOver()
    if (this.isIdle && !this.isInPlace) return
    const to = this.isIdle ? reader.bytes : this.from[this.head]!
    if (!all && to - anchor.bytes - base < anchor.area.capacity >>> 4) return
    // A piece without bytes is nobody's.
    while (anchor.peek() >= 0) {
      const rest = to - anchor.bytes - base
      if (anchor.length > 0 && rest <= 0) break
      if (anchor.area.kind === 'c') anchor.consume(Math.min(anchor.length, rest))
      else anchor.next()
    }
    if (all && anchor.state === 'open') anchor.release()
  }

  leave(): void {
    dismiss(this.anchor)
  }

  private skipOver(): void {
    const { uses, marks, from } = this
    let { head } = this
    while (head < uses.length && uses[head]!.isOver(marks[head]!)) head++
    this.head = head
    if (head === uses.length) uses.length = marks.length = from.length = this.head = 0
    else if (head > 1024 && head > uses.length >>> 1) {
      for (const list of [uses, marks, from]) list.splice(0, head)
      this.head = 0
    }
  }
}
