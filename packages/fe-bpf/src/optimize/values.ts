import { compute } from '../cbpf/arithmetic.js'
import * as op from '../cbpf/opcodes.js'
import type { Statement } from '../gen/condition.js'
import { NOP } from './atoms.js'
import { A_ATOM, X_ATOM } from './graph.js'

const zeroIsNeutral = new Set([op.ADD, op.LSH, op.RSH, op.OR, op.XOR])
const zeroAbsorbs = new Set([op.MUL, op.AND])
const fromZeroIsX = new Set([op.ADD, op.OR, op.XOR])

/**
 * Value numbers (Cocke and Schwartz): equal numbers mean equal values, 0 means nothing is known. Also says whether
 * anything was changed, which the optimiser's loop needs to know.
 */
export class Values {
  /** Something was changed since this was last set to false. */
  changed = false
  private readonly numbers = new Map<string, number>()
  private readonly constants: (number | undefined)[] = [undefined]

  constructor(private readonly fail: (message: string) => never) {}

  private of(code: number, v0: number, v1: number): number {
    const key = `${code},${v0},${v1}`
    const known = this.numbers.get(key)
    if (known !== undefined) return known
    const value = this.constants.length
    this.numbers.set(key, value)
    this.constants.push(code === (op.LD | op.IMM) ? v0 : undefined)
    return value
  }

  /** Number of a constant. */
  constant(k: number): number {
    return this.of(op.LD | op.IMM, k, 0)
  }

  /** The constant that a value is; undefined when it isn't one. */
  known(value: number): number | undefined {
    return this.constants[value]
  }

  private store(s: Statement, values: Int32Array, atom: number, value: number, alter: boolean): void {
    if (alter && values[atom] === value) s.code = NOP
    else values[atom] = value
  }

  private become(s: Statement, code: number, k: number): void {
    s.code = code
    s.k = k >>> 0
    this.changed = true
  }

  /** Follows what a statement does to the values; with `alter` also simplifies it. */
  follow(s: Statement, values: Int32Array, alter: boolean): void {
    const a = values[A_ATOM]!
    const x = values[X_ATOM]!
    switch (op.classOf(s.code)) {
      case op.LD:
      case op.LDX:
        this.followLoad(s, values, alter)
        break
      case op.ST:
        this.store(s, values, s.k, a, alter)
        break
      case op.STX:
        this.store(s, values, s.k, x, alter)
        break
      case op.ALU:
        if (op.opOf(s.code) === op.NEG) this.followNegation(s, values, alter)
        else if (op.srcOf(s.code) === op.K) this.followConstant(s, values, alter)
        else this.followX(s, values, alter)
        break
      case op.MISC:
        if (s.code === NOP) break
        if ((s.code & 0xf8) === op.TAX) this.store(s, values, X_ATOM, a, alter)
        else this.store(s, values, A_ATOM, x, alter)
        break
    }
  }

  private followLoad(s: Statement, values: Int32Array, alter: boolean): void {
    const mode = op.modeOf(s.code)
    const atom = op.classOf(s.code) === op.LD ? A_ATOM : X_ATOM
    let value: number
    if (mode === op.IND) {
      const x = values[X_ATOM]!
      const base = this.known(x)
      if (alter && base !== undefined) this.become(s, op.LD | op.ABS | op.sizeOf(s.code), s.k + base)
      value = alter && base !== undefined ? this.of(s.code, s.k, 0) : this.of(s.code, s.k, x)
    } else if (mode === op.IMM) value = this.constant(s.k)
    else if (mode === op.MEM) {
      value = values[s.k]!
      const k = this.known(value)
      if (alter && k !== undefined) this.become(s, op.classOf(s.code) | op.IMM, k)
    } else value = this.of(s.code, mode === op.LEN ? 0 : s.k, 0)
    this.store(s, values, atom, value, alter)
  }

  private followNegation(s: Statement, values: Int32Array, alter: boolean): void {
    const k = this.known(values[A_ATOM]!)
    if (alter && k !== undefined) {
      this.become(s, op.LD | op.IMM, -k)
      values[A_ATOM] = this.constant(s.k)
    } else values[A_ATOM] = this.of(s.code, values[A_ATOM]!, 0)
  }

  private foldInto(s: Statement, values: Int32Array, a: number, b: number): void {
    const operation = op.opOf(s.code)
    const result = compute(operation, a, b)
    if (result === undefined) this.fail(operation === op.DIV ? 'division by zero' : 'modulus by zero')
    this.become(s, op.LD | op.IMM, result!)
    values[A_ATOM] = this.constant(result)
  }

  private followConstant(s: Statement, values: Int32Array, alter: boolean): void {
    const operation = op.opOf(s.code)
    if (alter) {
      if (s.k === 0) {
        if (zeroIsNeutral.has(operation)) {
          s.code = NOP
          return
        }
        if (zeroAbsorbs.has(operation)) {
          s.code = op.LD | op.IMM
          values[A_ATOM] = this.constant(0)
          return
        }
        if (operation === op.DIV) this.fail('division by zero')
        if (operation === op.MOD) this.fail('modulus by zero')
      }
      const k = this.known(values[A_ATOM]!)
      if (k !== undefined) {
        this.foldInto(s, values, k, s.k)
        return
      }
    }
    values[A_ATOM] = this.of(s.code, values[A_ATOM]!, this.constant(s.k))
  }

  private followX(s: Statement, values: Int32Array, alter: boolean): void {
    const operation = op.opOf(s.code)
    const a = this.known(values[A_ATOM]!)
    const x = this.known(values[X_ATOM]!)
    if (alter && x !== undefined) {
      if (a !== undefined) {
        this.foldInto(s, values, a, x)
        return
      }
      if ((operation === op.LSH || operation === op.RSH) && x > 31) this.fail('shift by more than 31 bits')
      this.become(s, op.ALU | op.K | operation, x)
      values[A_ATOM] = this.of(s.code, values[A_ATOM]!, this.constant(x))
      return
    }
    if (alter && a === 0) {
      if (fromZeroIsX.has(operation)) {
        s.code = op.MISC | op.TXA
        this.store(s, values, A_ATOM, values[X_ATOM]!, alter)
        return
      }
      if (operation !== op.SUB) {
        s.code = op.LD | op.IMM
        s.k = 0
        this.store(s, values, A_ATOM, this.constant(0), alter)
        return
      }
    }
    values[A_ATOM] = this.of(s.code, values[A_ATOM]!, values[X_ATOM]!)
  }
}
