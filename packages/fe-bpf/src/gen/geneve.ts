import {
  ADD,
  ALU,
  AND,
  B,
  H,
  IMM,
  IND,
  JEQ,
  JMP,
  K,
  LD,
  LDX,
  MEM,
  MISC,
  MUL,
  ST,
  STX,
  TAX,
  TXA,
  W,
  X,
} from '../cbpf/opcodes.js'
import { DLT } from '../linktypes.js'
import { maskedEqual } from './compare.js'
import { always, and, any, type Condition, firstTest, type Statement, statement, test } from './condition.js'
import { ETHERTYPE, IP_PROTO } from './numbers.js'
import { port4, port6 } from './port.js'
import { type Base, loadIpHeaderLength, type State, variablePart } from './state.js'

/** UDP port of Geneve (RFC 8926). */
const PORTS = { low: 6081, high: 6081, range: false }

/** UDP to Geneve's port, version 0, this network identifier. */
const header = (s: State, condition: Condition, base: Base, vni: number | undefined): Condition => {
  const version0 = and(condition, maskedEqual(s, base, 8, B, 0, 0xc0))
  if (vni === undefined) return version0
  if (vni > 0xffffff) s.fail(`Geneve VNI ${vni} greater than maximum ${0xffffff}`)
  return and(version0, maskedEqual(s, base, 12, W, vni << 8, 0xffffff00))
}

/** Leaves the length of the IP header (and of a variable prefix) in A: a test that always holds carries the code. */
const over4 = (s: State, vni: number | undefined): Condition => {
  const found = header(s, port4(s, PORTS, IP_PROTO.udp, 'dst'), 'transport4', vni)
  return and(found, test([...loadIpHeaderLength(s), statement(MISC | TXA)], JEQ | X, 0))
}

const over6 = (s: State, vni: number | undefined): Condition => {
  const found = header(s, port6(s, PORTS, IP_PROTO.udp, 'dst'), 'transport6', vni)
  const prefix = variablePart(s, s.payload)
  const length = statement(LD | IMM, 40)
  const code = prefix ? [...prefix, length, statement(ALU | ADD | X)] : [length]
  return and(found, test([...code, statement(MISC | TAX)], JEQ | X, 0))
}

/**
 * Code that computes, from the length of the IP header in A, where the inner type field, the inner link-layer header
 * and its payload lie. Inside is an Ethernet frame, or a packet directly; then header and payload coincide.
 */
const offsets = (s: State): Statement[] => {
  const code: Statement[] = []
  const add = (op: number, k = 0): Statement => {
    const one = statement(op, k)
    code.push(one)
    return one
  }
  add(ALU | ADD | K, s.payload.constant + s.network + 8)
  add(MISC | TAX)
  add(ALU | ADD | K, 2)
  s.linkType = { constant: 0, variable: true, reg: s.allocate() }
  add(ST, s.linkType.reg)
  // Fixed header of eight bytes and options, counted in words.
  add(LD | IND | B, 0)
  add(ALU | AND | K, 0x3f)
  add(ALU | MUL | K, 4)
  add(ALU | ADD | K, 8)
  add(ALU | ADD | X)
  s.pushLinkHeader(DLT['EN10MB']!, { constant: 0, variable: true, reg: s.allocate() })
  add(ST, s.linkHeader.reg)
  s.unoptimizable = true
  add(LD | IND | H, 2)
  add(LDX | MEM, s.linkHeader.reg)
  const isEthernet = add(JMP | JEQ | K, ETHERTYPE.teb)
  isEthernet.jt = add(MISC | TXA)
  add(ALU | ADD | K, 12)
  add(ST, s.linkType.reg)
  add(ALU | ADD | K, 2)
  add(MISC | TAX)
  s.payload = { constant: 0, variable: true, reg: s.allocate() }
  isEthernet.jf = add(STX, s.payload.reg)
  s.network = 0
  return code
}

/** `geneve [vni]`: everything that follows looks into the tunnel. @throws SL_FILTER */
export const geneve = (s: State, vni: number | undefined): Condition => {
  const v4 = over4(s, vni)
  const found = any(v4, over6(s, vni))
  const carrier = always()
  firstTest(carrier).statements.unshift(...offsets(s))
  s.geneve = true
  return and(found, carrier)
}
