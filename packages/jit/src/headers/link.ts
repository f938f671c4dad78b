import { KIND } from '@netstreamline/core'
import { fromCiscoHdlc, fromEtherType, fromLlc, fromNlpid, fromPpp, fromVersion } from './ethertype.js'
import { from80211, fromPpi, fromRadiotap } from './wireless.js'

/**
 * Where in `b` the IPv4 or IPv6 header of a packet starts whose link header starts at `at`; -1 when it has none or
 * when it lies beyond `end`. `kind` is the link type by its DLT or LINKTYPE number, or {@link KIND}.ip.
 */
export const findNetwork = (b: Uint8Array, kind: number, at: number, end: number): number => {
  switch (kind) {
    case 1: // EN10MB
      return at + 14 <= end ? fromEtherType(b, (b[at + 12]! << 8) | b[at + 13]!, at + 14, end) : -1
    case KIND.ip:
    case 12: // RAW on most systems
    case 14: // RAW on OpenBSD
    case 101: // RAW in files
    case 228: // IPV4
    case 229: // IPV6
      return fromVersion(b, at, end)
    case 0: // NULL
    case 108: // LOOP
      return fromNull(b, at, end)
    case 113: // LINUX_SLL
      return at + 16 <= end ? fromCooked(b, (b[at + 14]! << 8) | b[at + 15]!, at + 16, end) : -1
    case 276: // LINUX_SLL2
      return at + 20 <= end ? fromCooked(b, (b[at]! << 8) | b[at + 1]!, at + 20, end) : -1
    case 9: // PPP
      return fromPpp(b, at, end)
    case 50: // PPP_SERIAL: PPP or Cisco HDLC, told apart by the address
      return at < end && (b[at] === 0x0f || b[at] === 0x8f) ? fromCiscoHdlc(b, at, end) : fromPpp(b, at, end)
    case 51: // PPP_ETHER: a PPPoE header
      return fromEtherType(b, 0x8864, at, end)
    case 166: // PPP_PPPD: a direction octet in place of the address
      return fromPpp(b, at + 2, end)
    case 104: // C_HDLC
      return fromCiscoHdlc(b, at, end)
    case 107: // FRELAY
      return fromFrameRelay(b, at, end)
    case 6: // IEEE802 (token ring), without source routes
      return at + 14 <= end && (b[at + 8]! & 0x80) === 0 ? fromLlc(b, at + 14, end) : -1
    case 10: // FDDI
      return at + 13 <= end && (b[at]! & 0xf0) === 0x50 ? fromLlc(b, at + 13, end) : -1
    case 100: // ATM_RFC1483 with LLC
      return fromLlc(b, at, end)
    case 105: // IEEE802_11
      return from80211(b, at, end)
    case 127: // IEEE802_11_RADIO
      return fromRadiotap(b, at, end)
    case 192: // PPI
      return fromPpi(b, at, end)
    case 7: // ARCNET_BSD: source, destination, type
      return fromArcnet(b, at + 2, end)
    case 129: // ARCNET_LINUX: source, destination, offset, type
      return fromArcnet(b, at + 4, end)
    case 239: // NFLOG
      return fromNflog(b, at, end)
    case 258: // PKTAP
      return fromPktap(b, at, end)
    case 109: // ENC
      return fromVersion(b, at + 12, end)
    default:
      return -1
  }
}

/**
 * BSD loopback: an address family of four bytes in the byte order of whoever captured (NULL) or the network's (LOOP).
 * Families are small, so the order shows. AF_INET is 2 everywhere, AF_INET6 differs from system to system.
 */
const fromNull = (b: Uint8Array, at: number, end: number): number => {
  if (at + 4 > end) return -1
  const family = b[at] === 0 && b[at + 1] === 0 ? (b[at + 2]! << 8) | b[at + 3]! : b[at]! | (b[at + 1]! << 8)
  switch (family) {
    case 2:
    case 10: // Linux
    case 24: // NetBSD, OpenBSD
    case 28: // FreeBSD
    case 30: // Darwin
      return fromVersion(b, at + 4, end)
    default:
      return -1
  }
}

/** Linux cooked: an EtherType, or one of Linux's own protocol numbers below 1536. */
const fromCooked = (b: Uint8Array, type: number, at: number, end: number): number => {
  if (type === 4) return fromLlc(b, at, end)
  return type < 0x600 ? -1 : fromEtherType(b, type, at, end)
}

/** Frame relay: an address of two to four octets (the last has bit 0 set), control 3, then who comes next. */
const fromFrameRelay = (b: Uint8Array, at: number, end: number): number => {
  let octets = 1
  while (octets <= 4 && at + octets <= end && (b[at + octets - 1]! & 1) === 0) octets++
  if (octets < 2 || octets > 4 || at + octets + 2 > end) return -1
  // Cisco's own encapsulation puts an EtherType where the control octet would be.
  if (b[at + octets] !== 3) {
    return fromEtherType(b, (b[at + octets]! << 8) | b[at + octets + 1]! || 0xffff, at + octets + 2, end)
  }
  const next = at + octets + 1
  return fromNlpid(b, b[next] === 0 ? next + 1 : next, end)
}

/** ARCNET from its type on: RFC 1201 with a fragmentation header of three octets, RFC 1051 without. */
const fromArcnet = (b: Uint8Array, at: number, end: number): number => {
  if (at + 2 > end) return -1
  if (b[at] === 0xf0) return fromVersion(b, at + 1, end)
  return b[at] === 0xd4 && b[at + 1] === 0 ? fromVersion(b, at + 4, end) : -1
}

/** Netfilter's log: family, version, resource, then attributes in the order of the host that captured; 9 is the packet. */
const fromNflog = (b: Uint8Array, at: number, end: number): number => {
  // Attributes are at least four bytes long, so the loop ends.
  for (let next = at + 4; next + 4 <= end; ) {
    const little = b[next + 1]! < b[next]! || b[next + 3] === 0
    const length = little ? b[next]! | (b[next + 1]! << 8) : (b[next]! << 8) | b[next + 1]!
    const type = little ? b[next + 2]! | (b[next + 3]! << 8) : (b[next + 2]! << 8) | b[next + 3]!
    if (length < 4) return -1
    if ((type & 0x7fff) === 9) return fromVersion(b, next + 4, end)
    next += (length + 3) & ~3
  }
  return -1
}

/** Apple's PKTAP: its own length and the link type of what follows, little endian. */
const fromPktap = (b: Uint8Array, at: number, end: number): number => {
  if (at + 12 > end || b[at + 2] !== 0 || b[at + 3] !== 0 || b[at + 10] !== 0 || b[at + 11] !== 0) return -1
  const length = b[at]! | (b[at + 1]! << 8)
  const dlt = b[at + 8]! | (b[at + 9]! << 8)
  return length < 12 || dlt === 258 ? -1 : findNetwork(b, dlt, at + length, end)
}
