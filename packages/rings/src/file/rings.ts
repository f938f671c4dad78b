import type { Arena } from '../arena.js'
import { attachDBuf } from '../dbuf.js'
import { FIELD, FLAG_TABLE, HEADER_BYTES, MAGIC, RING_KIND, WORD } from '../format.js'
import { corrupted } from '../header.js'
import type { IndexRecord } from '../index-record.js'
import { distance, isPosition, loadPosition } from '../position.js'
import { attachArea } from '../ring/area.js'
import type { Resolvable } from '../ring-table.js'
import { wakeAt } from './sleep.js'

/** A ring that indices point into. */
export interface IndexedRing extends Resolvable {
  /** Has nothing at or after `position` been overwritten yet? */
  intact?(position: number): boolean
  /** Everything before `position` may be overwritten. True: its writer waits for room. */
  release?(position: number): boolean
}

interface Known {
  readonly ring: IndexedRing
  /** Its header, if it lies at the place that its id says, and what stood there; else nothing is looked at again. */
  readonly words?: Int32Array
  readonly capacity: number
  readonly flags: number
}

/** Blocks of a ring with many readers, found by the absolute positions of their bytes. Whatever is asked, the answer lies inside. */
const areaBlocks = (arena: Arena, offset: number, id: number): IndexedRing => {
  const { words, capacity, base } = attachArea(arena, { offset })
  const intact = (position: number): boolean => distance(position, loadPosition(words, WORD.intent)) <= capacity
  return {
    id,
    intact,
    resolve(position, length) {
      if (!isPosition(position) || !(length >= 0)) return -1
      const at = position % capacity
      if (at + length > capacity) return -1
      const ahead = distance(position, loadPosition(words, WORD.intent))
      return length <= ahead && ahead <= capacity ? base + at : -1
    },
  }
}

/**
 * The rings into which the indices of an IBuf point. What is not known is looked for where the ids of this process's
 * rings say that they are: a buffer fault (§6).
 */
export class Rings {
  private readonly arena: Arena
  private readonly known = new Map<number, Known>()

  constructor(arena: Arena, rings: Iterable<IndexedRing> = []) {
    this.arena = arena
    for (const ring of rings) this.known.set(ring.id, { ring, capacity: 0, flags: 0 })
  }

  /** @throws SL_RING when there is no such ring */
  find(id: number): IndexedRing {
    const known = this.known.get(id)
    if (known !== undefined) {
      const { words } = known
      if (words === undefined) return known.ring
      // Another ring may have been made in its place.
      if (
        words[FIELD.magic] === MAGIC &&
        words[FIELD.capacity] === known.capacity &&
        words[FIELD.flags] === known.flags
      ) {
        return known.ring
      }
    }
    return this.fault(id)
  }

  /** Arena offset of an index's window, -1 when its data was overwritten. @throws SL_RING */
  resolve(index: IndexRecord): number {
    const at = this.find(index.ring).resolve(index.position, index.offset + index.length)
    return at < 0 ? -1 : at + index.offset
  }

  /** Everything of that ring before `position` may be overwritten, and its writer is woken if it waits for that. */
  release(id: number, position: number): void {
    const ring = this.find(id)
    if (ring.release === undefined) return
    const words = this.known.get(id)?.words
    if (words === undefined) {
      ring.release(position)
      return
    }
    // Windows of the same block come in any order.
    const bytes = distance(loadPosition(words, WORD.consumer), position)
    if (bytes > 0 && bytes <= words[FIELD.capacity]! && ring.release(position)) wakeAt(words, WORD.writerSleeps)
  }

  private fault(id: number): IndexedRing {
    const { arena } = this
    const offset = id * 64
    if (offset + HEADER_BYTES > arena.bytes.length) this.unknown(id)
    const words = new Int32Array(arena.buffer, offset, HEADER_BYTES / 4)
    if (Atomics.load(words, FIELD.magic) !== MAGIC) this.unknown(id)
    const flags = words[FIELD.flags]!
    // A ring of another process has an id that does not say where it is mapped here: its place is meant.
    if (words[FIELD.id]! >>> 0 !== id && (flags & FLAG_TABLE) === 0) this.unknown(id)
    const capacity = words[FIELD.capacity]!
    const kind = words[FIELD.kind] === RING_KIND.c ? 'c' : 'd'
    const ring = flags & FLAG_TABLE ? areaBlocks(arena, offset, id) : attachDBuf(arena, { offset, kind, id })
    this.known.set(id, { ring, words, capacity, flags })
    return ring
  }

  private unknown(id: number): never {
    throw corrupted(`an index points to ring ${id}, which is not known here`, { ring: id })
  }
}
