import type { Program } from './format.js'
import { OP } from './ops.js'

/** The body of a loop: instructions start..end, of which `end` is the LOOP. FOR stands before `start`. */
export interface Loop {
  readonly start: number
  readonly end: number
  readonly rounds: number
  readonly counter: number
  /** How many loops it lies in. */
  readonly depth: number
  readonly outer: Loop | undefined
}

/** The innermost loop that each instruction lies in; a text says what is wrong with the loops. */
export const loopsOf = ({ code }: Pick<Program, 'code'>): (Loop | undefined)[] | string => {
  const loops: (Loop | undefined)[] = new Array(code.length)
  let inner: Loop | undefined
  for (let pc = 0; pc < code.length; pc++) {
    const { op, d, imm, to } = code[pc]!
    loops[pc] = inner
    if (op === OP.FOR) {
      const end = code[to]
      if (to <= pc || end?.op !== OP.LOOP || end.to !== pc + 1 || end.d !== d) return `instruction ${pc}: FOR has no LOOP`
      if (inner && to >= inner.end) return `instruction ${pc}: loops overlap`
      inner = { start: pc + 1, end: to, rounds: imm, counter: d, depth: (inner?.depth ?? 0) + 1, outer: inner }
    } else if (op === OP.LOOP) {
      if (inner?.end !== pc) return `instruction ${pc}: LOOP has no FOR`
      inner = inner.outer
    }
  }
  return loops
}

/** May one jump from inside `from` to inside `to`? Only out of loops: their rounds are counted from FOR on. */
export const mayEnter = (from: Loop | undefined, to: Loop | undefined): boolean => {
  let at = from
  while (at && at !== to) at = at.outer
  return at === to
}
