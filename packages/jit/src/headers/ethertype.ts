/**
 * From an EtherType, an LLC header or a PPP protocol to the network header. Each function takes the place `at` where
 * that layer's payload starts and `end`, the first byte beyond the captured data, and returns where the IPv4 or IPv6
 * header starts, or -1. Tags and shims nest; their number is bounded so that crafted packets end.
 */
const MAX_SHIMS = 16

const IPV4 = 0x0800
const IPV6 = 0x86dd

export const fromEtherType = (b: Uint8Array, type: number, at: number, end: number): number => {
  for (let shims = 0; shims < MAX_SHIMS; shims++) {
    switch (type) {
      case IPV4:
      case IPV6:
        return at
      case 0x8100: // 802.1Q
      case 0x88a8: // 802.1ad
      case 0x9100: // QinQ before 802.1ad
      case 0x9200:
        if (at + 4 > end) return -1
        type = (b[at + 2]! << 8) | b[at + 3]!
        at += 4
        break
      case 0x8847: // MPLS unicast
      case 0x8848: // MPLS with upstream-assigned labels
        return fromMpls(b, at, end)
      case 0x8864: // PPPoE session (RFC 2516): version 1 type 1, code 0
        return at + 6 <= end && b[at] === 0x11 && b[at + 1] === 0 ? fromPpp(b, at + 6, end) : -1
      case 0x880b:
        return fromPpp(b, at, end)
      default:
        // A length, not a type: 802.3 with LLC.
        return type <= 1500 ? fromLlc(b, at, end) : -1
    }
  }
  return -1
}

/** MPLS (RFC 3032) does not say what it carries; like everybody we look at the version nibble. */
export const fromMpls = (b: Uint8Array, at: number, end: number): number => {
  for (let labels = 0; labels < MAX_SHIMS; labels++) {
    if (at + 4 > end) return -1
    const bottom = (b[at + 2]! & 1) !== 0
    at += 4
    if (bottom) return fromVersion(b, at, end)
  }
  return -1
}

/** An IP packet without anything before it. */
export const fromVersion = (b: Uint8Array, at: number, end: number): number => {
  if (at < 0 || at >= end) return -1
  const version = b[at]! >> 4
  return version === 4 || version === 6 ? at : -1
}

/** LLC (802.2), with SNAP (RFC 1042) or directly. */
export const fromLlc = (b: Uint8Array, at: number, end: number): number => {
  if (at + 3 > end) return -1
  const dsap = b[at]!
  const ssap = b[at + 1]!
  const control = b[at + 2]!
  if (control !== 3) return -1
  if (dsap === 0xaa && ssap === 0xaa) {
    if (at + 8 > end) return -1
    const oui = (b[at + 3]! << 16) | (b[at + 4]! << 8) | b[at + 5]!
    // 0x0000f8: bridge tunnels, whose payload is an EtherType as well.
    return oui === 0 || oui === 0xf8 ? fromEtherType(b, (b[at + 6]! << 8) | b[at + 7]!, at + 8, end) : -1
  }
  if (dsap === 0x06 && ssap === 0x06) return fromVersion(b, at + 3, end)
  if (dsap === 0xfe && ssap === 0xfe && at + 3 < end) return fromNlpid(b, at + 3, end)
  return -1
}

/** A network layer protocol identifier (ISO 9577) as frame relay uses it (RFC 2427). */
export const fromNlpid = (b: Uint8Array, at: number, end: number): number => {
  if (at >= end) return -1
  switch (b[at]) {
    case 0xcc: // IPv4
    case 0x8e: // IPv6
      return fromVersion(b, at + 1, end)
    case 0x80: {
      // SNAP, after an optional octet of padding.
      if (at + 6 > end) return -1
      const oui = (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!
      return oui === 0 ? fromEtherType(b, (b[at + 4]! << 8) | b[at + 5]!, at + 6, end) : -1
    }
    case 0xcf: // PPP in frame relay (RFC 1973)
      return fromPpp(b, at + 1, end)
    default:
      return -1
  }
}

/** A PPP protocol field (RFC 1661), one or two octets, with or without the address and control octets ff 03 before. */
export const fromPpp = (b: Uint8Array, at: number, end: number): number => {
  if (at + 2 <= end && b[at] === 0xff && b[at + 1] === 0x03) at += 2
  if (at >= end) return -1
  let protocol = b[at]!
  if ((protocol & 1) !== 0) at += 1
  else {
    if (at + 2 > end) return -1
    protocol = (protocol << 8) | b[at + 1]!
    at += 2
  }
  if (protocol === 0x21 || protocol === 0x57) return fromVersion(b, at, end)
  return protocol === 0x281 || protocol === 0x283 ? fromMpls(b, at, end) : -1
}

/** Cisco HDLC: address, control, EtherType. */
export const fromCiscoHdlc = (b: Uint8Array, at: number, end: number): number =>
  at + 4 <= end ? fromEtherType(b, (b[at + 2]! << 8) | b[at + 3]!, at + 4, end) : -1
