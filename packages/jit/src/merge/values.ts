import { compute } from '../ir/compute.js'
import { BASE } from '../ir/format.js'
import { OP } from '../ir/ops.js'

/**
 * Something that a program computes from the block, as an expression. Equal expressions are one object, whatever
 * program they come from. `op` is that of the instruction that computes it, in its register form; MOVI for a constant.
 */
export interface Value {
  readonly id: number
  readonly op: number
  readonly a: Value | undefined
  readonly b: Value | undefined
  /** The constant itself, or the constant part of an address. */
  readonly imm: number
  readonly base: number
}

/** All values of programs that are looked at together. */
export class Values {
  readonly #known = new Map<string, Value>()
  #make(op: number, a?: Value, b?: Value, imm = 0, base: number = BASE.window): Value {
    const key = `${op},${a?.id},${b?.id},${imm},${base}`
    const known = this.#known.get(key)
    if (known) return known
    const made: Value = { id: this.#known.size, op, a, b, imm, base }
    this.#known.set(key, made)
    return made
  }
  constant(imm: number): Value {
    return this.#make(OP.MOVI, undefined, undefined, imm >>> 0)
  }
  special(op: number): Value {
    return this.#make(op)
  }
  load(op: number, index: Value | undefined, imm: number, base: number): Value {
    // A constant index is part of the address, unless that would wrap.
    if (index && isConstant(index) && index.imm + imm < 2 ** 32) {
      return this.#make(op, undefined, undefined, index.imm + imm, base)
    }
    return this.#make(op, index, undefined, imm, base)
  }
  /** a op b; division by 0 has been ruled out. */
  alu(op: number, a: Value, b: Value): Value {
    if (isConstant(a) && isConstant(b)) return this.constant(compute(op, a.imm, b.imm))
    return this.#make(op, a, b)
  }
  unary(op: number, a: Value): Value {
    if (isConstant(a)) return this.constant(op === OP.NEG ? -a.imm : ~a.imm)
    return this.#make(op, a)
  }
}

export const isConstant = (v: Value): boolean => v.op === OP.MOVI
