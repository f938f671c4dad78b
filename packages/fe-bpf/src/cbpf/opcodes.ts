/** Classic BPF (McCanne and Jacobson 1993): the instruction set as every implementation encodes it. */
export interface Instruction {
  /** Class, size, mode or operation: a u16. */
  readonly code: number
  /** Instructions to skip when the comparison holds: a u8. */
  readonly jt: number
  /** Instructions to skip when it doesn't: a u8. */
  readonly jf: number
  /** Operand: a u32. */
  readonly k: number
}

/** A classic BPF program. */
export type Program = readonly Instruction[]

export const LD = 0x00
export const LDX = 0x01
export const ST = 0x02
export const STX = 0x03
export const ALU = 0x04
export const JMP = 0x05
export const RET = 0x06
export const MISC = 0x07

export const W = 0x00
export const H = 0x08
export const B = 0x10

export const IMM = 0x00
export const ABS = 0x20
export const IND = 0x40
export const MEM = 0x60
export const LEN = 0x80
export const MSH = 0xa0

export const ADD = 0x00
export const SUB = 0x10
export const MUL = 0x20
export const DIV = 0x30
export const OR = 0x40
export const AND = 0x50
export const LSH = 0x60
export const RSH = 0x70
export const NEG = 0x80
export const MOD = 0x90
export const XOR = 0xa0

export const JA = 0x00
export const JEQ = 0x10
export const JGT = 0x20
export const JGE = 0x30
export const JSET = 0x40

/** The operand is k. */
export const K = 0x00
/** The operand is the X register. */
export const X = 0x08
/** RET only: the result is the A register. */
export const A = 0x10

export const TAX = 0x00
export const TXA = 0x80

/** Words of scratch memory, M[0..15]. */
export const MEMORY_WORDS = 16

export const classOf = (code: number): number => code & 0x07
export const sizeOf = (code: number): number => code & 0x18
export const modeOf = (code: number): number => code & 0xe0
export const opOf = (code: number): number => code & 0xf0
export const srcOf = (code: number): number => code & 0x08
