import {
  ABS,
  ADD,
  ALU,
  B,
  IMM,
  IND,
  JA,
  JEQ,
  JMP,
  K,
  LD,
  LDX,
  MEM,
  MISC,
  MSH,
  MUL,
  ST,
  TAX,
  TXA,
  X,
} from '../cbpf/opcodes.js'
import { and, any, type Condition, type Statement, statement, test } from './condition.js'
import { linkType } from './linktype.js'
import { ETHERTYPE, IP_PROTO } from './numbers.js'
import type { State } from './state.js'

const HOP_BY_HOP = 0
const DESTINATION = 60
const ROUTING = 43

/**
 * Follows the chain of headers of one IP version by a loop in the program: A is the protocol of the header at X (from
 * the start of the IP header). A chain ends at the protocol looked for, at "no next header" or at anything else.
 */
const chain = (s: State, value: number, version: 'ip' | 'ip6'): Condition => {
  const reg = s.allocate()
  if (s.payload.variable) s.fail("'protochain' not supported with variable length headers")
  s.unoptimizable = true
  const type = linkType(s, version === 'ip' ? ETHERTYPE.ip : ETHERTYPE.ip6)
  const at = s.payload.constant + s.network
  const list: Statement[] = []
  const add = (code: number, k = 0): Statement => {
    const one = statement(code, k)
    list.push(one)
    return one
  }
  const branch = (k: number): Statement => add(JMP | JEQ | K, k)
  const again = (to: number) => add(JMP | JA, to - list.length - 1)

  add(LD | ABS | B, at + (version === 'ip' ? 9 : 6))
  if (version === 'ip') add(LDX | MSH | B, at)
  else add(LDX | IMM, 40)
  const loop = list.length
  const found = branch(value)
  const none = branch(IP_PROTO.none)
  found.jf = none
  let other: Statement | undefined
  if (version === 'ip6') {
    const extensions = [HOP_BY_HOP, DESTINATION, ROUTING, IP_PROTO.fragment].map(branch)
    none.jf = extensions[0]
    // A = next header, X += (length + 1) * 8
    const advance = add(LD | IND | B, at)
    extensions.forEach((e, i) => {
      e.jt = advance
      e.jf = extensions[i + 1]
    })
    other = extensions.at(-1)
    add(ST, reg)
    add(LD | IND | B, at + 1)
    add(ALU | ADD | K, 1)
    add(ALU | MUL | K, 8)
    add(ALU | ADD | X)
    add(MISC | TAX)
    add(LD | MEM, reg)
    again(loop)
  } else none.jf = add(ALU | ADD | K, 0)
  const ah = branch(IP_PROTO.ah)
  if (other) other.jf = ah
  // A = next header, X = (length + 2) * 4: as libpcap does it, which forgets to add the former X.
  ah.jt = add(MISC | TXA)
  add(LD | IND | B, at)
  add(ST, reg)
  add(MISC | TXA)
  add(ALU | ADD | K, 1)
  add(MISC | TAX)
  add(LD | IND | B, at)
  add(ALU | ADD | K, 2)
  add(ALU | MUL | K, 4)
  add(MISC | TAX)
  add(LD | MEM, reg)
  again(loop)
  const end = add(ALU | ADD | K, 0)
  found.jt = end
  none.jt = end
  ah.jf = end
  s.free(reg)
  return and(type, test(list, JEQ | K, value))
}

/** `protochain n`: the protocol anywhere in the chain of headers. @throws SL_FILTER */
export const protocolChain = (s: State, value: number, proto: string): Condition => {
  if (proto === 'default') {
    s.allocate()
    return any(chain(s, value, 'ip'), chain(s, value, 'ip6'))
  }
  if (proto !== 'ip' && proto !== 'ip6') s.fail("bad protocol applied for 'protochain'")
  return chain(s, value, proto as 'ip' | 'ip6')
}
