const TCP = 6
const ROUTING = 43
/** Above this an IPv4 or IPv6 packet has not been on an Ethernet as it is: it was merged or not yet cut. */
const MTU = 1500

export const GOOD = 0
export const BAD = 1
/** Left to the network card of the host where it was captured. */
export const OFFLOADED = 2
/** The capture does not hold what is needed. */
export const UNKNOWN = 3

/**
 * The checksum of the TCP segment at `l4` of the packet at `l3`, whose last byte lies before `end`, all of it in `b`.
 *
 * A host that leaves checksums to its network card captures its own segments before they are summed: with zero, or
 * with the sum of the pseudo header alone, with or without the length. What it receives may have been merged from
 * several segments, of which the checksum of the first one is left.
 */
export const checkSegment = (b: Uint8Array, l3: number, l4: number, end: number): number => {
  const four = b[l3]! >> 4 === 4
  if (!four && l4 - l3 > 40 && hasRouting(b, l3, l4)) return UNKNOWN
  const length = end - l4
  const addresses = four ? sum(b, l3 + 12, l3 + 20) : sum(b, l3 + 8, l3 + 40)
  const pseudo = addresses + TCP
  if (fold(pseudo + (length & 0xffff) + (length >>> 16) + sum(b, l4, end)) === 0xffff) return GOOD
  const stored = (b[l4 + 16]! << 8) | b[l4 + 17]!
  const isPartial = stored === 0 || stored === fold(pseudo) || stored === fold(pseudo + length)
  const stated = four ? (b[l3 + 2]! << 8) | b[l3 + 3]! : (b[l3 + 4]! << 8) | b[l3 + 5]!
  return isPartial || stated === 0 || end - l3 > MTU ? OFFLOADED : BAD
}

/** Ones' complement, as a 16-bit number. */
const fold = (total: number): number => {
  while (total > 0xffff) total = (total % 0x10000) + Math.floor(total / 0x10000)
  return total
}

/** Sum of the 16-bit words of [from, to); an odd last byte counts as the high half of one. */
const sum = (b: Uint8Array, from: number, to: number): number => {
  let total = 0
  let at = from
  // Two words at a time; a packet has too few of them to leave the exact range of a number.
  for (; at + 4 <= to; at += 4) total += ((b[at]! + b[at + 2]!) << 8) + b[at + 1]! + b[at + 3]!
  for (; at + 2 <= to; at += 2) total += (b[at]! << 8) | b[at + 1]!
  return at < to ? total + (b[at]! << 8) : total
}

/** A routing header lets the pseudo header name another destination than the IP header. */
const hasRouting = (b: Uint8Array, l3: number, l4: number): boolean => {
  let next = b[l3 + 6]!
  for (let at = l3 + 40; at + 2 <= l4; ) {
    if (next === ROUTING) return true
    next = b[at]!
    at += (b[at + 1]! + 1) << 3
  }
  return false
}
