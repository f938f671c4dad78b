import { B, H, JEQ, JGE, JGT } from '../cbpf/opcodes.js'
import { DLT } from '../linktypes.js'
import type { FieldTest, Relation } from '../parser/ast.js'
import { compare } from './compare.js'
import { all, and, any, type Condition } from './condition.js'
import type { State } from './state.js'

const PROTO_LANE = 1
const MESSAGE_TYPE = 5

/** Q.2931 messages. */
const SETUP = 0x05
const CALL_PROCEEDING = 0x02
const CONNECT = 0x07
const CONNECT_ACK = 0x0f
const RELEASE = 0x4d
const RELEASE_DONE = 0x5a

/** The jump that tests a relation, and whether its sense is reversed. (libpcap 1.10.3 takes `!=` for `=` here.) */
export const jumpOf: Record<Relation, readonly [op: number, reverse: boolean]> = {
  '=': [JEQ, false],
  '!=': [JEQ, true],
  '>': [JGT, false],
  '<=': [JGT, true],
  '>=': [JGE, false],
  '<': [JGE, true],
}

const field = (s: State, name: string, { relation, value }: FieldTest): Condition => {
  if (!s.atm) return s.fail(`'${name}' supported only on raw ATM`)
  const [op, reverse] = jumpOf[relation]
  const at = name === 'vpi' ? s.atm.vpi : s.atm.vci
  return compare(s, 'link', at, name === 'vpi' ? B : H, 0xffffffff, op, reverse, value)
}

const is = (value: number): FieldTest => ({ relation: '=', value })
const circuit = (s: State, vpi: number, vci: number): Condition =>
  and(field(s, 'vpi', is(vpi)), field(s, 'vci', is(vci)))

/** Any of the tests on `vpi` or `vci`. @throws SL_FILTER where there is no ATM pseudo header */
export const atmField = (s: State, name: string, tests: readonly FieldTest[]): Condition => {
  const list = tests.map((t) => field(s, name, t))
  return list.length === 1 ? list[0]! : any(...list)
}

const message = (s: State, ...types: number[]): Condition =>
  any(...types.map((type) => compare(s, 'link', s.atm!.payload + MESSAGE_TYPE, B, 0xffffffff, JEQ, false, type)))

/** LAN emulation: what follows looks into the Ethernet frame. */
const lane = (s: State): Condition => {
  const condition = compare(s, 'link', s.atm!.proto, B, 0x0f, JEQ, false, PROTO_LANE)
  s.pushLinkHeader(DLT['EN10MB']!, { constant: s.atm!.payload + 2, variable: false, reg: -1 })
  s.linkType.constant = s.linkHeader.constant + 12
  s.payload.constant = s.linkHeader.constant + 14
  s.network = 0
  s.networkNoSnap = 3
  return condition
}

/** `lane`, `oam`, `metac` … @throws SL_FILTER where there is no ATM pseudo header */
export const atmName = (s: State, name: string): Condition => {
  const shown = name.replace('oamf4ec', 'oam4ec').replace('oamf4sc', 'oam4sc')
  if (!s.atm) s.fail(`'${shown}' supported only on raw ATM`)
  switch (name) {
    case 'metac':
      return circuit(s, 0, 1)
    case 'bcc':
      return circuit(s, 0, 2)
    case 'oamf4sc':
      return circuit(s, 0, 3)
    case 'oamf4ec':
      return circuit(s, 0, 4)
    case 'sc':
      return circuit(s, 0, 5)
    case 'ilmic':
      return circuit(s, 0, 16)
    case 'lane':
      return lane(s)
    case 'oam':
    case 'oamf4':
      return and(field(s, 'vpi', is(0)), any(field(s, 'vci', is(3)), field(s, 'vci', is(4))))
    case 'connectmsg':
      return all(circuit(s, 0, 5), message(s, RELEASE_DONE, RELEASE, CONNECT_ACK, CONNECT, SETUP, CALL_PROCEEDING))
    default:
      return all(circuit(s, 0, 1), message(s, RELEASE_DONE, RELEASE, CONNECT, SETUP, CALL_PROCEEDING))
  }
}
