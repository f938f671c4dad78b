import { Consumer } from './consumer.js'
import { EXTENSION_BLOCK, EXTENSION_MARK, INDEX_BYTES, INDEX_EXTENDED, MAX_CAPACITY, UNKNOWN_16 } from './format.js'
import { corrupted, type RingMemory } from './header.js'
import { IndexRecord } from './index-record.js'
import { POSITION_MODULUS } from './position.js'

const TOP_EPOCH = POSITION_MODULUS / 2 ** 32

/** The reading end of an IBuf. Every word is read once, then checked, then believed. */
export class IBufReader {
  readonly positions: Consumer
  private readonly words: Int32Array
  private readonly data: number
  private readonly mask: number
  private readonly record = new IndexRecord()
  /** Bytes of the record that `decode` has just read. */
  private size = 0

  constructor(memory: RingMemory) {
    this.positions = new Consumer(memory, INDEX_BYTES)
    this.words = memory.words
    this.data = memory.data
    this.mask = memory.capacity - 1
  }

  /** How many 32-byte records wait, at least; looks for more when none is known. @throws SL_RING */
  get available(): number {
    const c = this.positions
    if (c.low === c.producer) c.refill()
    return ((c.producer - c.low) >>> 0) / INDEX_BYTES
  }

  /**
   * Reads the next index into `index`; false when there is none.
   * @throws SL_RING: for a bad record once (it is counted and stepped over), for bad positions from now on always.
   */
  next(index: IndexRecord): boolean {
    const c = this.positions
    if (c.low === c.producer && !c.refill()) return false
    const ok = this.decode(index)
    c.low = (c.low + this.size) | 0
    if (!ok) this.refuse()
    c.records++
    return true
  }

  /** Like `next`, without going on to the one after. A bad record is not stepped over. */
  peek(index: IndexRecord): boolean {
    const c = this.positions
    if (c.low === c.producer && !c.refill()) return false
    if (!this.decode(index)) this.refuse()
    return true
  }

  /**
   * Hands at most `max` indices to `each`, always in the same object. Returns how many.
   * @throws SL_RING as `next`; and what `each` throws, after its index has been counted as read.
   */
  poll(max: number, each: (index: IndexRecord) => void): number {
    let count = 0
    while (count < max && this.next(this.record)) {
      count++
      each(this.record)
    }
    return count
  }

  /** Gives the places back; also happens by itself when all that is known was read. True: wake the writer. */
  release(): boolean {
    return this.positions.release()
  }

  /** Says that this end sleeps until it is woken; false: something has come, do not sleep. @throws SL_RING */
  arm(): boolean {
    return this.positions.arm()
  }

  private refuse(): never {
    const ring = this.positions.memory.id
    this.positions.count()
    throw corrupted(`IBuf ${ring} holds a record that is no index`, { ring })
  }

  /** False when the record is none that a writer makes. `size` says how much of the ring it takes in any case. */
  private decode(index: IndexRecord): boolean {
    const { words, positions: c } = this
    const w = this.data + ((c.low & this.mask) >> 2)
    const ring = words[w]! >>> 0
    const meaning = words[w + 1]!
    const low = words[w + 2]! >>> 0
    const epoch = words[w + 3]! >>> 0
    const offset = words[w + 4]! >>> 0
    const length = words[w + 5]! >>> 0
    const kind = words[w + 7]!
    this.size = INDEX_BYTES
    const extended = (meaning >>> 16) & INDEX_EXTENDED
    const bad = ring === 0 || ring === EXTENSION_MARK || epoch >= TOP_EPOCH || kind < 0
    if (bad || offset > MAX_CAPACITY || length > MAX_CAPACITY) return false
    index.ring = ring
    index.position = epoch * 2 ** 32 + low
    index.offset = offset
    index.length = length
    index.classifier = meaning & 0xffff
    index.flags = (meaning >>> 16) & ~INDEX_EXTENDED
    index.stream = words[w + 6]! >>> 0
    index.kind = kind
    if (extended) return this.decodeExtension(index)
    if (index.extended) clearExtension(index)
    return true
  }

  private decodeExtension(index: IndexRecord): boolean {
    const { words, positions: c } = this
    // An index and its extension are published together, so the extension is known too.
    if ((c.producer - c.low) >>> 0 < 2 * INDEX_BYTES) return false
    const w = this.data + (((c.low + INDEX_BYTES) & this.mask) >> 2)
    if (words[w]! >>> 0 !== EXTENSION_MARK) return false
    this.size = 2 * INDEX_BYTES
    if (words[w + 1] !== EXTENSION_BLOCK) return false
    const headers = words[w + 6]!
    index.extended = true
    index.seconds = words[w + 3]! * 2 ** 32 + (words[w + 2]! >>> 0)
    index.nanoseconds = words[w + 4]! >>> 0
    index.wireLength = words[w + 5]! >>> 0
    index.l3 = known(headers & 0xffff)
    index.l4 = known(headers >>> 16)
    index.proto = known(words[w + 7]! & 0xffff)
    return true
  }
}

const known = (value: number): number => (value === UNKNOWN_16 ? -1 : value)

const clearExtension = (index: IndexRecord): void => {
  index.extended = false
  index.seconds = index.nanoseconds = index.wireLength = 0
  index.l3 = index.l4 = index.proto = -1
}
