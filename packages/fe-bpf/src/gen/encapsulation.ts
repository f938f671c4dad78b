import { B, H, W } from '../cbpf/opcodes.js'
import { DLT, linkTypeName } from '../linktypes.js'
import { maskedEqual } from './compare.js'
import { and, any, type Condition } from './condition.js'
import { linkType } from './linktype.js'
import { ETHERTYPE } from './numbers.js'
import { isEthernet, isWlan } from './offsets.js'
import type { State } from './state.js'
import { geneve, vxlan } from './tunnel.js'

const PPP_MPLS = 0x0281

const atMost = (s: State, what: string, value: number | undefined, max: number): void => {
  if (value !== undefined && value > max) s.fail(`${what} ${value} greater than maximum ${max}`)
}

/** 802.1Q, 802.1ad and the old 0x9100. The type and what follows it then lie four bytes further. */
const vlan = (s: State, id: number | undefined): Condition => {
  if (s.labelDepth > 0) s.fail('no VLAN match after MPLS')
  const name = linkTypeName(s.linktype) ?? ''
  const wlan = isWlan(s.linktype) && name !== 'PPI'
  if (!wlan && !isEthernet(s.linktype)) s.fail(`no VLAN support for ${s.description}`)
  const types = [ETHERTYPE.vlan, ETHERTYPE.vlanProvider, ETHERTYPE.vlanOld]
  let condition = any(...types.map((type) => linkType(s, type)))
  atMost(s, 'VLAN tag', id, 0x0fff)
  if (id !== undefined) condition = and(condition, maskedEqual(s, 'payload', 0, H, id, 0x0fff))
  s.payload.constant += 4
  s.linkType.constant += 4
  return condition
}

/** One label. Under the first there is no link type any more: see linkType(). */
const mpls = (s: State, label: number | undefined): Condition => {
  let condition: Condition
  if (s.labelDepth > 0) condition = maskedEqual(s, 'previous-mpls', 2, B, 0, 0x01)
  else {
    const name = linkTypeName(s.linktype) ?? ''
    const ethernet = name === 'C_HDLC' || isEthernet(s.linktype)
    if (!ethernet && name !== 'PPP') s.fail(`no MPLS support for ${s.description}`)
    condition = linkType(s, ethernet ? ETHERTYPE.mpls : PPP_MPLS)
  }
  atMost(s, 'MPLS label', label, 0xfffff)
  if (label !== undefined) condition = and(condition, maskedEqual(s, 'payload', 0, W, label << 12, 0xfffff000))
  s.networkNoSnap += 4
  s.network += 4
  s.labelDepth++
  return condition
}

/** A PPPoE session: a PPP packet, without HDLC framing, after six bytes. */
const pppoeSession = (s: State, session: number | undefined): Condition => {
  let condition = linkType(s, ETHERTYPE.pppoeSession)
  atMost(s, 'PPPoE session number', session, 0xffff)
  if (session !== undefined) condition = and(condition, maskedEqual(s, 'payload', 0, W, session, 0x0000ffff))
  s.pushLinkHeader(DLT['PPP']!, { ...s.payload, constant: s.payload.constant + s.network + 6 })
  s.linkType = { ...s.linkHeader }
  s.payload.constant = s.linkHeader.constant + 2
  s.network = 0
  s.networkNoSnap = 0
  return condition
}

/** `vlan`, `mpls`, `pppoed`, `pppoes`, `geneve`, `vxlan`, each but the third with an optional number. @throws SL_FILTER */
export const encapsulation = (s: State, name: string, value: number | undefined): Condition => {
  switch (name) {
    case 'vlan':
      return vlan(s, value)
    case 'mpls':
      return mpls(s, value)
    case 'pppoes':
      return pppoeSession(s, value)
    case 'geneve':
      return geneve(s, value)
    case 'vxlan':
      return vxlan(s, value)
    default:
      return linkType(s, ETHERTYPE.pppoeDiscovery)
  }
}
