import { linkTypeName } from '../linktypes.js'
import { parseIp4, parseMac, shiftLeft } from '../names/address4.js'
import { parseIp6 } from '../names/address6.js'
import { lookUp } from '../names/resolver.js'
import type { Id, Qualifiers } from '../parser/ast.js'
import { any, type Condition } from './condition.js'
import { gateway, stationAddress } from './gateway.js'
import { host4, host6 } from './host.js'
import { arcnetHost, macHost } from './mac.js'
import { namedPort, numberedPort } from './port-id.js'
import { protocolNumber } from './proto.js'
import { namedProtocol } from './proto-id.js'
import { protocolChain } from './protochain.js'
import { NOT_SET, type State } from './state.js'

const ALL_ONES = [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff]

/** `10` as a network is 10.0.0.0/8: left justified, its mask covering what is given. */
const classful = (value: number): [address: number, mask: number] => {
  let address = value
  let mask = 0xffffffff
  while (address !== 0 && address >>> 24 === 0) {
    address = shiftLeft(address, 8)
    mask = shiftLeft(mask, 8)
  }
  return [address, mask]
}

const decnetAddress = (text: string): number | undefined => {
  const m = /^(\d{1,2})\.(\d{1,4})$/.exec(text)
  return m ? ((Number(m[1]) << 10) & 0xfc00) | (Number(m[2]) & 0x03ff) : undefined
}

const wantsNoAddress = new Set<string>(['port', 'portrange', 'proto', 'protochain'])

const number = (s: State, value: number, q: Qualifiers): Condition => {
  switch (q.addr) {
    case 'port':
    case 'portrange':
      return numberedPort(s, value, q)
    case 'proto':
      if (q.dir !== 'default') s.fail("direction applied to 'proto'")
      return protocolNumber(s, value, q.proto)
    case 'protochain':
      return protocolChain(s, value, q.proto)
    case 'gateway':
      return s.fail("'gateway' requires a name")
    default: {
      if (q.proto === 'link') s.fail('illegal link layer address')
      const [address, mask] = q.addr === 'net' && q.proto !== 'decnet' ? classful(value) : [value, 0xffffffff]
      return host4(s, address, mask, q)
    }
  }
}

const ip4 = (s: State, id: Id & { kind: 'ip' }, q: Qualifiers): Condition => {
  const masked = id.mask !== undefined || id.bits !== undefined
  if (!masked && wantsNoAddress.has(q.addr)) s.fail(`'${q.addr}' modifier applied to ip host`)
  if (!masked && q.proto === 'decnet') {
    const address = decnetAddress(id.text)
    return address === undefined ? s.fail(`malformed decnet address '${id.text}'`) : host4(s, address, 0, q)
  }
  const parsed = parseIp4(id.text)
  if (!parsed) return s.fail(`invalid IPv4 address '${id.text}'`)
  const address = shiftLeft(parsed.value, 32 - parsed.bits)
  if (!masked) {
    if (q.addr === 'gateway') s.fail("'gateway' requires a name")
    if (q.proto === 'link') s.fail('illegal link layer address')
    return host4(s, address, shiftLeft(0xffffffff, 32 - parsed.bits), q)
  }
  let mask: number
  if (id.mask !== undefined) {
    const m = parseIp4(id.mask)
    if (!m) return s.fail(`invalid IPv4 address '${id.mask}'`)
    mask = shiftLeft(m.value, 32 - m.bits)
  } else {
    if (id.bits! > 32) s.fail('mask length must be <= 32')
    mask = shiftLeft(0xffffffff, 32 - id.bits!)
  }
  if ((address & ~mask) !== 0) {
    const shown = id.mask !== undefined ? `${id.text} mask ${id.mask}` : `${id.text}/${id.bits}`
    s.fail(`non-network bits set in "${shown}"`, 'clear the bits that the mask does not cover')
  }
  if (q.addr !== 'net') s.fail('Mask syntax for networks only', "say 'net' instead of 'host'")
  return host4(s, address, mask, q)
}

/** The mask of a prefix of 0..128 bits. */
const prefixMask = (bits: number): number[] =>
  [0, 32, 64, 96].map((at) => shiftLeft(0xffffffff, 32 - Math.min(32, Math.max(0, bits - at))))

const ip6 = (s: State, id: Id & { kind: 'ip6' }, q: Qualifiers): Condition => {
  const address = parseIp6(id.text)
  if (!address) return s.fail(`bogus IPv6 address ${id.text}`)
  const bits = id.bits ?? 128
  if (bits > 128) s.fail('mask length must be <= 128')
  const mask = prefixMask(bits)
  if (address.some((word, i) => (word & ~mask[i]!) !== 0)) {
    s.fail(`non-network bits set in "${id.text}/${bits}"`, 'clear the bits that the prefix does not cover')
  }
  if (q.addr === 'gateway' || wantsNoAddress.has(q.addr)) s.fail('invalid qualifier against IPv6 address')
  if (q.addr !== 'net' && bits !== 128) s.fail('Mask syntax for networks only', "say 'net' instead of 'host'")
  return host6(s, address, mask, q)
}

const namedHost = (s: State, name: string, q: Qualifiers): Condition => {
  if (q.proto === 'link') return macHost(s, stationAddress(s, name), q.dir)
  if (q.proto === 'decnet') {
    const address = decnetAddress(name)
    return address === undefined
      ? s.fail(`decnet name support not included, '${name}' cannot be translated`)
      : host4(s, address, 0, q)
  }
  const addresses = lookUp(s.env.names?.hosts, name)
  if (!addresses) return s.fail(`unknown host '${name}'`, 'names are not looked up; give the address itself')
  // Where nothing tells ARP from IP, only IP is meant.
  const only = s.linkType.constant === NOT_SET && q.proto === 'default'
  const list: Condition[] = []
  for (const text of addresses) {
    const words = text.includes(':') ? parseIp6(text) : undefined
    const v4 = parseIp4(text)
    const proto = only ? (words ? 'ip6' : 'ip') : q.proto
    if (words && proto !== 'ip') list.push(host6(s, words, ALL_ONES, { ...q, proto }))
    else if (!words && v4 && proto !== 'ip6') list.push(host4(s, v4.value, 0xffffffff, { ...q, proto }))
  }
  if (list.length === 0) s.fail(`unknown host '${name}'${q.proto === 'default' ? '' : ' for specified address family'}`)
  return list.length === 1 ? list[0]! : any(...list)
}

const name = (s: State, text: string, q: Qualifiers): Condition => {
  switch (q.addr) {
    case 'net': {
      const network = lookUp(s.env.names?.networks, text)
      const parsed = network === undefined ? undefined : parseIp4(network)
      if (!parsed) return s.fail(`unknown network '${text}'`, 'names are not looked up; give the network itself')
      // The mask is by what the file gives, as for a number: 10.20 is a /16, 10.20.0.0 one address.
      const [address, mask] = classful(parsed.value)
      return host4(s, address, mask, q)
    }
    case 'port':
    case 'portrange':
      return namedPort(s, text, q)
    case 'gateway':
      return gateway(s, text, q)
    case 'proto': {
      const value = namedProtocol(s, text, q.proto)
      if (q.dir !== 'default') s.fail("direction applied to 'proto'")
      return protocolNumber(s, value, q.proto)
    }
    case 'protochain':
      return protocolChain(s, namedProtocol(s, text, q.proto), q.proto)
    default:
      return namedHost(s, text, q)
  }
}

/** An id with the qualifiers that apply to it. @throws SL_FILTER */
export const id = (s: State, what: Id, q: Qualifiers | undefined): Condition => {
  if (!q) return s.fail('syntax error in filter expression', "say what it is, e.g. 'host 10.0.0.1' or 'port 80'")
  switch (what.kind) {
    case 'num':
      return number(s, what.value, q)
    case 'name':
      return name(s, what.text, q)
    case 'ip':
      return ip4(s, what, q)
    case 'ip6':
      return ip6(s, what, q)
    case 'mac':
      if (q.proto !== 'link' || (q.addr !== 'host' && q.addr !== 'default')) {
        s.fail('ethernet address used in non-ether expression', "say 'ether host …'")
      }
      return macHost(s, parseMac(what.text), q.dir)
    case 'arcnet': {
      const link = linkTypeName(s.linktype) ?? ''
      if (link.startsWith('ARCNET') && (q.proto !== 'link' || (q.addr !== 'host' && q.addr !== 'default'))) {
        s.fail('ARCnet address used in non-arc expression')
      }
      return arcnetHost(s, Number.parseInt(what.text, 16), q.dir)
    }
  }
}
