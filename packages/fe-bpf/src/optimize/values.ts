import { compute } from '../cbpf/arithmetic.js'
import * as op from '../cbpf/opcodes.js'
import type { Statement } from '../gen/condition.js'
import { canReject, NOP } from './atoms.js'
import { maximum } from './bounds.js'
import { A_ATOM, type Block, X_ATOM } from './graph.js'

const zeroIsNeutral = new Set([op.ADD, op.LSH, op.RSH, op.OR, op.XOR])
const zeroAbsorbs = new Set([op.MUL, op.AND])
const fromZeroIsX = new Set([op.ADD, op.OR, op.XOR])
const fromZeroIsZero = new Set([op.MUL, op.AND, op.LSH, op.RSH])

const SIZES = new Map([
  [op.W, 4],
  [op.H, 2],
  [op.B, 1],
])

/** Bytes that a packet has at least after a load; 0 for other statements. */
const reach = ({ code, k }: Statement): number => {
  if (!canReject(code) || op.classOf(code) === op.ALU) return 0
  return k + (op.modeOf(code) === op.MSH ? 1 : SIZES.get(op.sizeOf(code))!)
}

/**
 * Value numbers (Cocke and Schwartz): equal numbers mean equal values, 0 means nothing is known. Also says whether
 * anything was changed, which the optimiser's loop needs to know.
 */
export class Values {
  /** Something was changed since this was last set to false. */
  changed = false
  private readonly numbers = new Map<string, number>()
  private readonly constants: (number | undefined)[] = [undefined]
  /** No value with this number is greater. */
  private readonly maxima: number[] = [0xffffffff]
  /** Statements of the block at hand that cannot reject a packet that has got there. */
  private readonly safe = new Set<Statement>()
  /** Upper bound of X where it is added to A, in the block at hand. */
  private readonly addends = new Map<Statement, number>()

  constructor(private readonly fail: (message: string) => never) {}

  private fresh(code: number, v0: number, v1: number): number {
    const value = this.constants.length
    const isConstant = code === (op.LD | op.IMM)
    this.constants.push(isConstant ? v0 : undefined)
    this.maxima.push(isConstant ? v0 : maximum(code, this.maxima[v0] ?? 0xffffffff, this.maxima[v1] ?? 0xffffffff))
    return value
  }

  private of(code: number, v0: number, v1: number): number {
    const key = `${code},${v0},${v1}`
    let value = this.numbers.get(key)
    if (value === undefined) this.numbers.set(key, (value = this.fresh(code, v0, v1)))
    return value
  }

  /** The value of an operation on values: of what is not known, another one every time. */
  private result(code: number, v0: number, v1: number): number {
    return v0 === 0 || v1 === 0 ? this.fresh(code, v0, v1) : this.of(code, v0, v1)
  }

  /** Number of a constant. */
  constant(k: number): number {
    return this.of(op.LD | op.IMM, k, 0)
  }

  /** The constant that a value is; undefined when it isn't one. */
  known(value: number): number | undefined {
    return this.constants[value]
  }

  /** Can this statement, of the block followed last, reject a packet that has got there? */
  rejects(s: Statement): boolean {
    return canReject(s.code) && !this.safe.has(s)
  }

  /** Upper bound of X in an addition of the block followed last. */
  addend(s: Statement): number {
    return this.addends.get(s) ?? 0xffffffff
  }

  /** Follows the values, which are those at the start of the block; with `alter` simplifies its statements. */
  followAll(b: Block, alter: boolean): void {
    this.safe.clear()
    this.addends.clear()
    for (const s of b.statements) {
      if (s.code === (op.ALU | op.ADD | op.X)) this.addends.set(s, this.maxima[b.values[X_ATOM]!]!)
      if (!canReject(s.code)) {
        this.follow(s, b.values, alter)
        continue
      }
      const x = op.modeOf(s.code) === op.IND ? this.maxima[b.values[X_ATOM]!]! : 0
      const reached = reach(s)
      const before = b.values.slice()
      const atom = op.classOf(s.code) === op.LDX ? X_ATOM : A_ATOM
      this.follow(s, b.values, alter)
      // What a register already holds has been loaded before.
      if ((reached > 0 && reached + x <= b.known) || before.includes(b.values[atom]!)) this.safe.add(s)
      b.known = Math.max(b.known, reached)
    }
  }

  private store(s: Statement, values: Int32Array, atom: number, value: number, alter: boolean): void {
    if (alter && value !== 0 && values[atom] === value) s.code = NOP
    else values[atom] = value
  }

  private become(s: Statement, code: number, k: number): void {
    s.code = code
    s.k = k >>> 0
    this.changed = true
  }

  private follow(s: Statement, values: Int32Array, alter: boolean): void {
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
      const at = (this.known(x) ?? Number.POSITIVE_INFINITY) + s.k
      // No packet is so long that an address could go round.
      if (alter && at <= 0xffffffff) this.become(s, op.LD | op.ABS | op.sizeOf(s.code), at)
      value = alter && at <= 0xffffffff ? this.load(s) : this.indexed(s, x)
    } else if (mode === op.IMM) value = this.constant(s.k)
    else if (mode === op.MEM) {
      value = values[s.k]!
      const k = this.known(value)
      if (alter && k !== undefined) this.become(s, op.classOf(s.code) | op.IMM, k)
    } else value = this.load(s)
    this.store(s, values, atom, value, alter)
  }

  /** Value of a load from a place that is a constant, or of the length. */
  private load({ code, k }: Statement): number {
    return this.of(code, -1 - (op.modeOf(code) === op.LEN ? 0 : k), -1)
  }

  /** Value of a load from a place that depends on X. */
  private indexed({ code, k }: Statement, x: number): number {
    return x === 0 ? this.fresh(code, -1 - k, 0) : this.of(code, -1 - k, x)
  }

  private followNegation(s: Statement, values: Int32Array, alter: boolean): void {
    const k = this.known(values[A_ATOM]!)
    if (alter && k !== undefined) {
      this.become(s, op.LD | op.IMM, -k)
      values[A_ATOM] = this.constant(s.k)
    } else values[A_ATOM] = this.result(s.code, values[A_ATOM]!, -1)
  }

  private foldInto(s: Statement, values: Int32Array, a: number, b: number): void {
    const operation = op.opOf(s.code)
    const result = compute(operation, a, b)
    if (result === undefined) this.fail(operation === op.DIV ? 'division by zero' : 'modulus by zero')
    this.become(s, op.LD | op.IMM, result!)
    values[A_ATOM] = this.constant(result!)
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
    values[A_ATOM] = this.result(s.code, values[A_ATOM]!, this.constant(s.k))
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
      values[A_ATOM] = this.result(s.code, values[A_ATOM]!, this.constant(x))
      return
    }
    if (alter && a === 0) {
      if (fromZeroIsX.has(operation)) {
        s.code = op.MISC | op.TXA
        this.store(s, values, A_ATOM, values[X_ATOM]!, alter)
        return
      }
      if (fromZeroIsZero.has(operation)) {
        s.code = op.LD | op.IMM
        s.k = 0
        this.store(s, values, A_ATOM, this.constant(0), alter)
        return
      }
    }
    values[A_ATOM] = this.result(s.code, values[A_ATOM]!, values[X_ATOM]!)
  }
}
