import { findNetwork } from './link.js'
import type { Packet } from './packet.js'

/** IPv6 allows any number of extension headers; more than this in one packet is an attack. */
const MAX_EXTENSIONS = 32

const HOP_BY_HOP = 0
const ROUTING = 43
const FRAGMENT = 44
const AH = 51
const NO_NEXT = 59
const DESTINATION = 60

/**
 * Finds the network header of the packet in the window and, behind IPv4 options and IPv6 extension headers, its
 * transport protocol: sets `l3`, `l4` and `proto`. True when there is an IPv4 or IPv6 header of sane form.
 *
 * `proto` is -1 when the chain of headers does not end inside the window; `l4` is -1 then, and for all fragments
 * but the first. What an FE before has already found is believed.
 */
export const locate = (block: Packet): boolean => {
  if (block.l4 >= 0 && block.l3 >= 0) return true
  const b = block.bytes
  const end = block.offset + block.length
  const l3 = findNetwork(b, block.kind, block.offset, end)
  block.l3 = -1
  block.l4 = -1
  block.proto = -1
  if (l3 < 0 || l3 >= end) return false
  return b[l3]! >> 4 === 4 ? locate4(block, b, l3, end) : locate6(block, b, l3, end)
}

const locate4 = (block: Packet, b: Uint8Array, l3: number, end: number): boolean => {
  if (l3 + 20 > end) return false
  const header = (b[l3]! & 15) << 2
  const total = (b[l3 + 2]! << 8) | b[l3 + 3]!
  // Zero is what segmentation offload leaves; anything else below the header's own length is nonsense.
  if (header < 20 || l3 + header > end || (total !== 0 && total < header)) return false
  block.l3 = l3
  block.proto = b[l3 + 9]!
  // Only the first fragment has the transport header.
  if ((((b[l3 + 6]! & 0x1f) << 8) | b[l3 + 7]!) !== 0) return true
  return block.proto === AH ? walk(block, b, AH, l3 + header, end) : settle(block, block.proto, l3 + header, end)
}

const locate6 = (block: Packet, b: Uint8Array, l3: number, end: number): boolean => {
  if (b[l3]! >> 4 !== 6 || l3 + 40 > end) return false
  block.l3 = l3
  return walk(block, b, b[l3 + 6]!, l3 + 40, end)
}

const settle = (block: Packet, proto: number, at: number, end: number): true => {
  block.proto = proto
  block.l4 = at <= end && proto !== NO_NEXT ? at : -1
  return true
}

const walk = (block: Packet, b: Uint8Array, next: number, at: number, end: number): true => {
  for (let n = 0; n < MAX_EXTENSIONS; n++) {
    switch (next) {
      case HOP_BY_HOP:
      case ROUTING:
      case DESTINATION: {
        if (at + 8 > end) return true
        next = b[at]!
        at += (b[at + 1]! + 1) << 3
        break
      }
      case AH: {
        if (at + 8 > end) return true
        next = b[at]!
        at += (b[at + 1]! + 2) << 2
        break
      }
      case FRAGMENT: {
        if (at + 8 > end) return true
        next = b[at]!
        if (((b[at + 2]! << 8) | (b[at + 3]! & 0xf8)) !== 0) {
          block.proto = next
          return true
        }
        at += 8
        break
      }
      default:
        return settle(block, next, at, end)
    }
  }
  return true
}

/**
 * The first byte of the arena beyond the IP packet: what its length field says, never beyond the captured end of the
 * window. Link padding lies after it. A length of zero (segmentation offload, RFC 2675 jumbograms) means all of the
 * window. `block.l3` must be known.
 */
export const payloadEnd = (block: Packet): number => {
  const b = block.bytes
  const l3 = block.l3
  const captured = block.offset + block.length
  const end = b[l3]! >> 4 === 4 ? end4(b, l3) : end6(b, l3)
  return end < captured && end > 0 ? end : captured
}

const end4 = (b: Uint8Array, l3: number): number => {
  const total = (b[l3 + 2]! << 8) | b[l3 + 3]!
  return total === 0 ? 0 : l3 + total
}

const end6 = (b: Uint8Array, l3: number): number => {
  const length = (b[l3 + 4]! << 8) | b[l3 + 5]!
  return length === 0 && b[l3 + 6] !== NO_NEXT ? 0 : l3 + 40 + length
}
