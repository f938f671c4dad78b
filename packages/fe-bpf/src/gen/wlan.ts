import { B } from '../cbpf/opcodes.js'
import { linkTypeName } from '../linktypes.js'
import { WLAN_ACK, WLAN_CONTROL, WLAN_CTS, WLAN_DIR_MASK, WLAN_SUBTYPE_MASK, WLAN_TYPE_MASK } from '../names/wlan.js'
import type { Direction } from '../parser/ast.js'
import { anyBit, bytesEqual, maskedEqual } from './compare.js'
import { all, and, any, type Condition, not } from './condition.js'
import type { State } from './state.js'

const TO_DS = 0x01
const FROM_DS = 0x02

/** Bits 2 and 3 of the first byte of frame control: management 00, control 01, data 10. */
const typeBit3 = (s: State): Condition => anyBit(s, 'link', 0, B, 0x08)
const typeBit2 = (s: State): Condition => anyBit(s, 'link', 0, B, 0x04)
const ds = (s: State, bit: number): Condition => anyBit(s, 'link', 1, B, bit)

/** A data frame: only these have an 802.2 header. */
export const dataFrame = (s: State): Condition => and(not(typeBit2(s)), typeBit3(s))

/** What `address(at)` says of the destination address: control frames have none; under To DS it is the third. */
const ofDestination = (s: State, address: (at: number) => Condition): Condition => {
  const data = any(and(not(ds(s, TO_DS)), address(4)), and(ds(s, TO_DS), address(16)))
  const managed = any(and(not(typeBit3(s)), address(4)), and(typeBit3(s), data))
  return and(not(typeBit2(s)), managed)
}

/** Likewise of the source address: the second; under From DS the third, under both the fourth. */
const ofSource = (s: State, address: (at: number) => Condition): Condition => {
  const fromDs = any(and(not(ds(s, TO_DS)), address(16)), and(ds(s, TO_DS), address(24)))
  const data = any(and(not(ds(s, FROM_DS)), address(10)), and(ds(s, FROM_DS), fromDs))
  const managed = any(and(not(typeBit3(s)), address(10)), and(typeBit3(s), data))
  return and(not(typeBit2(s)), managed)
}

const isControl = (s: State): Condition => maskedEqual(s, 'link', 0, B, WLAN_CONTROL, WLAN_TYPE_MASK)
const subtype = (s: State, value: number): Condition => maskedEqual(s, 'link', 0, B, value, WLAN_SUBTYPE_MASK)

/** CTS and ACK have one address only. */
const hasSecondAddress = (s: State): Condition =>
  any(not(isControl(s)), and(not(subtype(s, WLAN_CTS)), not(subtype(s, WLAN_ACK))))

/** An 802.11 frame with this MAC address as source, destination, first to fourth address, receiver, transmitter. */
export const wlanHost = (s: State, mac: readonly number[], dir: Direction): Condition => {
  const address = (at: number) => bytesEqual(s, 'link', at, mac)
  switch (dir) {
    case 'src':
      return ofSource(s, address)
    case 'dst':
      return ofDestination(s, address)
    case 'and':
      return and(ofSource(s, address), ofDestination(s, address))
    case 'default':
    case 'or':
      return any(ofSource(s, address), ofDestination(s, address))
    case 'addr1':
      return address(4)
    case 'addr2':
      return and(hasSecondAddress(s), address(10))
    case 'addr3':
      return and(not(isControl(s)), address(16))
    case 'addr4':
      return and(maskedEqual(s, 'link', 1, B, TO_DS | FROM_DS, WLAN_DIR_MASK), address(24))
    case 'ra':
      return and(typeBit3(s), address(4))
    case 'ta':
      return all(typeBit3(s), hasSecondAddress(s), address(10))
  }
}

/** The destination is a group address. */
export const wlanMulticast = (s: State): Condition => ofDestination(s, (at) => anyBit(s, 'link', at, B, 1))

const requireWlan = (s: State, message: string): void => {
  if (
    !['IEEE802_11', 'PRISM_HEADER', 'IEEE802_11_RADIO_AVS', 'IEEE802_11_RADIO'].includes(linkTypeName(s.linktype) ?? '')
  )
    s.fail(message)
}

/** `type … subtype …`. @throws SL_FILTER on other link types */
export const wlanType = (s: State, value: number, mask: number): Condition => {
  requireWlan(s, '802.11 link-layer types supported only on 802.11')
  return maskedEqual(s, 'link', 0, B, value, mask)
}

/** `dir …`. @throws SL_FILTER on other link types */
export const wlanDirection = (s: State, value: number): Condition => {
  requireWlan(s, 'frame direction supported only with 802.11 headers')
  return maskedEqual(s, 'link', 1, B, value, WLAN_DIR_MASK)
}
