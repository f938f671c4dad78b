import { W } from '../cbpf/opcodes.js'
import { DLT } from '../linktypes.js'
import { equal } from './compare.js'
import { any, type Condition, never } from './condition.js'
import { ETHERTYPE } from './numbers.js'
import type { State } from './state.js'

const AF_INET = 2
/** AF_INET6 of this platform (Linux), and of those that may have written a capture: Darwin, NetBSD and Npcap, FreeBSD. */
const AF_INET6 = 10
const AF_INET6_FILES = [30, 24, 28]

const swap = (v: number): number => (((v & 0xff) << 24) | ((v & 0xff00) << 8) | ((v >>> 8) & 0xff00) | (v >>> 24)) >>> 0

/** The address family, as its 32 bits are read in network byte order. */
const family = (s: State, af: number): Condition[] => {
  const network = equal(s, 'link', 0, W, af)
  if (s.linktype === DLT['LOOP']) return [network]
  const little = equal(s, 'link', 0, W, swap(af))
  if (s.env.byteOrder === 'any') return [little, network]
  return s.env.byteOrder === 'little' ? [little] : [network]
}

/** BSD loopback and OpenBSD's encapsulated IP begin with an address family; in host byte order but for LOOP. */
export const loopbackType = (s: State, type: number): Condition => {
  if (type !== ETHERTYPE.ip && type !== ETHERTYPE.ip6) return never()
  const families = type === ETHERTYPE.ip ? [AF_INET] : s.env.savefile ? AF_INET6_FILES : [AF_INET6]
  const list = families.flatMap((af) => family(s, af))
  return list.length === 1 ? list[0]! : any(...list)
}
