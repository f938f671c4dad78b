import { StreamlineError } from '@netstreamline/core'

/**
 * The filter IR: what fpl3, classic BPF and the portable FEs compile to, and what every back end starts from.
 * A program is a header of 16 bytes and instructions of 12, little endian, specified in docs/reference/ir.md.
 * 32 registers of 32 bits, zero at the start of every block; jumps go forward only, so every program ends.
 */
export const MAGIC = 0x52494c53
export const VERSION = 1
export const HEADER = 16
export const SIZE = 12
export const REGISTERS = 32
export const MAX_INSTRUCTIONS = 65_536
export const MAX_MEMORY = 65_536
/** As index register of a load: none. */
export const NONE = 255

/** Operation codes. Grouped by ten so that a target can dispatch on the group. */
export const OP = {
  RET: 0, // classifier = a & 0xffff
  RETI: 1, // classifier = imm & 0xffff
  JMP: 2,
  MOV: 10,
  MOVI: 11,
  NEG: 12,
  NOT: 13,
  ADD: 20,
  SUB: 21,
  MUL: 22,
  DIV: 23,
  MOD: 24,
  AND: 25,
  OR: 26,
  XOR: 27,
  SHL: 28,
  SHR: 29,
  ADDI: 30,
  SUBI: 31,
  MULI: 32,
  DIVI: 33,
  MODI: 34,
  ANDI: 35,
  ORI: 36,
  XORI: 37,
  SHLI: 38,
  SHRI: 39,
  LDB: 40, // d = byte at base[b] + r[a] + imm
  LDW: 41, // 16 bits, big endian
  LDD: 42, // 32 bits, big endian
  LDSB: 43,
  LDSW: 44,
  LDBIT: 45, // bit of the window, MSB of byte 0 = bit 0; address in bits
  LEN: 50,
  WLEN: 51,
  CLS: 52,
  KIND: 53,
  PROTO: 54,
  TRIM: 60, // length = min(length, r[a])
  TRIMI: 61,
  NARROW: 62, // offset += r[a] + imm, length -= the same
  SETKIND: 63,
  STREAM: 64, // stream = r[a]
  LDM: 70, // d = memory[r[a] + imm]
  STM: 71, // memory[r[a] + imm] = r[b]
  ADDM: 72, // memory[r[a] + imm] += r[b]
  JEQ: 80,
  JNE: 81,
  JLT: 82,
  JGE: 83,
  JLE: 84,
  JGT: 85,
  JSET: 86,
  JEQI: 90,
  JNEI: 91,
  JLTI: 92,
  JGEI: 93,
  JLEI: 94,
  JGTI: 95,
  JSETI: 96,
} as const
export type OpName = keyof typeof OP

/** What a load counts from: the window, the network header, the transport header. */
export const BASE = { window: 0, l3: 1, l4: 2 } as const
export type BaseName = keyof typeof BASE

/** Bytes that a load reads, 0 for everything else. */
export const width = (op: number): number =>
  op === OP.LDB || op === OP.LDSB || op === OP.LDBIT ? 1 : op === OP.LDW || op === OP.LDSW ? 2 : op === OP.LDD ? 4 : 0

export const isJump = (op: number): boolean => op === OP.JMP || op >= 80
export const isBranch = (op: number): boolean => op >= 80
export const isReturn = (op: number): boolean => op === OP.RET || op === OP.RETI
export const isAlu = (op: number): boolean => op >= 20 && op < 30
export const isAluImmediate = (op: number): boolean => op >= 30 && op < 40

/** One instruction. `imm` is a u32. */
export interface Instruction {
  readonly op: number
  readonly d: number
  readonly a: number
  readonly b: number
  readonly imm: number
  readonly to: number
}

/** A decoded program. */
export interface Program {
  /** Words of persistent memory, private to the instance, zero at first. */
  readonly memory: number
  readonly code: readonly Instruction[]
}

/** The bytes of a program. */
export const encode = (program: Program): Uint8Array => {
  const bytes = new Uint8Array(HEADER + program.code.length * SIZE)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC, true)
  view.setUint16(4, VERSION, true)
  view.setUint32(8, program.memory, true)
  view.setUint32(12, program.code.length, true)
  program.code.forEach((i, n) => {
    const at = HEADER + n * SIZE
    bytes.set([i.op, i.d, i.a, i.b], at)
    view.setUint32(at + 4, i.imm, true)
    view.setUint32(at + 8, i.to, true)
  })
  return bytes
}

/** Reads the bytes of a program; {@link verify} must still accept it. @throws SL_IR */
export const decode = (bytes: Uint8Array): Program => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const bad = (why: string) =>
    new StreamlineError('SL_IR', `not a program of the filter IR: ${why}`, {
      hint: 'compile it again with this version of the translator',
    })
  if (bytes.length < HEADER || view.getUint32(0, true) !== MAGIC) throw bad('no header')
  if (view.getUint16(4, true) !== VERSION) throw bad(`version ${view.getUint16(4, true)}, not ${VERSION}`)
  const count = view.getUint32(12, true)
  if (bytes.length !== HEADER + count * SIZE) throw bad(`${bytes.length} bytes for ${count} instructions`)
  const code: Instruction[] = []
  for (let at = HEADER; at < bytes.length; at += SIZE) {
    code.push({
      op: bytes[at]!,
      d: bytes[at + 1]!,
      a: bytes[at + 2]!,
      b: bytes[at + 3]!,
      imm: view.getUint32(at + 4, true),
      to: view.getUint32(at + 8, true),
    })
  }
  return { memory: view.getUint32(8, true), code }
}
