import type { Block } from '@netstreamline/core'

/** First half of a block's identity: its ring, or for the beginning, end or gap of a stream the stream. */
export const identityRing = (block: Block): number => (block.flags === 0 ? block.ring : ~block.stream)

/**
 * Second half: its position. What marks a stream points to the packet that caused it, so the mark itself counts too:
 * the end of a stream is another block than the last data of it. The numbers are negative, hence never a position.
 */
export const identityPosition = (block: Block): number =>
  block.flags === 0 ? block.position : -(block.position * 8 + block.flags) - 1

/** Identities that selection remembers. */
export const REMEMBERED = 65536

/**
 * Remembers identities of blocks (ring, position) and one slot number for each: an open-addressing hash over typed
 * arrays. When it is full the oldest identity makes room, so memory is bounded and nothing is allocated per block.
 */
export class IdentityTable {
  /** Identities forgotten because newer ones needed their room. */
  evicted = 0
  private readonly mask: number
  private readonly rings: Int32Array
  private readonly positions: Float64Array
  /** Slot by hash, plus 1; 0: empty. Twice as many as slots, so that probing stays short. */
  private readonly table: Int32Array
  /** Slots are used in turn: this one is next, and holds the oldest identity once all are in use. */
  private next = 0
  private used = 0

  /** @param capacity identities remembered, a power of two */
  constructor(capacity: number) {
    this.mask = capacity * 2 - 1
    this.rings = new Int32Array(capacity)
    this.positions = new Float64Array(capacity)
    this.table = new Int32Array(capacity * 2)
  }

  /** Slot of the identity, or -1. */
  find(ring: number, position: number): number {
    for (let at = this.hash(ring, position); this.table[at] !== 0; at = (at + 1) & this.mask) {
      const slot = this.table[at]! - 1
      if (this.positions[slot] === position && this.rings[slot] === ring) return slot
    }
    return -1
  }

  /** Remembers an identity that is not in it; answers its slot. */
  add(ring: number, position: number): number {
    const slot = this.next
    if (this.used === this.rings.length) this.remove(slot)
    else this.used++
    this.next = (slot + 1) % this.rings.length
    this.rings[slot] = ring
    this.positions[slot] = position
    let at = this.hash(ring, position)
    while (this.table[at] !== 0) at = (at + 1) & this.mask
    this.table[at] = slot + 1
    return slot
  }

  /** Takes the slot's identity out and closes the gap: whatever had been displaced past it moves up. */
  private remove(slot: number): void {
    const { table, mask } = this
    let gap = this.hash(this.rings[slot]!, this.positions[slot]!)
    while (table[gap] !== slot + 1) gap = (gap + 1) & mask
    for (let at = (gap + 1) & mask; table[at] !== 0; at = (at + 1) & mask) {
      const other = table[at]! - 1
      const home = this.hash(this.rings[other]!, this.positions[other]!)
      // It may move when its home is not between the gap (exclusive) and where it is.
      if (((at - home) & mask) >= ((at - gap) & mask)) {
        table[gap] = table[at]!
        gap = at
      }
    }
    table[gap] = 0
    this.evicted++
  }

  private hash(ring: number, position: number): number {
    // Positions are integers up to 2^53; Math.imul alone would lose the upper half.
    const high = (position / 4294967296) | 0
    const low = position | 0
    const h = Math.imul(low ^ Math.imul(high, 0x9e3779b1) ^ Math.imul(ring, 0x85ebca6b), 0x9e3779b1)
    return (h ^ (h >>> 15)) & this.mask
  }
}
