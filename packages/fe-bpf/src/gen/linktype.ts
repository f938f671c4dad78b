import { B, H, W } from '../cbpf/opcodes.js'
import { linkTypeName } from '../linktypes.js'
import { equal, maskedEqual } from './compare.js'
import { always, and, any, type Condition, never } from './condition.js'
import { previousHeaderCheck } from './encapsulated.js'
import { etherType, linuxCookedType, llcType } from './llc.js'
import { loopbackType } from './loopback.js'
import { ETHERTYPE, LLC_SAP, NLPID } from './numbers.js'
import { isWlan } from './offsets.js'
import { NOT_SET, type State } from './state.js'
import { dataFrame } from './wlan.js'

/** PPP protocol numbers (RFC 1661) of what has an Ethernet type or a SAP. */
const pppTypes = new Map<number, number>([
  [ETHERTYPE.ip, 0x0021],
  [ETHERTYPE.ip6, 0x0057],
  [ETHERTYPE.decnet, 0x0027],
  [ETHERTYPE.atalk, 0x0029],
  [ETHERTYPE.ns, 0x0025],
  [LLC_SAP.iso, 0x0023],
  [LLC_SAP.stp, 0x0031],
  [LLC_SAP.ipx, 0x002b],
])
const PPP_VJC = 0x002d
const PPP_VJNC = 0x002f

const arcnetTypes = new Map<number, readonly number[]>([
  [ETHERTYPE.ip6, [0xc4]],
  [ETHERTYPE.ip, [0xd4, 0xf0]],
  [ETHERTYPE.arp, [0xd5, 0xf1]],
  [ETHERTYPE.rarp, [0xd6]],
  [ETHERTYPE.atalk, [0xdd]],
])

/** Link types without a usable type field, by the words that libpcap has for them. */
const refused: Record<string, string> = {
  MFR: 'Multi-link Frame Relay',
  LINUX_IRDA: 'IrDA',
  DOCSIS: 'DOCSIS',
  MTP2: 'MTP2',
  MTP2_WITH_PHDR: 'MTP2',
  ERF: 'ERF',
  PFSYNC: 'PFSYNC',
  LINUX_LAPD: 'LAPD',
  USB_FREEBSD: 'USB',
  USB_LINUX: 'USB',
  USB_LINUX_MMAPPED: 'USB',
  USBPCAP: 'USB',
  BLUETOOTH_HCI_H4: 'Bluetooth',
  BLUETOOTH_HCI_H4_WITH_PHDR: 'Bluetooth',
  CAN20B: 'CAN',
  CAN_SOCKETCAN: 'CAN',
  IEEE802_15_4: 'IEEE 802.15.4',
  IEEE802_15_4_LINUX: 'IEEE 802.15.4',
  IEEE802_15_4_NONASK_PHY: 'IEEE 802.15.4',
  IEEE802_15_4_NOFCS: 'IEEE 802.15.4',
  IEEE802_15_4_TAP: 'IEEE 802.15.4',
  IEEE802_16_MAC_CPS_RADIO: 'IEEE 802.16',
  SITA: 'SITA',
  RAIF1: 'RAIF1',
  IPMB_KONTRON: 'IPMB',
  IPMB_LINUX: 'IPMB',
  AX25_KISS: 'AX.25',
  NFLOG: 'NFLOG',
}

/** The IP version nibble at the start of the link-layer header. */
const ipVersion = (s: State, type: number): Condition => {
  if (type === ETHERTYPE.ip) return maskedEqual(s, 'link', 0, B, 0x40, 0xf0)
  if (type === ETHERTYPE.ip6) return maskedEqual(s, 'link', 0, B, 0x60, 0xf0)
  return never()
}

/** Under MPLS there is no type: the bottom of the stack, then the IP version tell. */
const mplsType = (s: State, type: number): Condition => {
  if (type !== ETHERTYPE.ip && type !== ETHERTYPE.ip6)
    s.fail('unsupported protocol over mpls', 'after mpls only IPv4 and IPv6 can be told')
  const bottom = maskedEqual(s, 'payload', -2, B, 1, 1)
  return and(bottom, maskedEqual(s, 'payload', 0, B, type === ETHERTYPE.ip ? 0x40 : 0x60, 0xf0))
}

/** NLPID and UI frame control after a two-byte frame relay address. */
const frameRelay = (s: State, nlpid: number): Condition => equal(s, 'link', 2, H, 0x0300 | nlpid)

const frameRelayType = (s: State, type: number): Condition => {
  if (type === ETHERTYPE.ip) return frameRelay(s, 0xcc)
  if (type === ETHERTYPE.ip6) return frameRelay(s, 0x8e)
  if (type !== LLC_SAP.iso) return never()
  return any(frameRelay(s, NLPID.clnp), frameRelay(s, NLPID.esis), frameRelay(s, NLPID.isis))
}

const anyOf = (s: State, size: number, values: readonly number[]): Condition => {
  const list = values.map((v) => equal(s, 'type', 0, size, v))
  return list.length === 1 ? list[0]! : any(...list)
}

const pppBsdType = (s: State, type: number): Condition =>
  type === ETHERTYPE.ip
    ? anyOf(s, H, [pppTypes.get(type)!, PPP_VJC, PPP_VJNC])
    : equal(s, 'type', 0, H, pppTypes.get(type) ?? type)

/**
 * The packet is of this protocol: `type` is an Ethernet type, or an 802.2 SAP when it is at most 1500.
 * @throws SL_FILTER where the link type cannot tell
 */
export const linkType = (s: State, type: number): Condition => {
  if (s.labelDepth > 0) return mplsType(s, type)
  const name = linkTypeName(s.linktype) ?? ''
  if (isWlan(s.linktype)) return and(dataFrame(s), llcType(s, type))
  if (name.startsWith('JUNIPER_') && name !== 'JUNIPER_PIC_PEER')
    return maskedEqual(s, 'link', 0, W, 0x4d474300, 0xffffff00)
  if (refused[name])
    s.fail(`${refused[name]} link-layer type filtering not implemented`, 'test bytes instead, e.g. link[0] = 1')
  switch (name) {
    case 'EN10MB':
    case 'NETANALYZER':
    case 'NETANALYZER_TRANSPARENT':
    case 'DSA_TAG_BRCM':
    case 'DSA_TAG_DSA': {
      const check = s.maybeEthernet ? undefined : previousHeaderCheck(s)
      return check ? and(check, etherType(s, type)) : etherType(s, type)
    }
    case 'C_HDLC':
      return equal(s, 'type', 0, H, type === LLC_SAP.iso ? 0xfefe : type)
    case 'FDDI':
    case 'IEEE802':
    case 'ATM_RFC1483':
    case 'ATM_CLIP':
    case 'IP_OVER_FC':
      return llcType(s, type)
    case 'SUNATM':
      return and(maskedEqual(s, 'link', s.atm!.proto, B, 2, 0x0f), llcType(s, type))
    case 'LINUX_SLL':
      return linuxCookedType(s, type)
    case 'SLIP':
    case 'SLIP_BSDOS':
    case 'RAW':
      return ipVersion(s, type)
    case 'IPV4':
      return type === ETHERTYPE.ip ? always() : never()
    case 'IPV6':
      return type === ETHERTYPE.ip6 ? always() : never()
    case 'PPP':
    case 'PPP_PPPD':
    case 'PPP_SERIAL':
    case 'PPP_ETHER':
      return equal(s, 'type', 0, H, pppTypes.get(type) ?? type)
    case 'PPP_BSDOS':
      return pppBsdType(s, type)
    case 'NULL':
    case 'LOOP':
    case 'ENC':
      return loopbackType(s, type)
    case 'PFLOG':
      return type === ETHERTYPE.ip || type === ETHERTYPE.ip6
        ? equal(s, 'link', 1, B, type === ETHERTYPE.ip ? 2 : 10)
        : never()
    case 'ARCNET':
    case 'ARCNET_LINUX': {
      const types = arcnetTypes.get(type)
      return types ? anyOf(s, B, types) : never()
    }
    case 'LTALK':
      return type === ETHERTYPE.atalk ? always() : never()
    case 'FRELAY':
      return frameRelayType(s, type)
    case 'BACNET_MS_TP':
      return maskedEqual(s, 'link', 0, W, 0x55ff0000, 0xffff0000)
    case 'IPNET':
      if (type === ETHERTYPE.ip) return equal(s, 'type', 0, B, 2)
      return type === ETHERTYPE.ip6 ? equal(s, 'type', 0, B, 26) : never()
    default:
      if (s.linkType.constant !== NOT_SET) return equal(s, 'type', 0, H, type)
      return s.fail(
        `${s.description} link-layer type filtering not implemented`,
        'test bytes instead, e.g. link[0] = 1',
      )
  }
}
