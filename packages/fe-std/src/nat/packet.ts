import { Delta, read16, write16 } from './checksum.js'

const TCP = 6
const UDP = 17
const DCCP = 33
const ICMP = 1
const ICMP6 = 58
const UDP_LITE = 136

/** Where things are in a packet, in the arena; `l4` is -1 for what has no transport header here. */
export interface View {
  l3: number
  l4: number
  proto: number
  /** Behind the last byte that may be looked at. */
  end: number
}

/** Protocols whose ports are translated, each with port numbers of its own. */
export const PROTOCOLS = 3

/** 0 TCP, 1 UDP, 2 ICMP queries; -1: no ports that could be translated. */
export const kindOf = ({ proto }: View): number =>
  proto === TCP ? 0 : proto === UDP ? 1 : proto === ICMP || proto === ICMP6 ? 2 : -1

export const isSix = (b: Uint8Array, { l3 }: View): boolean => b[l3]! >> 4 === 6
export const isTcp = ({ proto }: View): boolean => proto === TCP

/** Where the source or destination address is. */
export const addressAt = (b: Uint8Array, view: View, destination: boolean): number =>
  isSix(b, view) ? view.l3 + (destination ? 24 : 8) : view.l3 + (destination ? 16 : 12)

/** Where the port (of ICMP queries: the identifier) is, -1: nowhere. */
export const portAt = (b: Uint8Array, view: View, destination: boolean): number => {
  const { l4, end } = view
  const kind = kindOf(view)
  if (l4 < 0 || kind < 0) return -1
  if (kind < 2) return l4 + 4 <= end ? l4 + (destination ? 2 : 0) : -1
  return l4 + 8 <= end && isQuery(b, view) ? l4 + 4 : -1
}

/** Echo, timestamp, information and address mask, requests and replies. */
const isQuery = (b: Uint8Array, { l4, proto }: View): boolean => {
  const type = b[l4]!
  return proto === ICMP6 ? type === 128 || type === 129 : type === 0 || type === 8 || (type >= 13 && type <= 18)
}

/** An ICMP message with a packet in it that it complains about. */
export const isComplaint = (b: Uint8Array, { l4, end, proto }: View): boolean => {
  if ((proto !== ICMP && proto !== ICMP6) || l4 < 0 || l4 + 8 > end) return false
  const type = b[l4]!
  return proto === ICMP6 ? type >= 1 && type <= 4 : [3, 4, 5, 11, 12].includes(type)
}

/** Where the transport checksum is, -1: it has none, or it is not here. */
const checksumAt = ({ l4, proto, end }: View): number => {
  const at = proto === TCP ? 16 : proto === UDP || proto === UDP_LITE || proto === DCCP ? 6 : 2
  if (proto !== TCP && at === 2 && proto !== ICMP && proto !== ICMP6) return -1
  return l4 >= 0 && l4 + at + 2 <= end ? l4 + at : -1
}

const addressDelta = new Delta()
const transport = new Delta()

/**
 * Puts another address, and another port unless it is -1, into a packet and updates its checksums.
 * @param all gets every change, those of checksums included: for a checksum that covers the whole packet
 */
export const rewrite = (
  b: Uint8Array,
  view: View,
  destination: boolean,
  address: Uint8Array,
  port: number,
  all: Delta,
): void => {
  const at = addressAt(b, view, destination)
  addressDelta.clear()
  for (let i = 0; i < address.length; i += 2) write16(b, at + i, read16(address, i), addressDelta)
  all.add(addressDelta)
  if (address.length === 4) patch(b, view.l3 + 10, addressDelta, all)
  transport.clear()
  // The checksum of ICMP for IPv4 is the only one that does not cover the addresses.
  if (view.proto !== ICMP) transport.add(addressDelta)
  const place = port < 0 ? -1 : portAt(b, view, destination)
  if (place >= 0) {
    const before = read16(b, place)
    write16(b, place, port, transport)
    all.word(before, port)
  }
  const sum = checksumAt(view)
  if (sum < 0) return
  const udp = view.proto === UDP
  // A sender that computes none writes 0; a sum of 0 is written as its other form.
  if (udp && read16(b, sum) === 0) return
  patch(b, sum, transport, all, udp)
}

/** Applies a change to the checksum at `at`. */
export const patch = (b: Uint8Array, at: number, delta: Delta, all: Delta, udp = false): void => {
  const sum = delta.applied(read16(b, at))
  write16(b, at, udp && sum === 0 ? 0xffff : sum, all)
}
