import { type Block, type Classifier, CONSUMED, type Context } from '@netstreamline/core'
import { type Datagram, DEFRAGMENTED, Defragmenter, fragmentOf, locate, payloadEnd } from '@netstreamline/jit/headers'
import { BAD, checkSegment, GOOD, OFFLOADED } from './checksum.js'
import type { Connections } from './connections.js'
import type { OnChecksum } from './settings.js'

const TCP = 6
const HEADER = 20

/** From packets to segments: finds the TCP header, puts fragments together, refuses what cannot be. */
export class Packets {
  malformed = 0
  checksumsBad = 0
  checksumsOffloaded = 0
  /** Of packets that the capture has cut, for example. */
  checksumsUnknown = 0
  readonly #life: Connections
  readonly #checksum: OnChecksum
  readonly #defragmenter: Defragmenter

  /** @throws SL_ARENA_FULL when there is no room for datagrams that came in fragments */
  constructor(context: Context, life: Connections, checksum: OnChecksum) {
    this.#life = life
    this.#checksum = checksum
    this.#defragmenter = new Defragmenter(context)
  }

  process(block: Block): Classifier {
    if (!locate(block) || (block.proto !== TCP && block.l4 >= 0)) return 0
    const end = payloadEnd(block)
    if (fragmentOf(block.bytes, block.l3, end) < 0) return block.proto === TCP ? this.#segment(block, end) : 0
    if (block.proto !== TCP && block.bytes[block.l3]! >> 4 === 4) return 0
    const { datagram } = this.#defragmenter
    if (this.#defragmenter.add(block, end) !== DEFRAGMENTED) return CONSUMED
    return datagram.proto === TCP ? this.#within(block, datagram) : 0
  }

  #segment(block: Block, end: number): Classifier {
    const { bytes, l4 } = block
    if (l4 < 0 || l4 + HEADER > end || bytes[l4 + 12]! >> 4 < HEADER / 4) {
      this.malformed++
      if (l4 >= 0 && l4 + HEADER <= end) this.#life.broken(block)
      return 0
    }
    const lost = block.wireLength > block.length ? cutOff(block, end) : 0
    if (this.#checksum !== 'ignore' && this.#refuses(block, end, lost)) return 0
    this.#life.segment(block, end, lost)
    return CONSUMED
  }

  #refuses(block: Block, end: number, lost: number): boolean {
    if (lost > 0) {
      this.checksumsUnknown++
      return false
    }
    const result = checkSegment(block.bytes, block.l3, block.l4, end)
    if (result === GOOD) return false
    if (result === BAD) this.checksumsBad++
    else if (result === OFFLOADED) this.checksumsOffloaded++
    else this.checksumsUnknown++
    return result === BAD || (result === OFFLOADED && this.#checksum === 'strict')
  }

  /** Lets the block in hand point to a reassembled datagram while its segment is looked at. */
  #within(block: Block, datagram: Datagram): Classifier {
    const { offset, length, kind, l3, l4, proto, ring, position } = block
    Object.assign(block, { ...datagram, bytes: block.bytes })
    const classifier = this.#segment(block, payloadEnd(block))
    Object.assign(block, { offset, length, kind, l3, l4, proto, ring, position })
    return classifier
  }

  counters(): Record<string, number> {
    const { malformed, checksumsBad, checksumsOffloaded, checksumsUnknown } = this
    return { malformed, checksumsBad, checksumsOffloaded, checksumsUnknown, ...this.#defragmenter.counters() }
  }

  free(): void {
    this.#defragmenter.free()
  }
}

/** Bytes of the IP packet that were on the wire but are not in the capture. */
const cutOff = (block: Block, end: number): number => {
  if (end !== block.offset + block.length) return 0
  const { bytes: b, l3, l4 } = block
  const four = b[l3]! >> 4 === 4
  const length = four ? (b[l3 + 2]! << 8) | b[l3 + 3]! : (b[l3 + 4]! << 8) | b[l3 + 5]!
  if (length === 0) return 0
  const payload = l4 + ((b[l4 + 12]! >> 4) << 2)
  const stated = four ? l3 + length : l3 + 40 + length
  return Math.max(0, stated - Math.max(end, payload))
}
