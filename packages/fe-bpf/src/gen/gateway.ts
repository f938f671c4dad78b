import { linkTypeName } from '../linktypes.js'
import { parseIp4, parseMac } from '../names/address4.js'
import { lookUp } from '../names/resolver.js'
import type { Qualifiers } from '../parser/ast.js'
import { all, and, any, type Condition, not } from './condition.js'
import { host4 } from './host.js'
import { linkType } from './linktype.js'
import { hasMac, macHost } from './mac.js'
import { ETHERTYPE } from './numbers.js'
import { isEthernet, isWlan } from './offsets.js'
import type { State } from './state.js'

/** What a station's name is called on each link type. */
const stationNouns: Record<string, string> = { FDDI: 'FDDI', IEEE802: 'token ring', IP_OVER_FC: 'Fibre Channel' }

/** The MAC address of a station by its name. @throws SL_FILTER when there is none in the table of stations */
export const stationAddress = (s: State, name: string): number[] => {
  const link = linkTypeName(s.linktype) ?? ''
  const noun = isEthernet(s.linktype) ? 'ether' : isWlan(s.linktype) ? '802.11' : stationNouns[link]
  if (!noun) s.fail('only ethernet/FDDI/token ring/802.11/ATM LANE/Fibre Channel supports link-level host name')
  const mac = lookUp(s.env.names?.ethers, name)
  return mac === undefined
    ? s.fail(`unknown ${noun} host '${name}'`, 'give the MAC address itself, or a table of stations')
    : parseMac(mac)
}

const types = { ip: ETHERTYPE.ip, arp: ETHERTYPE.arp, rarp: ETHERTYPE.rarp }

/**
 * `gateway name`: from or to that station, but neither from nor to its IPv4 addresses, in IPv4, ARP or RARP. The name
 * has to be in both tables. @throws SL_FILTER
 */
export const gateway = (s: State, name: string, { proto }: Qualifiers): Condition => {
  const { names } = s.env
  if (!names) {
    return s.fail(
      "'gateway' not supported in this configuration",
      "give tables of hosts and stations, or use 'ether host' with the gateway's MAC address",
    )
  }
  if (!hasMac(s)) s.fail(`'gateway' not supported on ${s.description}`)
  if (proto !== 'default' && !Object.hasOwn(types, proto)) s.fail("illegal qualifier of 'gateway'", 'ip, arp or rarp')
  const station = macHost(s, stationAddress(s, name), 'or')
  const addresses = (lookUp(names.hosts, name) ?? []).map(parseIp4).filter((a) => a?.bits === 32)
  if (addresses.length === 0) s.fail(`unknown host '${name}'`, 'the table of hosts has no IPv4 address of that name')
  const within = (['ip', 'arp', 'rarp'] as const).filter((p) => proto === 'default' || proto === p)
  const others = within.map((p) => {
    const own = addresses.map((a) => host4(s, a!.value, 0xffffffff, { proto: p, dir: 'or', addr: 'host' }))
    return and(linkType(s, types[p]), not(any(...own)))
  })
  return all(station, any(...others))
}
