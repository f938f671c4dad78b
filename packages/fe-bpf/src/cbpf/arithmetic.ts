import * as op from './opcodes.js'

/** The result of an ALU operation on two u32, as a u32; undefined for a division by zero. Shifts by 32 and more give 0. */
export const compute = (operation: number, a: number, b: number): number | undefined => {
  switch (operation) {
    case op.ADD:
      return (a + b) >>> 0
    case op.SUB:
      return (a - b) >>> 0
    case op.MUL:
      return Math.imul(a, b) >>> 0
    case op.DIV:
      return b === 0 ? undefined : Math.floor(a / b)
    case op.MOD:
      return b === 0 ? undefined : a % b
    case op.AND:
      return (a & b) >>> 0
    case op.OR:
      return (a | b) >>> 0
    case op.XOR:
      return (a ^ b) >>> 0
    case op.LSH:
      return b < 32 ? (a << b) >>> 0 : 0
    case op.RSH:
      return b < 32 ? a >>> b : 0
    default:
      return -a >>> 0
  }
}

/** The outcome of a comparison of two u32. */
export const holds = (operation: number, a: number, b: number): boolean => {
  switch (operation) {
    case op.JEQ:
      return a === b
    case op.JGT:
      return a > b
    case op.JGE:
      return a >= b
    default:
      return (a & b) !== 0
  }
}
