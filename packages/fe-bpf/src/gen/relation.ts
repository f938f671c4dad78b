import {
  ADD,
  ALU,
  AND,
  B,
  DIV,
  H,
  IMM,
  IND,
  JEQ,
  JGE,
  JGT,
  K,
  LD,
  LDX,
  LEN,
  LSH,
  MEM,
  MISC,
  MOD,
  MUL,
  NEG,
  OR,
  RSH,
  ST,
  SUB,
  TAX,
  W,
  X,
  XOR,
} from '../cbpf/opcodes.js'
import { linkTypeName } from '../linktypes.js'
import type { Arithmetic, ArithmeticOperator, Relation } from '../parser/ast.js'
import { equal } from './compare.js'
import { and, type Condition, not, type Statement, statement, test } from './condition.js'
import { IP_PROTO } from './numbers.js'
import { firstFragment } from './port.js'
import { protocol } from './proto.js'
import { loadIpHeaderLength, type Offset, type State, variablePart } from './state.js'

/** Code that leaves a value in the word `reg`; `guard` must hold for the value to exist. */
interface Value {
  readonly code: Statement[]
  readonly reg: number
  readonly guard: Condition | undefined
}

const operations: Record<ArithmeticOperator, number> = {
  '+': ADD,
  '-': SUB,
  '*': MUL,
  '/': DIV,
  '%': MOD,
  '&': AND,
  '|': OR,
  '^': XOR,
  '<<': LSH,
  '>>': RSH,
}

const both = (a: Condition | undefined, b: Condition | undefined): Condition | undefined =>
  a && b ? and(a, b) : (a ?? b)

const constant = (s: State, value: number): Value => {
  const reg = s.allocate()
  return { code: [statement(LD | IMM, value), statement(ST, reg)], reg, guard: undefined }
}

const sizes = new Map([
  [1, B],
  [2, H],
  [4, W],
])

const atNetwork = new Set('ip arp rarp atalk decnet sca lat moprc mopdl ip6'.split(' '))
const atTransport = new Set('sctp tcp udp icmp igmp igrp pim vrrp carp'.split(' '))
const withRadio = new Set(['IEEE802_11_RADIO_AVS', 'IEEE802_11_RADIO', 'PRISM_HEADER'])

/** Puts index plus the variable part of `offset` into X. */
const indexFrom = (s: State, offset: Offset, index: number): Statement[] => {
  const variable = variablePart(s, offset)
  if (!variable) return [statement(LDX | MEM, index)]
  return [...variable, statement(LD | MEM, index), statement(ALU | ADD | X), statement(MISC | TAX)]
}

/** `proto[index:size]`. @throws SL_FILTER */
const loadField = (s: State, proto: string, index: Value, bytes: number): Value => {
  const reg = s.allocate()
  s.free(index.reg)
  const size = sizes.get(bytes)
  if (size === undefined) return s.fail('data size must be 1, 2, or 4')
  const code = index.code
  let { guard } = index
  const at = (k: number) => code.push(statement(LD | IND | size, k))
  if (proto === 'radio') {
    if (!withRadio.has(linkTypeName(s.linktype) ?? '')) s.fail('radio information not present in capture')
    code.push(statement(LDX | MEM, index.reg))
    at(0)
  } else if (proto === 'link') {
    code.push(...indexFrom(s, s.linkHeader, index.reg))
    at(s.linkHeader.constant)
  } else if (atNetwork.has(proto)) {
    code.push(...indexFrom(s, s.payload, index.reg))
    at(s.payload.constant + s.network)
    guard = both(guard, protocol(s, proto))
  } else if (atTransport.has(proto)) {
    // Only in IPv4 and in the first fragment does the header lie where it is looked for.
    code.push(...loadIpHeaderLength(s), statement(LD | MEM, index.reg), statement(ALU | ADD | X), statement(MISC | TAX))
    at(s.payload.constant + s.network)
    let own = and(protocol(s, proto), firstFragment(s))
    if (guard) own = and(guard, own)
    guard = and(protocol(s, 'ip'), own)
  } else if (proto === 'icmp6') {
    guard = both(both(guard, protocol(s, 'ip6')), equal(s, 'payload', 6, B, IP_PROTO.icmp6))
    code.push(...indexFrom(s, s.payload, index.reg))
    at(s.payload.constant + s.network + 40)
  } else s.fail('unsupported index operation')
  code.push(statement(ST, reg))
  return { code, reg, guard }
}

/** Refuses what no packet can make meaningful, also where nothing is optimised. */
const checkOperand = (s: State, op: ArithmeticOperator, right: Value): void => {
  const first = right.code[0]!
  if (first.code !== (LD | IMM)) return
  if (op === '/' && first.k === 0) s.fail('division by zero')
  if (op === '%' && first.k === 0) s.fail('modulus by zero')
  if ((op === '<<' || op === '>>') && first.k > 31) s.fail('shift by more than 31 bits')
}

const binary = (s: State, op: ArithmeticOperator, left: Value, right: Value): Value => {
  checkOperand(s, op, right)
  const code = left.code
  for (const one of right.code) code.push(one)
  code.push(statement(LDX | MEM, right.reg), statement(LD | MEM, left.reg), statement(ALU | X | operations[op]))
  s.free(left.reg)
  s.free(right.reg)
  const reg = s.allocate()
  code.push(statement(ST, reg))
  return { code, reg, guard: left.guard }
}

const value = (s: State, a: Arithmetic): Value => {
  // A long sum leans to the left: it is walked down first, so that only the right sides recurse.
  const sums: (Arithmetic & { type: 'binary' })[] = []
  let leaf = a
  while (leaf.type === 'binary') {
    sums.push(leaf)
    leaf = leaf.left
  }
  let result = operand(s, leaf)
  for (const sum of sums.reverse()) {
    const right = value(s, sum.right)
    s.span = sum.span
    result = binary(s, sum.op, result, right)
  }
  return result
}

const operand = (s: State, a: Exclude<Arithmetic, { type: 'binary' }>): Value => {
  switch (a.type) {
    case 'num':
      return constant(s, a.value)
    case 'len': {
      const reg = s.allocate()
      return { code: [statement(LD | LEN), statement(ST, reg)], reg, guard: undefined }
    }
    case 'load': {
      const index = value(s, a.index)
      s.span = a.span
      return loadField(s, a.proto, index, a.size)
    }
    case 'neg': {
      const of = value(s, a.of)
      of.code.push(statement(LD | MEM, of.reg), statement(ALU | NEG), statement(ST, of.reg))
      return of
    }
  }
}

const jumps: Record<Relation, readonly [op: number, reverse: boolean]> = {
  '=': [JEQ, false],
  '!=': [JEQ, true],
  '>': [JGT, false],
  '<=': [JGT, true],
  '>=': [JGE, false],
  '<': [JGE, true],
}

/** `left op right`, where the protocols that both sides look into are there. @throws SL_FILTER */
export const relation = (s: State, op: Relation, left: Arithmetic, right: Arithmetic): Condition => {
  const a = value(s, left)
  const b = value(s, right)
  return relate(s, op, a, b)
}

const relate = (s: State, op: Relation, a: Value, b: Value): Condition => {
  const [jump, reverse] = jumps[op]
  const code = a.code
  for (const one of b.code) code.push(one)
  code.push(statement(LDX | MEM, b.reg), statement(LD | MEM, a.reg))
  if (jump === JEQ) code.push(statement(ALU | SUB | X))
  const t = test(code, jump === JEQ ? JEQ | K : jump | X, 0)
  s.free(a.reg)
  s.free(b.reg)
  const guard = both(a.guard, b.guard)
  const result = reverse ? not(t) : t
  return guard ? and(guard, result) : result
}

/** SLIP's direction byte: 0 for what came in. */
export const slipDirection = (s: State, outbound: boolean): Condition => {
  const byte = loadField(s, 'link', constant(s, 0), 1)
  return relate(s, outbound ? '!=' : '=', byte, constant(s, 0))
}
