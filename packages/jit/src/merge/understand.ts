import { holds } from '../ir/compute.js'
import { type Instruction, NONE, type Program } from '../ir/format.js'
import { readsOf } from '../ir/operands.js'
import { isAlu, isAluImmediate, isBranch, isLoad, OP, writes } from '../ir/ops.js'
import { targets } from '../ir/targets.js'
import type { Tree, Trees } from './tree.js'
import { isConstant, type Value, type Values } from './values.js'

/** Longer programs are left as they are: each instruction may cost a level of the stack. */
const MAX_LENGTH = 2000
/** A tree may become larger than the program, where ways meet with different values in registers. */
const MAX_GROWTH = 4

const specials = new Set<number>([OP.LEN, OP.WLEN, OP.CLS, OP.KIND, OP.PROTO])
const understood = (op: number): boolean =>
  op === OP.RET ||
  op === OP.RETI ||
  op === OP.JMP ||
  op === OP.SWITCH ||
  (op >= OP.MOV && op <= OP.LDBIT) ||
  specials.has(op) ||
  op === OP.TRIM ||
  op === OP.TRIMI ||
  isBranch(op)

/** Registers that are still read before they are written, as bits, before each instruction. */
const liveness = (program: Program): number[] => {
  const live: number[] = new Array(program.code.length).fill(0)
  for (let pc = program.code.length - 1; pc >= 0; pc--) {
    const i = program.code[pc]!
    let after = 0
    for (const to of targets(program, pc)) after |= live[to]!
    if (writes(i.op)) after &= ~(1 << i.d)
    for (const r of readsOf(i)) after |= 1 << r
    // Where a load goes elsewhere its register keeps what it had.
    if (isLoad(i.op) && i.to !== 0) after |= live[i.to]!
    live[pc] = after
  }
  return live
}

const mirrored: Record<number, number> = {
  [OP.JEQ]: OP.JEQ,
  [OP.JNE]: OP.JNE,
  [OP.JLT]: OP.JGT,
  [OP.JGE]: OP.JLE,
  [OP.JLE]: OP.JGE,
  [OP.JGT]: OP.JLT,
  [OP.JSET]: OP.JSET,
}

class TooMuch extends Error {}

interface State {
  readonly registers: readonly Value[]
  readonly trim: number
}

/** Runs a program on values instead of numbers, all ways. */
class Understanding {
  readonly #program: Program
  readonly #values: Values
  readonly #trees: Trees
  readonly #live: number[]
  readonly #known = new Map<string, Tree>()
  readonly #most: number
  constructor(program: Program, values: Values, trees: Trees) {
    this.#program = program
    this.#values = values
    this.#trees = trees
    this.#live = liveness(program)
    this.#most = MAX_GROWTH * program.code.length + 64
  }
  tree(): Tree {
    return this.#from(0, { registers: new Array(32).fill(this.#values.constant(0)), trim: Number.POSITIVE_INFINITY })
  }
  #from(pc: number, state: State): Tree {
    const live = this.#live[pc]!
    let key = `${pc},${state.trim}`
    for (let r = 0; r < 32; r++) if (live & (1 << r)) key += `,${state.registers[r]!.id}`
    let known = this.#known.get(key)
    if (!known) {
      if (this.#known.size >= this.#most) throw new TooMuch()
      known = this.#walk(pc, state)
      this.#known.set(key, known)
    }
    return known
  }
  #compare(how: number, a: Value, b: Value, yes: () => Tree, no: () => Tree): Tree {
    if (isConstant(a) && isConstant(b)) return holds(how, a.imm, b.imm) ? yes() : no()
    // A constant stands on the right.
    if (isConstant(a)) return this.#compare(mirrored[how]!, b, a, yes, no)
    const trees = this.#trees
    switch (how) {
      case OP.JEQ:
        return trees.test('equal', a, b, yes(), no())
      case OP.JNE:
        return trees.test('equal', a, b, no(), yes())
      case OP.JLT:
        return trees.test('less', a, b, yes(), no())
      case OP.JGE:
        return trees.test('less', a, b, no(), yes())
      case OP.JLE:
        return this.#atMost(a, b, yes, no)
      case OP.JGT:
        return this.#atMost(a, b, no, yes)
      default:
        return trees.test('common', a, b, yes(), no())
    }
  }
  /** a ≤ b, as a < b + 1 where b is constant, so that tests of one value can be put together. */
  #atMost(a: Value, b: Value, yes: () => Tree, no: () => Tree): Tree {
    if (!isConstant(b)) return this.#trees.test('less', b, a, no(), yes())
    if (b.imm === 2 ** 32 - 1) return yes()
    return this.#trees.test('less', a, this.#values.constant(b.imm + 1), yes(), no())
  }
  /** From an instruction to the next decision. */
  #walk(start: number, { registers, trim }: State): Tree {
    const [values, trees] = [this.#values, this.#trees]
    const r = [...registers]
    let cut = trim
    for (let pc = start; ; ) {
      const i = this.#program.code[pc]!
      const { op, d, a, b, imm, to } = i
      const go = (next: number): Tree => this.#from(next, { registers: r, trim: cut })
      const put = (value: Value): void => {
        r[d] = value
        pc++
      }
      if (isLoad(op)) {
        if (cut !== Number.POSITIVE_INFINITY) throw new TooMuch()
        const value = values.load(op, a === NONE ? undefined : r[a]!, imm, b)
        const outside = to ? go(to) : trees.reject
        r[d] = value
        return trees.load(value, go(pc + 1), outside)
      }
      if (isAlu(op) || isAluImmediate(op)) {
        const right = isAlu(op) ? r[b]! : values.constant(imm)
        const base = isAlu(op) ? op : op - 10
        const left = r[a]!
        if (base !== OP.DIV && base !== OP.MOD) put(values.alu(base, left, right))
        else if (isConstant(right)) {
          if (right.imm === 0) return trees.reject
          put(values.alu(base, left, right))
        } else {
          r[d] = values.alu(base, left, right)
          return trees.test('equal', right, values.constant(0), trees.reject, go(pc + 1))
        }
        continue
      }
      if (isBranch(op)) {
        const [how, right] = op >= OP.JEQI ? [op - 10, values.constant(imm)] : [op, r[b]!]
        return this.#compare(
          how,
          r[a]!,
          right,
          () => go(to),
          () => go(pc + 1),
        )
      }
      switch (op) {
        case OP.JMP:
          pc = to
          break
        case OP.SWITCH:
          return this.#switch(i, r[a]!, go)
        case OP.RET:
        case OP.RETI: {
          const value = op === OP.RET ? r[a]! : values.constant(imm)
          if (!isConstant(value)) throw new TooMuch()
          return trees.leaf({ classifier: value.imm & 0xffff, trim: cut })
        }
        case OP.MOV:
          put(r[a]!)
          break
        case OP.MOVI:
          put(values.constant(imm))
          break
        case OP.NEG:
        case OP.NOT:
          put(values.unary(op, r[a]!))
          break
        case OP.TRIM:
        case OP.TRIMI: {
          const value = op === OP.TRIM ? r[a]! : values.constant(imm)
          if (!isConstant(value)) throw new TooMuch()
          cut = Math.min(cut, value.imm)
          pc++
          break
        }
        default:
          if (op === OP.LEN && cut !== Number.POSITIVE_INFINITY) throw new TooMuch()
          put(values.special(op))
      }
    }
  }
  #switch({ imm, to }: Instruction, value: Value, go: (pc: number) => Tree): Tree {
    const table = this.#program.tables![imm]!
    if (isConstant(value)) return go(table.find(([v]) => v === value.imm)?.[1] ?? to)
    return table.reduceRight(
      (rest, [v, at]) => this.#trees.test('equal', value, this.#values.constant(v), go(at), rest),
      go(to),
    )
  }
}

/**
 * The decisions of a program that only looks at a block and says what it is; undefined for one that does more, or whose
 * decisions would be too many.
 */
export const understand = (program: Program, values: Values, trees: Trees): Tree | undefined => {
  const { code, memory, counted } = program
  if (memory > 0 || counted || code.length > MAX_LENGTH || !code.every(({ op }) => understood(op))) return undefined
  try {
    return new Understanding(program, values, trees).tree()
  } catch (error) {
    // Deep decisions may also need more stack than there is.
    if (error instanceof TooMuch || error instanceof RangeError) return undefined
    throw error
  }
}
