import type { RingReader } from '../ring/reader.js'
import { Anchor } from './anchor.js'
import type { Use } from './source.js'

/** The producer looks at its readers for some microseconds only; see `Anchor.drop`. */
const ATTEMPTS = 100

/**
 * Keeps pieces of a ring with many readers in their places while somebody else uses them (§6.1, splice). One anchor
 * does, or several for a while if the ring has moved.
 */
export class Holds {
  private readonly reader: RingReader
  private readonly join: () => RingReader
  /** From the oldest on; only the last one gets more to hold. */
  private anchors: Anchor[] = []
  private looked = 0

  /** `join`: another reader that is waited for, from the oldest block on. */
  constructor(reader: RingReader, join: () => RingReader) {
    this.reader = reader
    this.join = join
  }

  get isEmpty(): boolean {
    return this.anchors.every(({ isIdle }) => isIdle)
  }

  /** Is it worth while to look who is done? Not at each piece. */
  get isDue(): boolean {
    if (this.anchors.length === 0) return false
    const { bytes, area } = this.reader
    if (bytes - this.looked < area.capacity >>> 6) return false
    this.looked = bytes
    return true
  }

  /** Holds the piece that the reader shows; false: the ring has no slot left for an anchor. */
  add(use: Use, mark: number): boolean {
    let anchor = this.anchors.at(-1)
    if (anchor === undefined || !anchor.isInPlace) {
      anchor = this.drop()
      if (anchor === undefined) return false
      this.anchors.push(anchor)
    }
    anchor.add(use, mark)
    return true
  }

  /** Moves anchors on; if not `all`, only when it is worth while. */
  advance(all: boolean): void {
    const { anchors } = this
    for (const anchor of anchors) anchor.advance(all)
    // One that is not in place would lose count when it went to the next ring.
    while (anchors.length > 0 && anchors[0]!.isIdle && (anchors.length > 1 || !anchors[0]!.isInPlace)) {
      anchors.shift()!.leave()
    }
  }

  /** Holds nothing any more. */
  leave(): void {
    for (const anchor of this.anchors.splice(0)) anchor.leave()
  }

  private drop(): Anchor | undefined {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        const anchor = Anchor.drop(this.reader, this.join())
        if (anchor !== undefined) return anchor
      } catch (error) {
        if ((error as { code?: string }).code === 'SL_RING_FULL') return undefined
        throw error
      }
    }
    return undefined
  }
}
