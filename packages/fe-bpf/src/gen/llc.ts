import { B, H, JSET, K } from '../cbpf/opcodes.js'
import { linkTypeName } from '../linktypes.js'
import { bytesEqual, equal, greater, maskedEqual } from './compare.js'
import { always, and, any, type Condition, not, or, test } from './condition.js'
import { ETHERNET_MTU, ETHERTYPE, LLC_SAP } from './numbers.js'
import { isWlan } from './offsets.js'
import { load, type State } from './state.js'
import { dataFrame } from './wlan.js'

/** SAPs whose frames bear it as destination and as source. */
const symmetric = new Set<number>([LLC_SAP.iso, LLC_SAP.ip, LLC_SAP.netbeui])

/** 802.2 with SNAP, UI frames, this organisation and type. */
const snap = (s: State, organisation: number, type: number): Condition =>
  bytesEqual(s, 'llc', 0, [
    LLC_SAP.snap,
    LLC_SAP.snap,
    0x03,
    organisation >> 16,
    (organisation >> 8) & 0xff,
    organisation & 0xff,
    type >> 8,
    type & 0xff,
  ])

const bothSaps = (s: State, sap: number): Condition => equal(s, 'llc', 0, H, (sap << 8) | sap)

/** AppleTalk has an organisation of its own; its ARP has not. */
const appleSnap = (s: State, type: number): Condition => snap(s, type === ETHERTYPE.atalk ? 0x080007 : 0, type)

const isLength = (s: State): Condition => not(greater(s, 'type', 0, H, ETHERNET_MTU))

/** Ethernet's type field, or 802.2 after a length. */
export const etherType = (s: State, type: number): Condition => {
  if (symmetric.has(type)) return and(isLength(s), bothSaps(s, type))
  if (type === LLC_SAP.ipx) {
    // Ethernet II, then 802.3: raw (checksum 0xffff), 802.2 and SNAP.
    const llc = any(equal(s, 'llc', 0, B, LLC_SAP.ipx), equal(s, 'llc', 0, H, 0xffff))
    const framed = or(snap(s, 0, ETHERTYPE.ipx), llc)
    return any(equal(s, 'type', 0, H, ETHERTYPE.ipx), and(isLength(s), framed))
  }
  if (type === ETHERTYPE.atalk || type === ETHERTYPE.aarp) {
    const framed = and(isLength(s), appleSnap(s, type))
    return any(equal(s, 'type', 0, H, type), framed)
  }
  if (type <= ETHERNET_MTU) return and(isLength(s), equal(s, 'type', 2, B, type))
  return equal(s, 'type', 0, H, type)
}

const SLL_802_3 = 0x0001
const SLL_802_2 = 0x0004

/** Linux cooked capture's protocol field: an Ethernet type or a number of Linux's own. */
export const linuxCookedType = (s: State, type: number): Condition => {
  const is802_2 = () => equal(s, 'type', 0, H, SLL_802_2)
  if (symmetric.has(type)) return and(is802_2(), bothSaps(s, type))
  if (type === LLC_SAP.ipx) {
    const llc = any(equal(s, 'llc', 0, B, LLC_SAP.ipx), snap(s, 0, ETHERTYPE.ipx))
    return any(equal(s, 'type', 0, H, ETHERTYPE.ipx), equal(s, 'type', 0, H, SLL_802_3), and(is802_2(), llc))
  }
  if (type === ETHERTYPE.atalk || type === ETHERTYPE.aarp) {
    return any(equal(s, 'type', 0, H, type), and(is802_2(), appleSnap(s, type)))
  }
  if (type <= ETHERNET_MTU) return and(is802_2(), equal(s, 'link', s.payload.constant, B, type))
  return equal(s, 'type', 0, H, type)
}

/** Link types that always have an 802.2 header. An Ethernet type is looked for where SNAP has it. */
export const llcType = (s: State, type: number): Condition => {
  if (symmetric.has(type)) return bothSaps(s, type)
  if (type === ETHERTYPE.atalk) return appleSnap(s, type)
  if (type <= ETHERNET_MTU) return equal(s, 'llc', 0, B, type)
  return equal(s, 'llc', 6, H, type)
}

/** The frame has an 802.2 header. @throws SL_FILTER */
const llcFrame = (s: State): Condition => {
  const { linktype } = s
  if (isWlan(linktype)) return dataFrame(s)
  switch (linkTypeName(linktype)) {
    case 'EN10MB':
    case 'DSA_TAG_BRCM':
    case 'DSA_TAG_DSA':
      return and(isLength(s), not(equal(s, 'llc', 0, H, 0xffff)))
    case 'SUNATM': {
      const condition = maskedEqual(s, 'link', s.atm!.proto, B, 2, 0x0f)
      s.linktype = s.previousLinktype
      return condition
    }
    case 'IEEE802':
    case 'FDDI':
    case 'ATM_RFC1483':
      return always()
    default:
      return s.fail(`'llc' not supported for ${s.description}`)
  }
}

const supervisory: Record<string, number> = { rr: 0x01, rnr: 0x05, rej: 0x09 }
const unnumbered: Record<string, number> = {
  ui: 0x03,
  ua: 0x63,
  disc: 0x43,
  dm: 0x0f,
  sabme: 0x6f,
  test: 0xe3,
  xid: 0xaf,
  frmr: 0x87,
}

/** `llc`, `llc i|s|u`, `llc rr` …: an 802.2 frame, of this format or with this command. @throws SL_FILTER */
export const llc = (s: State, format: string | undefined): Condition => {
  if (format === undefined) return llcFrame(s)
  const name = format.toLowerCase()
  const control = (value: number, mask: number) => and(llcFrame(s), maskedEqual(s, 'llc', 2, B, value, mask))
  if (name === 'i') return and(llcFrame(s), not(test(load(s, 'llc', 2, B), JSET | K, 0x01)))
  if (name === 's') return control(0x01, 0x03)
  if (name === 'u') return control(0x03, 0x03)
  if (Object.hasOwn(supervisory, name)) return control(supervisory[name]!, 0x0f)
  if (Object.hasOwn(unnumbered, name)) return control(unnumbered[name]!, 0xef)
  return s.fail(
    `unknown LLC type name "${format}"`,
    `i, s, u, ${Object.keys({ ...supervisory, ...unnumbered }).join(', ')}`,
  )
}
