import { B } from '../cbpf/opcodes.js'
import { linkTypeName } from '../linktypes.js'
import type { Direction } from '../parser/ast.js'
import { anyBit, bytesEqual, equal } from './compare.js'
import { and, any, type Condition } from './condition.js'
import { previousHeaderCheck } from './encapsulated.js'
import { isEthernet, isWlan } from './offsets.js'
import type { State } from './state.js'
import { wlanHost, wlanMulticast } from './wlan.js'

/** Link types with two addresses at fixed places: their offsets in the link-layer header. */
const places: Record<string, { readonly src: number; readonly dst: number }> = {
  EN10MB: { src: 6, dst: 0 },
  NETANALYZER: { src: 6, dst: 0 },
  NETANALYZER_TRANSPARENT: { src: 6, dst: 0 },
  FDDI: { src: 7, dst: 1 },
  IEEE802: { src: 8, dst: 2 },
  IP_OVER_FC: { src: 10, dst: 2 },
  DSA_TAG_BRCM: { src: 6, dst: 0 },
  DSA_TAG_DSA: { src: 6, dst: 0 },
  ARCNET: { src: 0, dst: 1 },
  ARCNET_LINUX: { src: 0, dst: 1 },
  BACNET_MS_TP: { src: 4, dst: 3 },
}

/** Link types with addresses of one byte, which `ether` does not take. */
const isShort = (name: string): boolean => name.startsWith('ARCNET') || name === 'BACNET_MS_TP'

/** Says why an 802.11 address qualifier does not fit here. */
export const refuseWlanDirection = (s: State, dir: Direction, rest: (are: string, nouns: string) => string): never => {
  const names = dir === 'ra' || dir === 'ta' ? `'${dir}'` : `'${dir}' and 'address${dir.slice(-1)}'`
  const plural = dir !== 'ra' && dir !== 'ta'
  return s.fail(
    `${names} ${rest(plural ? 'are' : 'is', plural ? 'are not valid qualifiers' : 'is not a valid qualifier')}`,
  )
}

const place = (s: State, name: string, address: readonly number[], dir: Direction): Condition => {
  const at = places[name]!
  const src = () => bytesEqual(s, 'link', at.src, address)
  const dst = () => bytesEqual(s, 'link', at.dst, address)
  switch (dir) {
    case 'src':
      return src()
    case 'dst':
      return dst()
    case 'and':
      return and(src(), dst())
    case 'default':
    case 'or':
      return any(src(), dst())
    default: {
      const headers = isEthernet(s.linktype) ? ' with 802.11 headers' : ''
      return refuseWlanDirection(s, dir, (are) => `${are} only supported on 802.11${headers}`)
    }
  }
}

const withCheck = (s: State, condition: Condition): Condition => {
  const check = isEthernet(s.linktype) ? previousHeaderCheck(s) : undefined
  return check ? and(check, condition) : condition
}

/** Does this link type have a 48-bit address for each station? */
export const hasMac = (s: State): boolean => {
  const name = linkTypeName(s.linktype) ?? ''
  return isWlan(s.linktype) || (places[name] !== undefined && !isShort(name))
}

/** A host by its 48-bit address. @throws SL_FILTER on link types without such addresses */
export const macHost = (s: State, mac: readonly number[], dir: Direction): Condition => {
  if (isWlan(s.linktype)) return wlanHost(s, mac, dir)
  const name = linkTypeName(s.linktype) ?? ''
  if (!hasMac(s)) {
    s.fail('ethernet addresses supported only on ethernet/FDDI/token ring/802.11/ATM LANE/Fibre Channel')
  }
  return withCheck(s, place(s, name, mac, dir))
}

/** A host by its 8-bit ARCnet or MS/TP address. @throws SL_FILTER on other link types */
export const arcnetHost = (s: State, address: number, dir: Direction): Condition => {
  const name = linkTypeName(s.linktype) ?? ''
  if (!isShort(name)) s.fail('aid supported only on ARCnet')
  return place(s, name, [address], dir)
}

/** `ether broadcast`. @throws SL_FILTER on link types without it */
export const linkBroadcast = (s: State): Condition => {
  const name = linkTypeName(s.linktype) ?? ''
  const all1 = [255, 255, 255, 255, 255, 255]
  if (isWlan(s.linktype)) return wlanHost(s, all1, 'dst')
  if (!places[name]) s.fail('not a broadcast link')
  const toAll = name === 'BACNET_MS_TP' ? [255] : isShort(name) ? [0] : all1
  return withCheck(s, place(s, name, toAll, 'dst'))
}

/** `ether multicast`: the low bit of the first byte of the destination. @throws SL_FILTER on link types without it */
export const linkMulticast = (s: State): Condition => {
  const name = linkTypeName(s.linktype) ?? ''
  if (isWlan(s.linktype)) return wlanMulticast(s)
  const at = name === 'BACNET_MS_TP' ? undefined : places[name]
  if (!at)
    s.fail(
      'link-layer multicast filters supported only on ethernet/FDDI/token ring/ARCNET/802.11/ATM LANE/Fibre Channel',
    )
  if (isShort(name)) return equal(s, 'link', at!.dst, B, 0)
  return withCheck(s, anyBit(s, 'link', at!.dst, B, 1))
}
