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
import { and, any, type Condition, type Statement, statement, test } from './condition.js'
import { ETHERTYPE, IP_PROTO } from './numbers.js'
import { port4, port6 } from './port.js'
import { type Base, loadIpHeaderLength, type State, variablePart } from './state.js'

/** A tunnel in UDP whose header is followed by a packet. */
interface Tunnel {
  readonly name: string
  readonly port: number
  /** First byte of the header: the bits of `mask` are those of `first`. */
  readonly first: number
  readonly mask: number
  /** The tunnel's header is eight bytes, and as many words of options as its first byte says. */
  readonly options: boolean
}

/** RFC 8926: version 0. */
const GENEVE: Tunnel = { name: 'Geneve', port: 6081, first: 0, mask: 0xc0, options: true }
/** RFC 7348: only the flag that there is a network identifier. */
const VXLAN: Tunnel = { name: 'VXLAN', port: 4789, first: 8, mask: 0xffffffff, options: false }

const UDP_HEADER = 8
const MAX_VNI = 0xffffff

/** The tunnel's header, with this network identifier. */
const header = (s: State, t: Tunnel, condition: Condition, base: Base, vni: number | undefined): Condition => {
  const right = and(condition, maskedEqual(s, base, UDP_HEADER, B, t.first, t.mask))
  if (vni === undefined) return right
  if (vni > MAX_VNI) s.fail(`${t.name} VNI ${vni} greater than maximum ${MAX_VNI}`)
  return and(right, maskedEqual(s, base, UDP_HEADER + 4, W, vni << 8, 0xffffff00))
}

const ports = ({ port }: Tunnel) => ({ low: port, high: port, range: false })

/** Leaves the length of the IP header (and of a variable prefix) in A: a test that always holds carries the code. */
const over4 = (s: State, t: Tunnel, vni: number | undefined): Condition => {
  const found = header(s, t, port4(s, ports(t), IP_PROTO.udp, 'dst'), 'transport4', vni)
  return and(found, test([...loadIpHeaderLength(s), statement(MISC | TXA)], JEQ | X, 0))
}

const over6 = (s: State, t: Tunnel, vni: number | undefined): Condition => {
  const found = header(s, t, port6(s, ports(t), IP_PROTO.udp, 'dst'), 'transport6', vni)
  const prefix = variablePart(s, s.payload)
  const length = statement(LD | IMM, 40)
  const code = prefix ? [...prefix, length, statement(ALU | ADD | X)] : [length]
  return and(found, test([...code, statement(MISC | TAX)], JEQ | X, 0))
}

/** Collects statements. */
const collector = (code: Statement[]) => {
  return (op: number, k = 0): Statement => {
    const one = statement(op, k)
    code.push(one)
    return one
  }
}

/** A word of scratch memory as the start of something. */
const variable = (s: State) => ({ constant: 0, variable: true, reg: s.allocate() })

/**
 * Code that computes, from the length of the IP header in A, where the inner type field, the inner link-layer header
 * and its payload lie. In Geneve is an Ethernet frame, or a packet directly; then header and payload coincide.
 */
const geneveOffsets = (s: State): Statement[] => {
  const code: Statement[] = []
  const add = collector(code)
  add(ALU | ADD | K, s.payload.constant + s.network + UDP_HEADER)
  add(MISC | TAX)
  add(ALU | ADD | K, 2)
  s.linkType = variable(s)
  add(ST, s.linkType.reg)
  // Fixed header of eight bytes and options, counted in words.
  add(LD | IND | B, 0)
  add(ALU | AND | K, 0x3f)
  add(ALU | MUL | K, 4)
  add(ALU | ADD | K, 8)
  add(ALU | ADD | X)
  s.pushLinkHeader(DLT['EN10MB']!, variable(s))
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
  s.payload = variable(s)
  isEthernet.jf = add(STX, s.payload.reg)
  s.network = 0
  s.maybeEthernet = true
  return code
}

/** Likewise for VXLAN, in which there is always an Ethernet frame. */
const vxlanOffsets = (s: State): Statement[] => {
  const code: Statement[] = []
  const add = collector(code)
  add(ALU | ADD | K, s.payload.constant + s.network + UDP_HEADER + 8)
  s.pushLinkHeader(DLT['EN10MB']!, variable(s))
  add(ST, s.linkHeader.reg)
  add(ALU | ADD | K, 12)
  s.linkType = variable(s)
  add(ST, s.linkType.reg)
  add(ALU | ADD | K, 2)
  s.payload = variable(s)
  add(ST, s.payload.reg)
  s.network = 0
  s.maybeEthernet = false
  return code
}

const tunnel = (s: State, t: Tunnel, vni: number | undefined, offsets: (s: State) => Statement[]): Condition => {
  const v4 = over4(s, t, vni)
  const found = any(v4, over6(s, t, vni))
  // A test that always holds carries the code.
  return and(found, test([...offsets(s), statement(LD | IMM, 0)], JEQ | K, 0))
}

/** `geneve [vni]`: everything that follows looks into the tunnel. @throws SL_FILTER */
export const geneve = (s: State, vni: number | undefined): Condition => tunnel(s, GENEVE, vni, geneveOffsets)

/** `vxlan [vni]`: everything that follows looks into the tunnel. @throws SL_FILTER */
export const vxlan = (s: State, vni: number | undefined): Condition => tunnel(s, VXLAN, vni, vxlanOffsets)
