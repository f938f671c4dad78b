import type { Program } from './ir/format.js'
import { type Loop, loopsOf } from './ir/loops.js'
import { OP } from './ir/ops.js'
import { jumps } from './ir/targets.js'

/** How a target writes a program that jumps forward, and loops, with nested blocks only. */
export interface Shape {
  /** A block begins; jumps to `target` leave it. */
  open(target: number): void
  /** It ends here: `target` is the next instruction. */
  close(target: number): void
  /** A FOR: a loop begins behind it. */
  loop(pc: number): void
  /** Its LOOP, and the loop's end. */
  endLoop(pc: number): void
  instruction(pc: number): void
}

/** Instructions that are jumped to, ascending, of a program of which only `reached` instructions run. */
export const jumpTargets = (program: Program, reached: (pc: number) => boolean): number[] => {
  const all = new Set<number>()
  for (let pc = 0; pc < program.code.length; pc++) if (reached(pc)) for (const to of jumps(program, pc)) all.add(to)
  return [...all].sort((x, y) => x - y)
}

/**
 * Lays a program out: for each target of a jump a block that ends there. It begins with the loop, or the program, that
 * the target lies in, so that every jump to it comes from inside.
 */
export const shape = (program: Program, targets: readonly number[], out: Shape): void => {
  const loops = loopsOf(program) as (Loop | undefined)[]
  const inside = new Map<Loop | undefined, number[]>()
  for (const to of targets) inside.set(loops[to], [...(inside.get(loops[to]) ?? []), to])
  const begin = (loop: Loop | undefined): void => {
    for (const to of [...(inside.get(loop) ?? [])].reverse()) out.open(to)
  }
  const ends = new Set(targets)
  begin(undefined)
  for (let pc = 0; pc < program.code.length; pc++) {
    if (ends.has(pc)) out.close(pc)
    const { op } = program.code[pc]!
    if (op === OP.FOR) {
      out.loop(pc)
      begin(loops[pc + 1])
    } else if (op === OP.LOOP) out.endLoop(pc)
    else out.instruction(pc)
  }
}
