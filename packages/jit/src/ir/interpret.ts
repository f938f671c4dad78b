import { BASE, NONE, OP, type Program, REGISTERS, width } from './format.js'

/** The fields of a block that a program reads and changes. */
export interface Frame {
  readonly bytes: Uint8Array
  offset: number
  length: number
  kind: number
  l3: number
  l4: number
  proto: number
  classifier: number
  stream: number
  wireLength: number
}

const alu = (op: number, a: number, b: number): number => {
  switch (op) {
    case OP.ADD:
      return a + b
    case OP.SUB:
      return a - b
    case OP.MUL:
      return Math.imul(a, b)
    case OP.DIV:
      return (a >>> 0) / (b >>> 0)
    case OP.MOD:
      return (a >>> 0) % (b >>> 0)
    case OP.AND:
      return a & b
    case OP.OR:
      return a | b
    case OP.XOR:
      return a ^ b
    case OP.SHL:
      return a << (b & 31)
    default:
      return a >>> (b & 31)
  }
}

const holds = (op: number, a: number, b: number): boolean => {
  switch (op) {
    case OP.JEQ:
      return a === b
    case OP.JNE:
      return a !== b
    case OP.JLT:
      return a < b
    case OP.JGE:
      return a >= b
    case OP.JLE:
      return a <= b
    case OP.JGT:
      return a > b
    default:
      return (a & b) !== 0
  }
}

/**
 * The reference semantics of the IR: clear before fast. `program` must be verified; `memory` has its size in words.
 * Addresses are exact (no wrap-around); what lies outside the window ends the program with 0.
 */
export const interpret = ({ code }: Program, f: Frame, memory: Uint32Array): number => {
  const r = new Uint32Array(REGISTERS)
  for (let pc = 0; ; pc++) {
    const { op, d, a, b, imm, to } = code[pc]!
    const index = a === NONE ? 0 : r[a]!
    const bytes = width(op)
    if (bytes > 0) {
      // Headers may lie before a narrowed window (§5): only unknown (-1) and its end bound them.
      const start = b === BASE.l3 ? f.l3 : b === BASE.l4 ? f.l4 : f.offset
      const address = index + imm
      const at = (op === OP.LDBIT ? Math.floor(address / 8) : address) + start
      if (start < 0 || at + bytes > f.offset + f.length) return 0
      const byte = (n: number) => f.bytes[at + n]!
      if (op === OP.LDBIT) r[d] = (byte(0) >> (7 - (address % 8))) & 1
      else if (bytes === 1) r[d] = op === OP.LDSB ? (byte(0) << 24) >> 24 : byte(0)
      else if (bytes === 2) r[d] = op === OP.LDSW ? ((byte(0) << 24) >> 16) | byte(1) : (byte(0) << 8) | byte(1)
      else r[d] = (byte(0) << 24) | (byte(1) << 16) | (byte(2) << 8) | byte(3)
      continue
    }
    if (op >= OP.ADD && op <= OP.SHRI) {
      const right = op >= OP.ADDI ? imm : r[b]!
      const base = op >= OP.ADDI ? op - 10 : op
      if ((base === OP.DIV || base === OP.MOD) && right === 0) return 0
      r[d] = alu(base, r[a]!, right)
      continue
    }
    if (op >= OP.JEQ) {
      if (op >= OP.JEQI ? holds(op - 10, r[a]!, imm) : holds(op, r[a]!, r[b]!)) pc = to - 1
      continue
    }
    switch (op) {
      case OP.RET:
        return r[a]! & 0xffff
      case OP.RETI:
        return imm & 0xffff
      case OP.JMP:
        pc = to - 1
        break
      case OP.MOV:
        r[d] = r[a]!
        break
      case OP.MOVI:
        r[d] = imm
        break
      case OP.NEG:
        r[d] = -r[a]!
        break
      case OP.NOT:
        r[d] = ~r[a]!
        break
      case OP.LEN:
        r[d] = f.length
        break
      case OP.WLEN:
        r[d] = f.wireLength
        break
      case OP.CLS:
        r[d] = f.classifier
        break
      case OP.KIND:
        r[d] = f.kind
        break
      case OP.PROTO:
        r[d] = f.proto
        break
      case OP.TRIM:
        f.length = Math.min(f.length, r[a]!)
        break
      case OP.TRIMI:
        f.length = Math.min(f.length, imm)
        break
      case OP.NARROW:
        if (index + imm > f.length) return 0
        f.offset += index + imm
        f.length -= index + imm
        break
      case OP.SETKIND:
        f.kind = imm | 0
        break
      case OP.STREAM:
        f.stream = r[a]!
        break
      default: {
        if (index + imm >= memory.length) return 0
        if (op === OP.LDM) r[d] = memory[index + imm]!
        else if (op === OP.STM) memory[index + imm] = r[b]!
        else memory[index + imm] = memory[index + imm]! + r[b]!
      }
    }
  }
}
