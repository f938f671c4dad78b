import { StreamlineError } from '@netstreamline/core'
import * as op from './opcodes.js'

/** Longest program accepted; far above what the kernel takes (4,096), since long host lists run here as well. */
export const MAX_INSTRUCTIONS = 1_000_000

const isLoad = (code: number): boolean => {
  const mode = op.modeOf(code)
  const size = op.sizeOf(code)
  if (op.classOf(code) === op.LDX) {
    return (
      code === (op.LDX | op.IMM) ||
      code === (op.LDX | op.MEM) ||
      code === (op.LDX | op.LEN) ||
      code === (op.LDX | op.MSH | op.B)
    )
  }
  if (mode === op.ABS || mode === op.IND) return size === op.W || size === op.H || size === op.B
  return size === 0 && (mode === op.IMM || mode === op.MEM || mode === op.LEN)
}

const known = (code: number): boolean => {
  if (code > 0xff) return false
  switch (op.classOf(code)) {
    case op.LD:
    case op.LDX:
      return isLoad(code)
    case op.ST:
    case op.STX:
      return code === op.ST || code === op.STX
    case op.ALU:
      return op.opOf(code) === op.NEG ? code === (op.ALU | op.NEG) : op.opOf(code) <= op.XOR
    case op.JMP:
      return op.opOf(code) === op.JA ? code === (op.JMP | op.JA) : op.opOf(code) <= op.JSET
    case op.RET:
      return code === (op.RET | op.K) || code === (op.RET | op.A)
    default:
      return code === (op.MISC | op.TAX) || code === (op.MISC | op.TXA)
  }
}

/** What is wrong with instruction `at`; undefined when nothing is. */
const fault = (program: op.Program, at: number): string | undefined => {
  const { code, jt, jf, k } = program[at]!
  const integers = Number.isInteger(code) && Number.isInteger(jt) && Number.isInteger(jf) && Number.isInteger(k)
  if (!integers || jt < 0 || jt > 255 || jf < 0 || jf > 255 || k < 0 || k > 0xffffffff) return 'a field is out of range'
  if (!known(code)) return `unknown instruction code ${code}`
  const memory =
    op.classOf(code) === op.ST || op.classOf(code) === op.STX || ((code & 7) < 2 && op.modeOf(code) === op.MEM)
  if (memory && k >= op.MEMORY_WORDS) return `no memory word ${k}`
  const divides = op.classOf(code) === op.ALU && (op.opOf(code) === op.DIV || op.opOf(code) === op.MOD)
  if (divides && op.srcOf(code) === op.K && k === 0) return 'division by zero'
  if (op.classOf(code) !== op.JMP) return undefined
  const last = program.length - 1
  if (op.opOf(code) === op.JA) {
    const to = at + 1 + (k | 0)
    return to < 0 || to > last ? 'jump out of the program' : undefined
  }
  return at + 1 + Math.max(jt, jf) > last ? 'jump out of the program' : undefined
}

/**
 * Checks that a program can run: known instructions, jumps inside the program, memory words 0..15, no division by a
 * constant zero, a RET at the end. Backward `ja` is allowed (`protochain` needs it); {@link run} bounds the steps.
 * @throws SL_FILTER
 */
export const validate = (program: op.Program): void => {
  const refuse = (why: string, at: number): never => {
    throw new StreamlineError('SL_FILTER', `BPF program is not valid: ${why}`, {
      instruction: at,
      hint: 'give a program as `streamline filter -ddd` prints it',
    })
  }
  if (program.length === 0) refuse('it is empty', 0)
  if (program.length > MAX_INSTRUCTIONS) refuse(`more than ${MAX_INSTRUCTIONS} instructions`, MAX_INSTRUCTIONS)
  for (let at = 0; at < program.length; at++) {
    const why = fault(program, at)
    if (why !== undefined) refuse(why, at)
  }
  if (op.classOf(program.at(-1)!.code) !== op.RET) refuse('it does not end with ret', program.length - 1)
}
