import { B, H, W } from '../cbpf/opcodes.js'
import type { Direction, Qualifiers } from '../parser/ast.js'
import { equal, maskedEqual } from './compare.js'
import { all, and, any, type Condition } from './condition.js'
import { linkType } from './linktype.js'
import { refuseWlanDirection } from './mac.js'
import { ETHERTYPE } from './numbers.js'
import type { State } from './state.js'

/** A condition for both directions from one for each. @throws SL_FILTER for the 802.11 address qualifiers */
const directed = (s: State, dir: Direction, of: (dir: 'src' | 'dst') => Condition): Condition => {
  switch (dir) {
    case 'src':
    case 'dst':
      return of(dir)
    case 'and':
      return and(of('src'), of('dst'))
    case 'default':
    case 'or':
      return any(of('src'), of('dst'))
    default:
      return refuseWlanDirection(s, dir, (_, nouns) => `${nouns} for addresses other than 802.11 MAC addresses`)
  }
}

const inIp = (s: State, type: number, src: number, dst: number, address: number, mask: number, dir: Direction) =>
  directed(s, dir, (d) => and(linkType(s, type), maskedEqual(s, 'payload', d === 'src' ? src : dst, W, address, mask)))

/** DECnet routing headers, long or short, with no or one byte of padding (little endian fields). */
const decnetHost = (s: State, address: number, dir: Direction): Condition =>
  directed(s, dir, (d) => {
    const short = d === 'dst' ? 1 : 3
    const long = d === 'dst' ? 7 : 15
    const swapped = ((address & 0xff) << 8) | (address >> 8)
    const at = (offset: number) => equal(s, 'payload', offset, H, swapped)
    const type = linkType(s, ETHERTYPE.decnet)
    const paddedLong = and(maskedEqual(s, 'payload', 2, H, 0x8106, 0xff07), at(3 + long))
    const plainLong = and(maskedEqual(s, 'payload', 2, B, 0x06, 0x07), at(2 + long))
    const paddedShort = and(maskedEqual(s, 'payload', 2, H, 0x8102, 0xff07), at(3 + short))
    const plainShort = and(maskedEqual(s, 'payload', 2, B, 0x02, 0x07), at(2 + short))
    return and(type, any(plainShort, paddedShort, plainLong, paddedLong))
  })

/** Protocols for which host filtering could exist and doesn't. */
const missing: Record<string, string> = {
  atalk: 'AppleTalk',
  lat: 'LAT',
  sca: 'SCA',
  moprc: 'MOPRC',
  mopdl: 'MOPDL',
  aarp: 'AARP',
  iso: 'ISO',
  ipx: 'IPX',
}

/** `host` or `net` with an IPv4 address: in IPv4, and without a protocol also in ARP and RARP. @throws SL_FILTER */
export const host4 = (s: State, address: number, mask: number, { proto, dir, addr }: Qualifiers): Condition => {
  const noun = addr === 'net' ? 'net' : 'host'
  switch (proto) {
    case 'default': {
      const ip = host4(s, address, mask, { proto: 'ip', dir, addr })
      if (s.labelDepth > 0) return ip
      const arp = host4(s, address, mask, { proto: 'arp', dir, addr })
      return any(ip, arp, host4(s, address, mask, { proto: 'rarp', dir, addr }))
    }
    case 'link':
      return s.fail(`link-layer modifier applied to ${noun}`)
    case 'ip':
      return inIp(s, ETHERTYPE.ip, 12, 16, address, mask, dir)
    case 'arp':
      return inIp(s, ETHERTYPE.arp, 14, 24, address, mask, dir)
    case 'rarp':
      return inIp(s, ETHERTYPE.rarp, 14, 24, address, mask, dir)
    case 'decnet':
      return decnetHost(s, address, dir)
    case 'ip6':
      return s.fail("'ip6' modifier applied to ip host")
    default:
      if (missing[proto]) s.fail(`${missing[proto]} host filtering not implemented`)
      return s.fail(`'${proto}' modifier applied to ${noun}`, `leave '${proto}' out and add 'and ${proto}'`)
  }
}

/** `host` or `net` with an IPv6 address, as four words. @throws SL_FILTER */
export const host6 = (
  s: State,
  address: readonly number[],
  mask: readonly number[],
  { proto, dir, addr }: Qualifiers,
): Condition => {
  const noun = addr === 'net' ? 'net' : 'host'
  if (proto === 'link') s.fail(`link-layer modifier applied to ip6 ${noun}`)
  if (proto === 'atalk') s.fail(`AppleTalk modifier applied to ip6 ${noun}`)
  if (proto !== 'default' && proto !== 'ip6') s.fail(`'${proto}' modifier applied to ip6 ${noun}`)
  return directed(s, dir, (d) => {
    const at = d === 'src' ? 8 : 24
    const words = [0, 1, 2, 3].map((i) => maskedEqual(s, 'payload', at + 4 * i, W, address[i]!, mask[i]!))
    return all(linkType(s, ETHERTYPE.ip6), ...words)
  })
}
