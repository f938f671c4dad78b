import type { Batch } from '@netstreamline/core'
import { type Interface, parseInterface } from './pcapng-interface.js'
import type { Reader } from './reader.js'
import type { Window } from './window.js'

/** Section Header Block; the same in both byte orders. */
export const SHB = 0x0a0d0d0a
const IDB = 1
const PB = 2
const SPB = 3
const EPB = 6
const BYTE_ORDER = 0x1a2b3c4d
const SWAPPED_ORDER = 0x4d3c2b1a
/** A first section header longer than this is taken for something else. */
const SHB_MAX = 1 << 20
const MAX_BLOCK = 16 << 20

/**
 * pcapng (draft-ietf-opsawg-pcapng): sections of either byte order, any number of interfaces that may differ in link
 * type, snapshot length and clock; enhanced, simple and (obsolete) packet blocks. Other blocks are skipped.
 */
export class PcapngReader implements Reader {
  error: string | undefined
  readonly kinds: number[] = []
  snaplen = 0
  private little = true
  private sections = 0
  private interfaces: Interface[] = []
  private maxBlock = MAX_BLOCK
  // The packet in hand: set by `packet` when it returns true.
  private data = 0
  private captured = 0
  private wire = 0
  private from: Interface | undefined

  fill(window: Window, batch: Batch): boolean {
    const { bytes, view, end, origin } = window
    const { limit, offset, length: lengths, kind, wireLength, seconds, nanoseconds, position } = batch
    let at = window.at
    let n = batch.count
    let more = true
    while (end - at >= 12) {
      const type = view.getUint32(at, this.little)
      if (type === SHB && !this.order(view, at)) break
      const length = view.getUint32(at + 4, this.little)
      if (type === SHB && this.sections === 0 && (length < 28 || length > SHB_MAX)) {
        this.error = `Section Header Block in pcapng dump file has invalid length 28 < _${length}_ < ${SHB_MAX} (BT_SHB_INSANE_MAX)`
        break
      }
      if (!this.plausible(length)) break
      if (end - at < length) break
      const trailer = view.getUint32(at + length - 4, this.little)
      if (trailer !== length && !(type === SHB && this.sections === 0)) {
        this.error = `block total length in header ${length} and trailer ${trailer} don't match`
        break
      }
      const body = at + 8
      const stop = at + length - 4
      if (type === EPB || type === SPB || type === PB) {
        if (n >= limit) {
          more = false
          break
        }
        if (!this.packet(view, type, body, stop)) break
        const from = this.from as Interface
        offset[n] = this.data
        lengths[n] = this.captured
        kind[n] = from.kind
        wireLength[n] = this.wire
        seconds[n] = from.clock.seconds
        nanoseconds[n] = from.clock.nanoseconds
        position[n] = origin + this.data
        if (from.fixup) from.fixup(bytes, this.data, this.captured)
        n++
      } else if (type === IDB) {
        if (!this.describe(view, body, stop)) break
      } else if (type === SHB && !this.section(view, body, stop)) break
      at += length
    }
    window.at = at
    batch.count = n
    return more
  }

  private fail(message: string): false {
    this.error = message
    return false
  }

  /** Takes over the byte order of the section that begins at `at`. */
  private order(view: DataView, at: number): boolean {
    const magic = view.getUint32(at + 8, true)
    if (magic !== BYTE_ORDER && magic !== SWAPPED_ORDER)
      return this.fail(
        this.sections === 0 ? 'unknown file format' : 'the file has a section with a bad byte order magic field',
      )
    this.little = magic === BYTE_ORDER
    return true
  }

  private plausible(length: number): boolean {
    if (length < 12) return this.fail(`block in pcapng dump file has a length of ${length} < 12`)
    if (length % 4 !== 0)
      return this.fail(`block in pcapng dump file has a length of ${length} that is not a multiple of 4`)
    if (length > this.maxBlock) return this.fail(`pcapng block size ${length} > maximum ${this.maxBlock}`)
    return true
  }

  private section(view: DataView, body: number, stop: number): boolean {
    if (stop - body < 16) return this.fail(`block of type ${SHB} in pcapng dump file is too short`)
    const major = view.getUint16(body + 4, this.little)
    const minor = view.getUint16(body + 6, this.little)
    if (this.sections === 0 && !(major === 1 && (minor === 0 || minor === 2)))
      return this.fail(`unsupported pcapng savefile version ${major}.${minor}`)
    if (major !== 1) return this.fail(`unknown pcapng savefile major version number ${major}`)
    this.sections++
    this.interfaces = []
    return true
  }

  private describe(view: DataView, body: number, stop: number): boolean {
    const added = parseInterface(view, body, stop, this.little)
    if (typeof added === 'string') return this.fail(added)
    this.interfaces.push(added)
    this.maxBlock = Math.max(this.maxBlock, added.maxBlock)
    this.snaplen = Math.max(this.snaplen, added.snaplen)
    if (!this.kinds.includes(added.kind)) this.kinds.push(added.kind)
    return true
  }

  /** Finds the packet in a block's body `[body .. stop)`. */
  private packet(view: DataView, type: number, body: number, stop: number): boolean {
    const { little } = this
    if (this.kinds.length === 0)
      return this.fail('the capture file has a packet block before any Interface Description Blocks')
    const fixed = type === SPB ? 4 : 20
    if (stop - body < fixed) return this.fail(`block of type ${type} in pcapng dump file is too short`)
    const id = type === EPB ? view.getUint32(body, little) : type === PB ? view.getUint16(body, little) : 0
    const from = this.interfaces[id]
    if (!from)
      return this.fail(
        `a packet arrived on interface ${id}, but there's no Interface Description Block for that interface`,
      )
    const lengths = type === SPB ? body : body + 12
    let captured = view.getUint32(lengths, little)
    this.wire = type === SPB ? captured : view.getUint32(lengths + 4, little)
    // A Simple Packet Block is as long as the snapshot length lets it be.
    if (type === SPB && captured > from.snaplen) captured = from.snaplen
    if (captured > from.snaplen)
      return this.fail(`invalid packet capture length ${captured}, bigger than snaplen of ${from.snaplen}`)
    this.data = body + fixed
    if (captured > stop - this.data) return this.fail(`block of type ${type} in pcapng dump file is too short`)
    // Simple Packet Blocks bear no time: they are of the clock's beginning.
    if (type === SPB) from.clock.set(0, 0)
    else from.clock.set(view.getUint32(body + 4, little), view.getUint32(body + 8, little))
    this.captured = captured
    this.from = from
    return true
  }

  end(window: Window, rest: number): string | undefined {
    const first = this.sections === 0
    if (first && rest < 12) return 'unknown file format'
    // How far libpcap's read goes: a block's header, then its body; the first section's header in one more piece.
    const head = first ? 12 : 8
    if (rest > 0 && rest < 8) return `truncated pcapng dump file; tried to read 8 bytes, only got ${rest}`
    if (rest > 0) {
      const length = window.view.getUint32(window.at + 4, this.little)
      if (!this.plausible(length)) return this.error
      return `truncated pcapng dump file; tried to read ${length - head} bytes, only got ${rest - head}`
    }
    return this.kinds.length === 0 ? 'the capture file has no Interface Description Blocks' : undefined
  }
}
