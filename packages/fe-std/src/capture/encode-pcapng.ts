import { announced, type Encoder, wireLengthOf } from './encode.js'
import { linktypeOf } from './link.js'
import { SHB } from './pcapng.js'

const SECTION = 28
const INTERFACE = 32
const PACKET = 32
const GIGA = 1_000_000_000
const TWO16 = 65536
const TWO32 = 2 ** 32

const put32 = (b: Uint8Array, at: number, value: number): void => {
  b[at] = value
  b[at + 1] = value >>> 8
  b[at + 2] = value >>> 16
  b[at + 3] = value >>> 24
}

const describe = (view: DataView, at: number, kind: number, snaplen: number): void => {
  view.setUint32(at, 1, true)
  view.setUint32(at + 4, INTERFACE, true)
  view.setUint16(at + 8, linktypeOf(kind), true)
  view.setUint32(at + 12, announced(kind, snaplen), true)
  // if_tsresol = 10^-9, then opt_endofopt
  view.setUint16(at + 16, 9, true)
  view.setUint16(at + 18, 1, true)
  view.setUint8(at + 20, 9)
  view.setUint32(at + 28, INTERFACE, true)
}

/** pcapng, little endian, nanoseconds; one interface per link type. */
export const createPcapngEncoder = (snaplen: number): Encoder => {
  const interfaces = new Map<number, number>()
  const add = (kind: number): void => {
    interfaces.set(kind, interfaces.size)
  }
  return {
    head(kind) {
      add(kind)
      const head = new Uint8Array(SECTION + INTERFACE)
      const view = new DataView(head.buffer)
      view.setUint32(0, SHB, true)
      view.setUint32(4, SECTION, true)
      view.setUint32(8, 0x1a2b3c4d, true)
      view.setUint16(12, 1, true)
      // Length of the section: unknown.
      view.setBigInt64(16, -1n, true)
      view.setUint32(24, SECTION, true)
      describe(view, SECTION, kind, snaplen)
      return head
    },
    another(kind) {
      if (interfaces.has(kind)) return new Uint8Array(0)
      add(kind)
      const block = new Uint8Array(INTERFACE)
      describe(new DataView(block.buffer), 0, kind, snaplen)
      return block
    },
    size: (_block, captured) => PACKET + ((captured + 3) & ~3),
    put(into, at, block, kind, captured) {
      const size = PACKET + ((captured + 3) & ~3)
      // seconds·10^9 + nanoseconds in 64 bits, by 16-bit digits: every step stays below 2^53
      const upper = Math.floor(block.seconds / TWO16)
      const lower = block.seconds - upper * TWO16
      const scaled = upper * GIGA
      let high = Math.floor(scaled / TWO16)
      const low = (scaled - high * TWO16) * TWO16 + lower * GIGA + block.nanoseconds
      const carry = Math.floor(low / TWO32)
      high += carry
      put32(into, at, 6)
      put32(into, at + 4, size)
      put32(into, at + 8, interfaces.get(kind) ?? 0)
      put32(into, at + 12, high)
      put32(into, at + 16, low - carry * TWO32)
      put32(into, at + 20, captured)
      put32(into, at + 24, wireLengthOf(block))
      into.set(block.bytes.subarray(block.offset, block.offset + captured), at + 28)
      // The buffer is used again and again: the padding must not show what was there before.
      for (let i = at + 28 + captured; i < at + size - 4; i++) into[i] = 0
      put32(into, at + size - 4, size)
    },
    whole(bytes, length) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, length)
      let at = 0
      while (at + 8 <= length && at + view.getUint32(at + 4, true) <= length) at += view.getUint32(at + 4, true)
      return at
    },
  }
}
