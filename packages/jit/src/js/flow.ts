import { isBranch, isReturn, NONE, OP, type Program, REGISTERS, width } from '../ir/format.js'

/**
 * What is certain before each instruction, over all ways to it (jumps go forward, so one pass suffices):
 * bytes proved readable from each base, and which registers hold a value below 2^31 (a plain signed compare will do).
 */
export interface Facts {
  readonly proved: readonly [number, number, number]
  readonly small: number
}

const allSmall = REGISTERS === 32 ? -1 : 2 ** REGISTERS - 1

/** Facts before every instruction; undefined where it cannot be reached. */
export const analyse = ({ code }: Program): (Facts | undefined)[] => {
  const facts: (Facts | undefined)[] = new Array(code.length)
  const join = (at: number, proved: readonly [number, number, number], small: number): void => {
    const old = facts[at]
    facts[at] = old
      ? {
          proved: [
            Math.min(old.proved[0], proved[0]),
            Math.min(old.proved[1], proved[1]),
            Math.min(old.proved[2], proved[2]),
          ],
          small: old.small & small,
        }
      : { proved, small }
  }
  join(0, [0, 0, 0], allSmall)
  for (let pc = 0; pc < code.length; pc++) {
    const before = facts[pc]
    if (!before) continue
    const { op, d, a, b, imm, to } = code[pc]!
    let proved = before.proved
    let small = before.small
    const set = (isSmall: boolean) => {
      small = isSmall ? small | (1 << d) : small & ~(1 << d)
    }
    const is = (register: number) => (small & (1 << register)) !== 0
    const bytes = width(op)
    if (bytes > 0) {
      if (a === NONE) {
        const end = op === OP.LDBIT ? Math.floor(imm / 8) + 1 : imm + bytes
        const next: [number, number, number] = [...proved]
        if (end > next[b]!) next[b as 0 | 1 | 2] = end
        proved = next
      }
      set(op === OP.LDB || op === OP.LDW || op === OP.LDBIT)
    } else if (op === OP.MOV) set(is(a))
    else if (op === OP.MOVI) set(imm < 2 ** 31)
    else if (op === OP.AND) set(is(a) || is(b))
    else if (op === OP.ANDI) set(is(a) || imm < 2 ** 31)
    else if (op === OP.SHRI) set(is(a) || (imm & 31) > 0)
    else if (op === OP.DIV || op === OP.SHR || op === OP.DIVI) set(is(a))
    else if (op === OP.OR || op === OP.XOR) set(is(a) && is(b))
    else if (op === OP.ORI || op === OP.XORI) set(is(a) && imm < 2 ** 31)
    else if (op === OP.MODI) set(imm <= 2 ** 31)
    else if (op === OP.LEN || op === OP.CLS || op === OP.KIND) set(true)
    else if (op >= OP.NEG && op <= OP.SHRI) set(false)
    else if (op === OP.WLEN || op === OP.PROTO || op === OP.LDM) set(false)
    else if (op === OP.TRIM || op === OP.NARROW) proved = [0, 0, 0]
    else if (op === OP.TRIMI) proved = [Math.min(proved[0], imm), 0, 0]
    if (isReturn(op)) continue
    if (op === OP.JMP) join(to, proved, small)
    else {
      if (isBranch(op)) join(to, proved, small)
      join(pc + 1, proved, small)
    }
  }
  return facts
}
