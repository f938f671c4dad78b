import { NONE, type Program, REGISTERS } from './ir/format.js'
import { type Loop, loopsOf } from './ir/loops.js'
import { isLoad, isSet, isSetImmediate, OP, width, writes } from './ir/ops.js'
import { falls, jumps } from './ir/targets.js'

/**
 * What is certain before an instruction, over all ways to it: bytes proved readable from each base; which registers
 * hold a value below 2^31 (a plain signed compare will do); whether EDIT has or may have come before.
 */
export interface Facts {
  readonly proved: readonly [number, number, number]
  readonly small: number
  readonly edited: 'no' | 'maybe' | 'yes'
}

const ALL = REGISTERS === 32 ? -1 : 2 ** REGISTERS - 1
const NOTHING = [0, 0, 0] as const

const meet = (x: Facts, y: Facts): Facts => ({
  proved: [
    Math.min(x.proved[0], y.proved[0]),
    Math.min(x.proved[1], y.proved[1]),
    Math.min(x.proved[2], y.proved[2]),
  ],
  small: x.small & y.small,
  edited: x.edited === y.edited ? x.edited : 'maybe',
})

const moves = new Set<number>([OP.TRIM, OP.TRIMI, OP.NARROW, OP.EDIT])

/** What holds in every round of a loop: nothing of what its body may undo. */
const inside = (before: Facts, { start, end }: Loop, { code }: Program): Facts => {
  let { proved, small, edited } = before
  for (let pc = start; pc <= end; pc++) {
    const { op, d } = code[pc]!
    if (writes(op) && op !== OP.LOOP) small &= ~(1 << d)
    if (moves.has(op)) proved = NOTHING
    if (op === OP.EDIT && edited === 'no') edited = 'maybe'
  }
  return { proved, small, edited }
}

/** Is what the instruction writes below 2^31? */
const isSmall = (i: Program['code'][number], is: (register: number) => boolean): boolean => {
  const { op, a, b, imm } = i
  switch (op) {
    case OP.MOV:
    case OP.DIV:
    case OP.SHR:
    case OP.DIVI:
    case OP.ASR:
    case OP.ASRI:
      return is(a)
    case OP.MOVI:
    case OP.FOR:
      return imm < 2 ** 31
    case OP.AND:
      return is(a) || is(b)
    case OP.ANDI:
      return is(a) || imm < 2 ** 31
    case OP.SHRI:
      return is(a) || (imm & 31) > 0
    case OP.OR:
    case OP.XOR:
      return is(a) && is(b)
    case OP.ORI:
    case OP.XORI:
      return is(a) && imm < 2 ** 31
    case OP.MODI:
      return imm <= 2 ** 31
    case OP.LDB:
    case OP.LDW:
    case OP.LDBIT:
    case OP.LEN:
    case OP.CLS:
    case OP.SCAN:
    case OP.LOOP:
      return true
    default:
      return isSet(op) || isSetImmediate(op)
  }
}

const after = (before: Facts, i: Program['code'][number]): Facts => {
  const { op, d, a, b, imm } = i
  let { proved, small, edited } = before
  if (isLoad(op) && a === NONE) {
    const end = op === OP.LDBIT ? Math.floor(imm / 8) + 1 : imm + width(op)
    const next: [number, number, number] = [...proved]
    next[b as 0 | 1 | 2] = Math.max(next[b]!, end)
    proved = next
  }
  if (op === OP.TRIM || op === OP.NARROW) proved = NOTHING
  if (op === OP.TRIMI) proved = [Math.min(proved[0], imm), 0, 0]
  if (op === OP.EDIT) {
    proved = [proved[0], 0, 0]
    edited = 'yes'
  }
  if (writes(op)) {
    const is = (register: number) => (small & (1 << register)) !== 0
    small = isSmall(i, is) ? small | (1 << d) : small & ~(1 << d)
  }
  return { proved, small, edited }
}

/** Facts before every instruction of a verified program; undefined where it cannot be reached. */
export const analyse = (program: Program): (Facts | undefined)[] => {
  const { code } = program
  const loops = loopsOf(program) as (Loop | undefined)[]
  const facts: (Facts | undefined)[] = new Array(code.length)
  const join = (at: number, more: Facts): void => {
    const old = facts[at]
    facts[at] = old ? meet(old, more) : more
  }
  join(0, { proved: NOTHING, small: ALL, edited: 'no' })
  for (let pc = 0; pc < code.length; pc++) {
    const before = facts[pc]
    if (!before) continue
    const i = code[pc]!
    const then = after(before, i)
    // A load that goes elsewhere has proved nothing and written nothing.
    for (const to of jumps(program, pc)) join(to, isLoad(i.op) ? before : then)
    if (falls(i.op)) join(pc + 1, i.op === OP.FOR ? inside(then, loops[pc + 1]!, program) : then)
  }
  return facts
}
