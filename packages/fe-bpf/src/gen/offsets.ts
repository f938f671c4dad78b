import { DLT } from '../linktypes.js'
import { NOT_SET, type State } from './state.js'

/** Type field, payload, network header in the payload, network header after 802.2 without SNAP. */
type Layout = readonly [type: number, payload: number, network: number, noSnap: number]

const none = NOT_SET
const ethernet: Layout = [12, 14, 0, 3]
const ppp: Layout = [2, 4, 0, 0]
const wlan: Layout = [24, 0, 8, 3]
const raw: Layout = [none, 0, 0, 0]
const unknown: Layout = [none, none, none, none]

/** Only link types whose header is not simply {@link unknown}. */
const layouts: Record<string, Layout> = {
  ARCNET: [2, 6, 0, 0],
  ARCNET_LINUX: [4, 8, 0, 0],
  EN10MB: ethernet,
  SLIP: [none, 16, 0, 0],
  SLIP_BSDOS: [none, 24, 0, 0],
  NULL: [0, 4, 0, 0],
  LOOP: [0, 4, 0, 0],
  ENC: [0, 12, 0, 0],
  PPP: ppp,
  PPP_PPPD: ppp,
  C_HDLC: ppp,
  PPP_SERIAL: ppp,
  PPP_ETHER: [6, 8, 0, 0],
  PPP_BSDOS: [5, 24, 0, 0],
  FDDI: [13, 13, 8, 3],
  IEEE802: [14, 14, 8, 3],
  PRISM_HEADER: wlan,
  IEEE802_11_RADIO_AVS: wlan,
  IEEE802_11_RADIO: wlan,
  IEEE802_11: wlan,
  PPI: wlan,
  ATM_RFC1483: [0, 0, 8, 3],
  ATM_CLIP: [0, 0, 8, 3],
  SUNATM: [4, 4, 8, 3],
  RAW: raw,
  IPV4: raw,
  IPV6: raw,
  LINUX_SLL: [14, 16, 0, 0],
  LINUX_SLL2: [0, 20, 0, 0],
  LTALK: raw,
  IP_OVER_FC: [16, 16, 8, 3],
  FRELAY: raw,
  MFR: [none, 0, 4, 0],
  APPLE_IP_OVER_IEEE1394: [16, 18, 0, 0],
  SYMANTEC_FIREWALL: [6, 44, 0, 0],
  PFLOG: [0, 0, 0, 0],
  JUNIPER_MFR: [4, 4, 0, none],
  JUNIPER_MLFR: [4, 4, 0, none],
  JUNIPER_MLPPP: [4, 4, 0, none],
  JUNIPER_PPP: [4, 4, 0, none],
  JUNIPER_CHDLC: [4, 4, 0, none],
  JUNIPER_FRELAY: [4, 4, 0, none],
  JUNIPER_ATM1: [4, 4, 0, 10],
  JUNIPER_ATM2: [8, 8, 0, 10],
  JUNIPER_PPPOE: [16, 14, 18, 21],
  JUNIPER_ETHER: [16, 14, 18, 21],
  JUNIPER_PPPOE_ATM: [4, 6, 0, none],
  JUNIPER_GGSN: [6, 12, 0, none],
  JUNIPER_ES: [6, none, none, none],
  JUNIPER_MONITOR: [12, 12, 0, none],
  JUNIPER_SERVICES: [12, none, none, none],
  JUNIPER_VP: [18, none, none, none],
  JUNIPER_ST: [18, none, none, none],
  JUNIPER_ISM: [8, none, none, none],
  JUNIPER_VS: [8, none, none, none],
  JUNIPER_SRX_E2E: [8, none, none, none],
  JUNIPER_FIBRECHANNEL: [8, none, none, none],
  JUNIPER_ATM_CEMIC: [8, none, none, none],
  PFSYNC: [none, 4, 0, 0],
  IPNET: [1, 24, 0, none],
  DSA_TAG_BRCM: [16, 18, 0, 3],
  DSA_TAG_DSA: [16, 18, 0, 3],
  NETANALYZER: [16, 18, 0, 3],
  NETANALYZER_TRANSPARENT: [24, 26, 0, 3],
}

const byNumber = new Map(Object.entries(layouts).map(([name, layout]) => [DLT[name]!, layout]))

/** Link types with a radio header of variable length in front. */
const radio = new Set(['PRISM_HEADER', 'IEEE802_11_RADIO_AVS', 'IEEE802_11_RADIO', 'PPI'].map((name) => DLT[name]!))
const wlanTypes = new Set([...radio, DLT['IEEE802_11']!])

/** True for 802.11 with or without a radio header. */
export const isWlan = (linktype: number): boolean => wlanTypes.has(linktype)

const ethernets = new Set(
  ['EN10MB', 'NETANALYZER', 'NETANALYZER_TRANSPARENT', 'DSA_TAG_BRCM', 'DSA_TAG_DSA'].map((name) => DLT[name]!),
)

/** True for Ethernet, also behind a header of an analyser or with a switch's tag before the type. */
export const isEthernet = (linktype: number): boolean => ethernets.has(linktype)

/** Link types given numbers since 2000, when file and DLT numbers became one: known to libpcap 1.10 up to this. */
const ASSIGNED_MIN = 104
const ASSIGNED_MAX = 289

const ss7 = (li: number) => ({ li, liHsl: li + 2, sio: li + 1, opc: li + 2, dpc: li + 2, sls: li + 5 })

/** Sets the offsets for the outermost link type. @throws SL_FILTER for one that is no link type */
export const initialOffsets = (s: State): void => {
  const { linktype } = s
  const layout = byNumber.get(linktype)
  if (!layout && (linktype < ASSIGNED_MIN || linktype > ASSIGNED_MAX)) {
    s.fail(
      `unknown data link type ${linktype} (min ${ASSIGNED_MIN}, max ${ASSIGNED_MAX})`,
      'see the names in docs/reference/filter.md',
    )
  }
  const [type, payload, network, noSnap] = layout ?? unknown
  s.linkType.constant = type
  s.payload.constant = payload
  s.network = network
  s.networkNoSnap = noSnap
  if (isWlan(linktype) || linktype === DLT['PFLOG']) s.payload.variable = true
  if (radio.has(linktype)) s.linkHeader.variable = true
  if (linktype === DLT['NETANALYZER']) s.linkHeader.constant = 4
  if (linktype === DLT['NETANALYZER_TRANSPARENT']) s.linkHeader.constant = 12
  if (linktype === DLT['SUNATM']) s.atm = { vpi: 1, vci: 2, proto: 0, payload: 4 }
  if (linktype === DLT['MTP2']) s.ss7 = ss7(2)
  if (linktype === DLT['MTP2_WITH_PHDR']) s.ss7 = ss7(6)
  if (linktype === DLT['ERF']) s.ss7 = ss7(22)
  s.previousLinkHeader = { ...s.linkHeader }
  s.outermostLinkHeader = { ...s.linkHeader }
}
