import { B, H } from '../cbpf/opcodes.js'
import { DLT } from '../linktypes.js'
import { equal } from './compare.js'
import { and, any, type Condition } from './condition.js'
import { linkType } from './linktype.js'
import { ETHERTYPE, IP_PROTO, LLC_SAP, NLPID } from './numbers.js'
import type { State } from './state.js'

/** PDU types of IS-IS. */
const PDU = { l1Iih: 15, l2Iih: 16, ptpIih: 17, l1Lsp: 18, l2Lsp: 20, l1Csnp: 24, l2Csnp: 25, l1Psnp: 26, l2Psnp: 27 }

/** IS-IS abbreviations, by the PDU types in the order in which they are tested. */
const isisTypes: Record<string, readonly number[]> = {
  l1: [PDU.l1Psnp, PDU.l1Csnp, PDU.l1Lsp, PDU.l1Iih, PDU.ptpIih],
  l2: [PDU.l2Psnp, PDU.l2Csnp, PDU.l2Lsp, PDU.l2Iih, PDU.ptpIih],
  iih: [PDU.ptpIih, PDU.l1Iih, PDU.l2Iih],
  lsp: [PDU.l1Lsp, PDU.l2Lsp],
  snp: [PDU.l2Psnp, PDU.l1Psnp, PDU.l1Csnp, PDU.l2Csnp],
  csnp: [PDU.l1Csnp, PDU.l2Csnp],
  psnp: [PDU.l1Psnp, PDU.l2Psnp],
}

/** Protocols told by the link-layer type. */
const linkTypes: Record<string, number> = {
  ip: ETHERTYPE.ip,
  ip6: ETHERTYPE.ip6,
  arp: ETHERTYPE.arp,
  rarp: ETHERTYPE.rarp,
  atalk: ETHERTYPE.atalk,
  aarp: ETHERTYPE.aarp,
  decnet: ETHERTYPE.decnet,
  sca: ETHERTYPE.sca,
  lat: ETHERTYPE.lat,
  mopdl: ETHERTYPE.mopdl,
  moprc: ETHERTYPE.moprc,
  iso: LLC_SAP.iso,
  stp: LLC_SAP.stp,
  ipx: LLC_SAP.ipx,
  netbeui: LLC_SAP.netbeui,
}

/** Protocols of IPv4 only, and of both versions. */
const ip4Only: Record<string, number> = {
  icmp: IP_PROTO.icmp,
  igmp: IP_PROTO.igmp,
  igrp: IP_PROTO.igrp,
  vrrp: IP_PROTO.vrrp,
  carp: IP_PROTO.carp,
}
const bothVersions: Record<string, number> = {
  tcp: IP_PROTO.tcp,
  udp: IP_PROTO.udp,
  sctp: IP_PROTO.sctp,
  pim: IP_PROTO.pim,
  ah: IP_PROTO.ah,
  esp: IP_PROTO.esp,
}

/** A protocol's name alone: `tcp`, `arp`, `isis` … @throws SL_FILTER */
export const protocol = (s: State, name: string): Condition => {
  if (linkTypes[name] !== undefined) return linkType(s, linkTypes[name])
  if (ip4Only[name] !== undefined) return protocolNumber(s, ip4Only[name], 'ip')
  if (bothVersions[name] !== undefined) return protocolNumber(s, bothVersions[name], 'default')
  if (isisTypes[name]) return any(...isisTypes[name].map((pdu) => protocolNumber(s, pdu, 'isis')))
  if (name === 'icmp6') return protocolNumber(s, IP_PROTO.icmp6, 'ip6')
  if (name === 'esis' || name === 'isis' || name === 'clnp') return protocolNumber(s, NLPID[name], 'iso')
  if (name === 'link')
    s.fail('link layer applied in wrong context', "say what of it, e.g. 'ether host …' or 'ether proto …'")
  return s.fail(`'${name}' is not a valid protocol type`)
}

/** Why `… proto` makes no sense, for protocols with words of their own. */
const bogus: Record<string, string> = {
  arp: 'arp does not encapsulate another protocol',
  rarp: 'rarp does not encapsulate another protocol',
  atalk: 'AppleTalk encapsulation is not specifiable',
  decnet: 'DECNET encapsulation is not specifiable',
  lat: 'LAT does not encapsulate another protocol',
  sca: 'SCA does not encapsulate another protocol',
  moprc: 'MOPRC does not encapsulate another protocol',
  mopdl: 'MOPDL does not encapsulate another protocol',
  clnp: "'clnp proto' is not supported",
}

const isoProtocol = (s: State, nlpid: number): Condition => {
  if (s.linktype === DLT['FRELAY']) return equal(s, 'link', 2, H, 0x0300 | nlpid)
  // Cisco HDLC puts a byte before the OSI header.
  const cisco = s.linktype === DLT['C_HDLC']
  return and(linkType(s, cisco ? 0xfefe : LLC_SAP.iso), equal(s, 'payload-no-snap', cisco ? 1 : 0, B, nlpid))
}

/** `proto n` inside `within`: `default` is IPv4 or IPv6, `link` the link-layer type. @throws SL_FILTER */
export const protocolNumber = (s: State, value: number, within: string): Condition => {
  switch (within) {
    case 'default':
      return any(protocolNumber(s, value, 'ip'), protocolNumber(s, value, 'ip6'))
    case 'link':
      return linkType(s, value)
    case 'ip':
      return and(linkType(s, ETHERTYPE.ip), equal(s, 'payload', 9, B, value))
    case 'ip6': {
      const type = linkType(s, ETHERTYPE.ip6)
      // Also behind a fragment header that comes first.
      const fragment = and(equal(s, 'payload', 6, B, IP_PROTO.fragment), equal(s, 'payload', 40, B, value))
      return and(type, any(equal(s, 'payload', 6, B, value), fragment))
    }
    case 'iso':
      return isoProtocol(s, value)
    case 'isis':
      return and(protocolNumber(s, NLPID.isis, 'iso'), equal(s, 'payload-no-snap', 4, B, value))
    default:
      return s.fail(bogus[within] ?? `'${within} proto' is bogus`)
  }
}
