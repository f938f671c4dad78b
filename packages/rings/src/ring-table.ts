import { corrupted } from './header.js'
import type { IndexRecord } from './index-record.js'

/** A DBuf as its producer or a reader sees it. */
export interface Resolvable {
  readonly id: number
  resolve(position: number, length: number): number
}

/** The rings that a space knows: where indices become offsets (§6). */
export interface RingTable {
  add(ring: Resolvable): void
  remove(id: number): void
  /**
   * Arena offset of the index's window; -1 when its data has been overwritten.
   * @throws SL_RING when no ring has that id, not even after the fault handler was asked.
   */
  resolve(index: IndexRecord): number
}

/** `fault` is asked for a ring on its first use, the paper's buffer fault; what it returns is kept. */
export const createRingTable = (fault?: (id: number) => Resolvable | undefined): RingTable => {
  const rings = new Map<number, Resolvable>()
  let last: Resolvable | undefined
  const find = (id: number): Resolvable => {
    const ring = rings.get(id) ?? fault?.(id)
    if (!ring) throw corrupted(`an index points to ring ${id}, which is not known here`, { ring: id })
    rings.set(id, ring)
    return (last = ring)
  }
  return {
    add(ring) {
      rings.set(ring.id, ring)
    },
    remove(id) {
      rings.delete(id)
      if (last?.id === id) last = undefined
    },
    resolve(index) {
      const ring = last !== undefined && last.id === index.ring ? last : find(index.ring)
      // From the block's start on, so that header positions before the window hold too.
      const block = ring.resolve(index.position, index.offset + index.length)
      return block < 0 ? -1 : block + index.offset
    },
  }
}
