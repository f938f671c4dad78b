/** IPv6 headers that may stand before a fragment header: hop-by-hop, routing, destination options. */
const isUnfragmentable = (next: number): boolean => next === 0 || next === 43 || next === 60

/** As many of them are looked through. */
const MAX_EXTENSIONS = 32

/**
 * Where the fragmentation field of the packet at `l3` lies: byte 6 of an IPv4 header, or the IPv6 fragment header;
 * -1 when the packet is whole. An IPv6 fragment header on a whole packet (RFC 6946) is none.
 */
export const fragmentOf = (b: Uint8Array, l3: number, end: number): number => {
  if (b[l3]! >> 4 === 4) return ((b[l3 + 6]! & 0x3f) | b[l3 + 7]!) !== 0 ? l3 + 6 : -1
  let next = b[l3 + 6]!
  let at = l3 + 40
  for (let n = 0; n < MAX_EXTENSIONS && isUnfragmentable(next); n++) {
    if (at + 8 > end) return -1
    next = b[at]!
    at += (b[at + 1]! + 1) << 3
  }
  if (next !== 44 || at + 8 > end) return -1
  return (b[at + 2]! | (b[at + 3]! & 0xf9)) !== 0 ? at : -1
}
