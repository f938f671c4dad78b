import {
  ABS,
  ADD,
  ALU,
  AND,
  B,
  IMM,
  IND,
  JA,
  JEQ,
  JMP,
  JSET,
  K,
  LD,
  LDX,
  LSH,
  MEM,
  MISC,
  OR,
  ST,
  TAX,
  TXA,
  W,
  X,
} from '../cbpf/opcodes.js'
import { DLT, linkTypeName } from '../linktypes.js'
import { type Statement, statement, type Test, test } from './condition.js'
import { isWlan } from './offsets.js'
import type { State } from './state.js'

/** A 16-bit little-endian length at bytes 2 and 3, as radiotap and PPI have it, stored and in X. */
const littleEndianLength = (reg: number): Statement[] => [
  statement(LD | B | ABS, 3),
  statement(ALU | LSH | K, 8),
  statement(MISC | TAX),
  statement(LD | B | ABS, 2),
  statement(ALU | OR | X),
  statement(ST, reg),
  statement(MISC | TAX),
]

/** AVS: a 32-bit length at byte 4. */
const avsLength = (reg: number): Statement[] => [statement(LD | W | ABS, 4), statement(ST, reg), statement(MISC | TAX)]

/** Prism headers are 144 bytes long; but some drivers give AVS headers under the same link type. */
const prismLength = (reg: number): Statement[] => {
  const isAvs = statement(JMP | JEQ | K, 0x80211000)
  const avs = statement(LD | W | ABS, 4)
  const prism = statement(LD | W | IMM, 144)
  isAvs.jt = avs
  isAvs.jf = prism
  const skip = statement(JMP | JA, 1)
  return [
    statement(LD | W | ABS, 0),
    statement(ALU | AND | K, 0xfffff000),
    isAvs,
    avs,
    skip,
    prism,
    statement(ST, reg),
    statement(MISC | TAX),
  ]
}

/** Length of the radio header in front of 802.11, in the word that was assigned to it; nothing if none was. */
const radioLength = (s: State, reg: number): Statement[] | undefined => {
  const name = linkTypeName(s.env.linktype)
  if (name === 'PRISM_HEADER') s.unoptimizable = true
  if (reg < 0) return undefined
  if (name === 'PRISM_HEADER') return prismLength(reg)
  if (name === 'IEEE802_11_RADIO_AVS') return avsLength(reg)
  return name === 'IEEE802_11_RADIO' || name === 'PPI' ? littleEndianLength(reg) : undefined
}

const RADIOTAP_TSFT = 0x01000000
const RADIOTAP_FLAGS = 0x02000000
const RADIOTAP_EXTENSION = 0x00000080
const RADIOTAP_DATA_PADDING = 0x20

/**
 * Start of the 802.11 payload: 24 bytes of header, in data frames 2 more with QoS, rounded up to four bytes where a
 * radiotap header says that there is padding. `prefix` leaves the start of the header in X.
 */
const wlanPayload = (s: State, prefix: Statement[] | undefined, rest: Statement): Statement[] => {
  const { reg } = s.payload
  s.unoptimizable = true
  const code = prefix ?? [statement(LDX | IMM, s.outermostLinkHeader.constant)]
  const add = (op: number, k = 0): Statement => {
    const one = statement(op, k)
    code.push(one)
    return one
  }
  const branch = (k: number): Statement => add(JMP | JSET | K, k)
  add(MISC | TXA)
  add(ALU | ADD | K, 24)
  add(ST, reg)
  add(LD | IND | B, 0)
  const data1 = branch(0x08)
  const data2 = branch(0x04)
  const qos = branch(0x80)
  data1.jt = data2
  data1.jf = rest
  data2.jt = rest
  data2.jf = qos
  qos.jt = add(LD | MEM, reg)
  add(ALU | ADD | K, 2)
  add(ST, reg)
  if (s.linktype !== DLT['IEEE802_11_RADIO']) {
    qos.jf = rest
    return code
  }
  qos.jf = add(LD | ABS | W, 4)
  const flags = branch(RADIOTAP_FLAGS)
  const extended = branch(RADIOTAP_EXTENSION)
  const tsft = branch(RADIOTAP_TSFT)
  flags.jf = rest
  flags.jt = extended
  extended.jt = rest
  extended.jf = tsft
  tsft.jt = add(LD | ABS | B, 16)
  const late = branch(RADIOTAP_DATA_PADDING)
  tsft.jf = add(LD | ABS | B, 8)
  const early = branch(RADIOTAP_DATA_PADDING)
  const round = add(LD | MEM, reg)
  add(ALU | ADD | K, 3)
  add(ALU | AND | K, ~3)
  add(ST, reg)
  for (const padding of [late, early]) {
    padding.jt = round
    padding.jf = rest
  }
  return code
}

/** The header that OpenBSD's pf writes begins with its length, without what pads it to four bytes. */
const pflogPayload = (reg: number): Statement[] => [
  statement(LD | B | ABS, 0),
  statement(ALU | ADD | K, 3),
  statement(ALU | AND | K, ~3),
  statement(ST, reg),
]

/** Puts in front of the first test whatever computes the offsets that are only known at run time and are used. */
export const insertPrologue = (s: State, first: Test): void => {
  const outermost = s.linkHeader
  if (s.payload.reg >= 0 && outermost.variable && outermost.reg < 0) outermost.reg = s.allocate()
  let code = radioLength(s, outermost.reg)
  if (isWlan(s.env.linktype) && s.payload.reg >= 0) code = wlanPayload(s, code, first.statements[0]!)
  if (s.env.linktype === DLT['PFLOG'] && s.payload.reg >= 0) code = pflogPayload(s.payload.reg)
  if (code) first.statements = [...code, ...first.statements]
}

/** PPI may hold any link type: only 802.11 is looked into. */
export const ppiCheck = (s: State): Test | undefined =>
  s.linktype === DLT['PPI'] ? test([statement(LD | W | ABS, 4)], JEQ | K, 0x69000000) : undefined
