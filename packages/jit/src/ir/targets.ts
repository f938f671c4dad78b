import type { Program } from './format.js'
import { isBranch, isLoad, isReturn, OP } from './ops.js'

/** Where instruction `pc` can go besides to the next one, forward. */
export const jumps = ({ code, tables }: Program, pc: number): readonly number[] => {
  const { op, imm, to } = code[pc]!
  if (op === OP.JMP || isBranch(op) || (isLoad(op) && to !== 0)) return [to]
  if (op === OP.SWITCH) return [...tables![imm]!.map(([, at]) => at), to]
  return []
}
/** Does it go on to the next instruction? */
export const falls = (op: number): boolean => !isReturn(op) && op !== OP.JMP && op !== OP.SWITCH

/** Where it can go, the way back of a LOOP apart. */
export const targets = (program: Program, pc: number): readonly number[] => {
  const to = jumps(program, pc)
  return falls(program.code[pc]!.op) ? [...to, pc + 1] : to
}
