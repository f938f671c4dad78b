import type { Instruction, Program } from './format.js'
import type { Loop } from './loops.js'
import { isReturn, OP } from './ops.js'
import { targets } from './targets.js'

/** Charge for the copy that EDIT makes. */
const EDIT_COST = 64

/** Units of work that one instruction is charged: about what it costs beside a load. */
export const costOf = ({ op, b, imm, to }: Instruction, { patterns, tables, externs }: Program): number => {
  switch (op) {
    case OP.HASH:
      return 8 + 6 * Math.ceil(to / 4)
    case OP.SCAN:
      return 1 + to * patterns![b]!.length
    case OP.EXT:
      return 1 + externs![b]!.cost
    case OP.SWITCH:
      return 1 + Math.ceil(Math.log2(tables![imm]!.length + 1))
    case OP.EDIT:
      return EDIT_COST
    default:
      return 1
  }
}

/**
 * An upper bound of what one block can cost: the dearest way through the program, loops with all their rounds. Where a
 * loop is left early, the way out counts as if it were taken after the last round.
 */
export const worstCost = (program: Program, loops: readonly (Loop | undefined)[]): number => {
  const { code } = program
  /** Dearest way from each instruction to the end of the program, or of the body that it lies in. */
  const rest: number[] = new Array(code.length + 1).fill(0)
  /** What a jump costs from inside `inner` on: what lies outside is added where the loop begins. */
  const beyond = (inner: Loop | undefined, to: number): number => (!inner || to <= inner.end ? rest[to]! : 0)
  const exits = new Map<Loop, number>()
  for (let pc = code.length - 1; pc >= 0; pc--) {
    const i = code[pc]!
    const inner = loops[pc]
    let most = 0
    for (const to of targets(program, pc)) {
      most = Math.max(most, beyond(inner, to))
      for (let l = inner; l && to > l.end; l = l.outer) {
        const outside = !l.outer || to <= l.outer.end ? rest[to]! : 0
        exits.set(l, Math.max(exits.get(l) ?? 0, outside))
      }
    }
    if (i.op === OP.FOR) {
      const body = loops[pc + 1]!
      most = i.imm * rest[pc + 1]! + Math.max(beyond(inner, body.end + 1), exits.get(body) ?? 0)
    } else if (i.op === OP.LOOP || isReturn(i.op)) most = 0
    rest[pc] = costOf(i, program) + most
  }
  return rest[0]!
}
