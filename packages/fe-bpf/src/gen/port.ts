import { B, H } from '../cbpf/opcodes.js'
import type { Direction } from '../parser/ast.js'
import { anyBit, atLeast, atMost, equal } from './compare.js'
import { all, and, any, type Condition, not, or } from './condition.js'
import { linkType } from './linktype.js'
import { refuseWlanDirection } from './mac.js'
import { ETHERTYPE, IP_PROTO } from './numbers.js'
import type { State } from './state.js'

/** Ports `low` to `high`, inclusive; `range` keeps `portrange`'s two comparisons where both are the same. */
export interface Ports {
  readonly low: number
  readonly high: number
  readonly range: boolean
}

const atom = (s: State, base: 'transport4' | 'transport6', at: number, { low, high, range }: Ports): Condition =>
  range ? and(atLeast(s, base, at, H, low), atMost(s, base, at, H, high)) : equal(s, base, at, H, low)

const directed = (s: State, dir: Direction, ports: Ports, of: (at: number) => Condition): Condition => {
  switch (dir) {
    case 'src':
      return of(0)
    case 'dst':
      return of(2)
    case 'and':
      return and(of(0), of(2))
    case 'default':
    case 'or':
      return any(of(0), of(2))
    default:
      return refuseWlanDirection(s, dir, (_, nouns) => `${nouns} for ${ports.range ? 'port ranges' : 'ports'}`)
  }
}

/** Not a fragment other than the first: only that one has the transport header. */
export const firstFragment = (s: State): Condition => not(anyBit(s, 'payload', 6, H, 0x1fff))

const protocols = (proto: number | undefined): readonly number[] =>
  proto === undefined ? [IP_PROTO.sctp, IP_PROTO.tcp, IP_PROTO.udp] : [proto]

const eachProtocol = (proto: number | undefined, of: (proto: number) => Condition): Condition => {
  const list = protocols(proto).map(of)
  return list.length === 1 ? list[0]! : any(...list)
}

/** Ports in IPv4; undefined means TCP, UDP or SCTP. */
export const port4 = (s: State, ports: Ports, proto: number | undefined, dir: Direction): Condition =>
  and(
    linkType(s, ETHERTYPE.ip),
    eachProtocol(proto, (p) =>
      all(
        equal(s, 'payload', 9, B, p),
        firstFragment(s),
        directed(s, dir, ports, (at) => atom(s, 'transport4', at, ports)),
      ),
    ),
  )

/** Ports in IPv6 without extension headers. */
export const port6 = (s: State, ports: Ports, proto: number | undefined, dir: Direction): Condition =>
  and(
    linkType(s, ETHERTYPE.ip6),
    eachProtocol(proto, (p) =>
      and(
        equal(s, 'payload', 6, B, p),
        directed(s, dir, ports, (at) => atom(s, 'transport6', at, ports)),
      ),
    ),
  )

/** Ports in IPv6 or IPv4. @throws SL_FILTER */
export const port = (s: State, ports: Ports, proto: number | undefined, dir: Direction): Condition => {
  // IPv4 is generated first, as words of scratch memory are given out in that order, but tested second.
  const v4 = port4(s, ports, proto, dir)
  return or(port6(s, ports, proto, dir), v4)
}
