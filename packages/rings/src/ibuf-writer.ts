import { EXTENSION_BLOCK, EXTENSION_MARK, INDEX_BYTES, INDEX_EXTENDED, UNKNOWN_16 } from './format.js'
import type { RingMemory } from './header.js'
import { Producer } from './producer.js'

/** The writing end of an IBuf. Positions and lengths are taken as given: the reader checks. */
export class IBufWriter {
  readonly positions: Producer
  private readonly words: Int32Array
  private readonly data: number
  private readonly mask: number

  constructor(memory: RingMemory) {
    this.positions = new Producer(memory)
    this.words = memory.words
    this.data = memory.data
    this.mask = memory.capacity - 1
  }

  /** How many indices (extended ones count twice) fit now, at least. */
  get room(): number {
    const p = this.positions
    p.room(p.capacity)
    return (p.capacity - ((p.low - p.consumer) >>> 0)) / INDEX_BYTES
  }

  /** Adds an index (fields as in {@link IndexRecord}); false when there is no room. Shows at the next `publish`. */
  push(
    ring: number,
    position: number,
    offset: number,
    length: number,
    classifier: number,
    flags: number,
    stream: number,
    kind: number,
  ): boolean {
    const p = this.positions
    if (!p.room(INDEX_BYTES)) return false
    this.write(p.low, ring, position, offset, length, classifier, flags & ~INDEX_EXTENDED, stream, kind)
    p.low = (p.low + INDEX_BYTES) | 0
    p.records++
    return true
  }

  /** Adds an index with the extension that carries time, wire length and header positions (-1: unknown). */
  pushExtended(
    ring: number,
    position: number,
    offset: number,
    length: number,
    classifier: number,
    flags: number,
    stream: number,
    kind: number,
    seconds: number,
    nanoseconds: number,
    wireLength: number,
    l3: number,
    l4: number,
    proto: number,
  ): boolean {
    const p = this.positions
    if (!p.room(2 * INDEX_BYTES)) return false
    this.write(p.low, ring, position, offset, length, classifier, flags | INDEX_EXTENDED, stream, kind)
    const words = this.words
    const w = this.data + (((p.low + INDEX_BYTES) & this.mask) >> 2)
    words[w] = EXTENSION_MARK
    words[w + 1] = EXTENSION_BLOCK
    words[w + 2] = seconds | 0
    words[w + 3] = Math.floor(seconds / 2 ** 32)
    words[w + 4] = nanoseconds
    words[w + 5] = wireLength
    words[w + 6] = half(l3) | (half(l4) << 16)
    words[w + 7] = half(proto)
    p.low = (p.low + 2 * INDEX_BYTES) | 0
    p.records++
    return true
  }

  private write(
    low: number,
    ring: number,
    position: number,
    offset: number,
    length: number,
    classifier: number,
    flags: number,
    stream: number,
    kind: number,
  ): void {
    const words = this.words
    const w = this.data + ((low & this.mask) >> 2)
    words[w] = ring
    words[w + 1] = (classifier & 0xffff) | (flags << 16)
    words[w + 2] = position | 0
    words[w + 3] = (position / 2 ** 32) | 0
    words[w + 4] = offset
    words[w + 5] = length
    words[w + 6] = stream
    words[w + 7] = kind
  }

  /** Shows all that was pushed. True when the reader sleeps and must be woken by the caller. */
  publish(): boolean {
    return this.positions.publish()
  }

  /** Counts indices that were given up for want of room. */
  drop(count = 1): void {
    this.positions.drop(count)
  }

  /** Asks for a wake-up when there is room for `count` indices; false: there is already, do not sleep. */
  arm(count = 1): boolean {
    return this.positions.arm(count * INDEX_BYTES)
  }
}

/** A number in 0..65534 as 16 bits; anything else is not known. */
const half = (value: number): number => (value >= 0 && value < UNKNOWN_16 ? value : UNKNOWN_16)
