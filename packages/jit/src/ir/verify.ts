import { StreamlineError } from '@netstreamline/core'
import {
  decode,
  isJump,
  isReturn,
  MAX_INSTRUCTIONS,
  MAX_MEMORY,
  NONE,
  OP,
  type Program,
  REGISTERS,
  width,
} from './format.js'

const known = new Set<number>(Object.values(OP))

const complaint = (program: Program): string | undefined => {
  const { code, memory } = program
  if (code.length === 0) return 'it has no instruction'
  if (code.length > MAX_INSTRUCTIONS) return `${code.length} instructions, more than ${MAX_INSTRUCTIONS}`
  if (memory > MAX_MEMORY) return `${memory} words of memory, more than ${MAX_MEMORY}`
  for (let pc = 0; pc < code.length; pc++) {
    const { op, d, a, b, to } = code[pc]!
    if (!known.has(op)) return `instruction ${pc}: unknown operation ${op}`
    const load = width(op) > 0
    const indexed = load || op === OP.NARROW || (op >= OP.LDM && op <= OP.ADDM)
    if (d >= REGISTERS) return `instruction ${pc}: register ${d}`
    if (a >= REGISTERS && !(indexed && a === NONE)) return `instruction ${pc}: register ${a}`
    if (load ? b > 2 : b >= REGISTERS) return `instruction ${pc}: ${load ? 'base' : 'register'} ${b}`
    if (isJump(op) && (to <= pc || to >= code.length))
      return `instruction ${pc}: jumps to ${to}, only forward is allowed`
  }
  const last = code.at(-1)!.op
  return isReturn(last) ? undefined : 'it can run past its end'
}

/** Checks everything that back ends rely on: known operations, registers, forward jumps, an end. @throws SL_IR */
export const verify = (program: Program | Uint8Array): Program => {
  const decoded = program instanceof Uint8Array ? decode(program) : program
  const why = complaint(decoded)
  if (why)
    throw new StreamlineError('SL_IR', `the filter IR program is not valid: ${why}`, {
      hint: 'report this to the author of the translator',
    })
  return decoded
}
