import { compute, holds } from './arithmetic.js'
import * as op from './opcodes.js'

/** A program with backward jumps (`protochain`) could go on for ever: after this many instructions it rejects. */
const MAX_STEPS = 1_000_000

/**
 * Runs a program on the packet `bytes[offset .. offset+length)` and returns its result, 0..2^32-1: how many bytes
 * of the packet to keep, 0 for none. All arithmetic is unsigned 32 bit. A load outside the packet and a division
 * by zero return 0; a shift by 32 or more gives 0. `ld len` is `wireLength`. The program must be valid.
 */
export const run = (
  program: op.Program,
  bytes: Uint8Array,
  offset: number,
  length: number,
  wireLength: number,
): number => {
  const memory = new Array<number>(op.MEMORY_WORDS).fill(0)
  let a = 0
  let x = 0
  /** Value of `size` at byte `at` of the packet; -1 outside it. `at` may reach 2^33, so nothing wraps. */
  const load = (at: number, size: number): number => {
    const i = offset + at
    if (size === op.B) return at < length ? bytes[i]! : -1
    if (size === op.H) return at + 2 <= length ? (bytes[i]! << 8) | bytes[i + 1]! : -1
    if (at + 4 > length) return -1
    return ((bytes[i]! << 24) | (bytes[i + 1]! << 16) | (bytes[i + 2]! << 8) | bytes[i + 3]!) >>> 0
  }
  for (let pc = 0, steps = 0; pc < program.length && steps < MAX_STEPS; pc++, steps++) {
    const { code, jt, jf, k } = program[pc]!
    switch (op.classOf(code)) {
      case op.LD:
      case op.LDX: {
        const mode = op.modeOf(code)
        let v: number
        if (mode === op.IMM) v = k
        else if (mode === op.LEN) v = wireLength >>> 0
        else if (mode === op.MEM) v = memory[k]!
        else if (mode === op.MSH) v = load(k, op.B)
        else v = load(mode === op.IND ? x + k : k, op.sizeOf(code))
        if (v < 0) return 0
        if (mode === op.MSH) v = (v & 0xf) << 2
        if (op.classOf(code) === op.LD) a = v
        else x = v
        break
      }
      case op.ST:
        memory[k] = a
        break
      case op.STX:
        memory[k] = x
        break
      case op.ALU: {
        const v = compute(op.opOf(code), a, op.srcOf(code) === op.X ? x : k)
        if (v === undefined) return 0
        a = v
        break
      }
      case op.JMP:
        if (op.opOf(code) === op.JA) pc += k | 0
        else pc += holds(op.opOf(code), a, op.srcOf(code) === op.X ? x : k) ? jt : jf
        break
      case op.RET:
        return (code & 0x18) === op.A ? a : (code & 0x18) === op.X ? x : k
      default:
        if ((code & 0xf8) === op.TAX) x = a
        else a = x
    }
  }
  return 0
}
