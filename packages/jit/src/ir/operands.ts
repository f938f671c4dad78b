import { type Instruction, NONE } from './format.js'
import {
  isAlu,
  isAluImmediate,
  isBranch,
  isIndexed,
  isMemory,
  isSet,
  isSetImmediate,
  isStore,
  OP,
  writes,
} from './ops.js'

const readsA = new Set<number>([OP.RET, OP.SWITCH, OP.MOV, OP.NEG, OP.NOT, OP.TRIM, OP.STREAM, OP.MAIL])

/** Registers that an instruction reads. */
export const readsOf = ({ op, d, a, b }: Instruction): number[] => {
  if (isIndexed(op)) {
    const index = a === NONE ? [] : [a]
    if (isStore(op)) return [...index, d]
    return isMemory(op) && op !== OP.LDM ? [...index, b] : index
  }
  if (isAlu(op) || isSet(op) || (isBranch(op) && op < OP.JEQI)) return [a, b]
  if (isAluImmediate(op) || isSetImmediate(op) || isBranch(op) || readsA.has(op)) return [a]
  return op === OP.LOOP ? [d] : []
}

/** Registers that occur in a program. */
export const registersOf = (code: readonly Instruction[]): number[] => {
  const used = new Set<number>()
  for (const i of code) {
    for (const r of readsOf(i)) used.add(r)
    if (writes(i.op)) used.add(i.d)
  }
  return [...used].sort((x, y) => x - y)
}
