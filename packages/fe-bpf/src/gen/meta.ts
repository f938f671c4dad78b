import { ALU, AND, B, H, JEQ, JGE, JGT, K, LD, LEN, OR, W } from '../cbpf/opcodes.js'
import { DLT, linkTypeName } from '../linktypes.js'
import { atLeast, equal, greater, less, maskedEqual } from './compare.js'
import { and, any, type Condition, not, statement, test } from './condition.js'
import { linkType } from './linktype.js'
import { linkBroadcast, linkMulticast } from './mac.js'
import { ETHERTYPE } from './numbers.js'
import { PF_DIRECTION } from './pf.js'
import { slipDirection } from './relation.js'
import { load, type State } from './state.js'

/** Where Linux's kernel shows what it knows of a live packet (SKF_AD_OFF). */
const ANCILLARY = 0xfffff000
const PACKET_TYPE = ANCILLARY + 4
const INTERFACE = ANCILLARY + 8
const PACKET_OUTGOING = 4

/** `broadcast` of the link layer or of IPv4. @throws SL_FILTER */
export const broadcast = (s: State, proto: string): Condition => {
  if (proto === 'default' || proto === 'link') return linkBroadcast(s)
  if (proto !== 'ip') s.fail('only link-layer/IP broadcast filters supported')
  const { netmask } = s.env
  if (netmask === undefined) return s.fail("netmask not known, so 'ip broadcast' not supported", 'give the netmask')
  const host = ~netmask >>> 0
  const type = linkType(s, ETHERTYPE.ip)
  const last = (value: number) => maskedEqual(s, 'payload', 16, W, value, host)
  return and(type, any(last(0), last(host)))
}

/** `multicast` of the link layer, IPv4 (224 and above) or IPv6 (ff00::/8). @throws SL_FILTER */
export const multicast = (s: State, proto: string): Condition => {
  if (proto === 'default' || proto === 'link') return linkMulticast(s)
  if (proto === 'ip') return and(linkType(s, ETHERTYPE.ip), atLeast(s, 'payload', 16, B, 224))
  if (proto === 'ip6') return and(linkType(s, ETHERTYPE.ip6), equal(s, 'payload', 24, B, 255))
  return s.fail(
    'link-layer multicast filters supported only on ethernet/FDDI/token ring/ARCNET/802.11/ATM LANE/Fibre Channel',
  )
}

/** `less n` (at most n) and `greater n` (at least n), of the length on the wire. */
export const lengthTest = (which: 'less' | 'greater', value: number): Condition => {
  const code = [statement(LD | LEN)]
  return which === 'greater' ? test(code, JGE | K, value) : not(test(code, JGT | K, value))
}

/** `byte at op value`, counted from the link-layer header. */
export const byteTest = (s: State, at: number, op: string, value: number): Condition => {
  if (op === '=') return equal(s, 'link', at, B, value)
  if (op === '<') return less(s, 'link', at, B, value)
  if (op === '>') return greater(s, 'link', at, B, value)
  // libpcap 1.10.3 forgets to load the byte.
  const byte = load(s, 'link', at, B)
  return not(test([...byte, statement(ALU | (op === '|' ? OR : AND) | K, value)], JEQ | K, 0))
}

/** `inbound` and `outbound`. @throws SL_FILTER where the packet doesn't tell */
export const direction = (s: State, outbound: boolean): Condition => {
  const name = linkTypeName(s.linktype) ?? ''
  const turned = (out: Condition) => (outbound ? out : not(out))
  if (name === 'SLIP') return slipDirection(s, outbound)
  if (name === 'IPNET') return equal(s, 'link', 2, H, outbound ? 1 : 2)
  if (name === 'LINUX_SLL') return turned(equal(s, 'link', 0, H, PACKET_OUTGOING))
  if (name === 'LINUX_SLL2') return turned(equal(s, 'link', 10, B, PACKET_OUTGOING))
  if (name === 'PFLOG') return equal(s, 'link', PF_DIRECTION, B, outbound ? 2 : 1)
  if (name === 'DSA_TAG_DSA') return maskedEqual(s, 'link', 12, B, outbound ? 0x40 : 0, outbound ? 0xc0 : 0x40)
  if (name === 'DSA_TAG_BRCM') return maskedEqual(s, 'link', 12, B, outbound ? 0x20 : 0, 0xe0)
  if (name === 'PPP_PPPD') return equal(s, 'link', 0, B, outbound ? 1 : 0)
  if (name.startsWith('JUNIPER_') && name !== 'JUNIPER_PIC_PEER')
    return maskedEqual(s, 'link', 3, B, outbound ? 0 : 1, 1)
  if (s.env.savefile) s.fail(`inbound/outbound not supported on ${s.description} when reading savefiles`)
  return turned(equal(s, 'link', PACKET_TYPE, H, PACKET_OUTGOING))
}

/** `ifindex n`. @throws SL_FILTER where the packet doesn't tell */
export const interfaceIndex = (s: State, value: number): Condition => {
  if (s.linktype === DLT['LINUX_SLL2']) return equal(s, 'link', 4, W, value)
  if (s.env.savefile) s.fail(`ifindex not supported on ${s.description} when reading savefiles`)
  return equal(s, 'link', INTERFACE, W, value)
}
