import { OP } from './ops.js'

/** Result of an arithmetic operation on two u32, to be taken modulo 2^32. Divisors are not 0. */
export const compute = (op: number, a: number, b: number): number => {
  switch (op) {
    case OP.ADD:
      return a + b
    case OP.SUB:
      return a - b
    case OP.MUL:
      return Math.imul(a, b)
    case OP.DIV:
      return Math.floor(a / b)
    case OP.MOD:
      return a % b
    case OP.AND:
      return a & b
    case OP.OR:
      return a | b
    case OP.XOR:
      return a ^ b
    case OP.SHL:
      return a << (b & 31)
    case OP.SHR:
      return a >>> (b & 31)
    default:
      return (a | 0) >> (b & 31)
  }
}

/** Outcome of a comparison of two u32: `op` is JEQ … JSET. */
export const holds = (op: number, a: number, b: number): boolean => {
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

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by))

/** What HASH starts with. */
export const SEED = 0x9e3779b9

/** Hash of bytes, a u32: shifts, additions and exclusive ors only, so that every target can afford it. */
export const hash = (bytes: Uint8Array, at: number, length: number): number => {
  let h = SEED ^ length
  for (let i = 0; i < length; i += 4) {
    let word = 0
    for (let k = i; k < i + 4; k++) word = (word << 8) | (k < length ? bytes[at + k]! : 0)
    h = Math.imul(rotate(h ^ word, 13), 5)
  }
  h ^= h >>> 16
  h = (h + (h << 3)) | 0
  h ^= h >>> 11
  h = (h + (h << 15)) | 0
  h ^= h >>> 16
  return h >>> 0
}

/** Where `pattern` first lies inside [from, end), -1 when it does not. */
export const scan = (bytes: Uint8Array, from: number, end: number, pattern: Uint8Array): number => {
  for (let at = from; at + pattern.length <= end; at++) {
    let k = 0
    while (k < pattern.length && bytes[at + k] === pattern[k]) k++
    if (k === pattern.length) return at
  }
  return -1
}
