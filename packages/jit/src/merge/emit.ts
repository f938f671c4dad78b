import { Builder, type Condition, type Label, type LoadName } from '../ir/builder.js'
import { type BaseName, MAILBOX, type Program } from '../ir/format.js'
import { isLoad, OP, type OpName } from '../ir/ops.js'
import { nextOf, type Range, type Step } from './decision.js'
import { Registers } from './registers.js'
import { isConstant, type Value } from './values.js'

/** Outcomes that one decision can tell apart. */
export const MAX_OUTCOMES = MAILBOX * 32

const names = Object.fromEntries(Object.entries(OP).map(([name, op]) => [op, name])) as Record<number, OpName>
const bases: readonly BaseName[] = ['window', 'l3', 'l4']
const jumps = { equal: 'JEQ', less: 'JLT', common: 'JSET' } as const satisfies Record<string, Condition>

/** Steps in an order in which all ways lead forward. */
const inOrder = (root: Step): Step[] => {
  const seen = new Set<Step>([root])
  const order: Step[] = []
  const stack = [{ step: root, next: 0 }]
  while (stack.length) {
    const top = stack.at(-1)!
    const to = nextOf(top.step)[top.next++]
    if (to === undefined) {
      order.push(top.step)
      stack.pop()
    } else if (!seen.has(to)) {
      seen.add(to)
      stack.push({ step: to, next: 0 })
    }
  }
  return order.reverse()
}

/** Writes a decision as a program: bit n of the mailbox, counted over its words, says that outcome n was found. */
class Emitter {
  readonly #b = new Builder()
  readonly #labels = new Map<Step, Label>()
  readonly #registers: Registers
  readonly #words: number
  #following: Step | undefined
  constructor(outcomes: number) {
    this.#words = Math.ceil(outcomes / 32)
    this.#registers = new Registers(32 - this.#words)
  }
  #word(n: number): number {
    return 31 - (n >> 5)
  }
  #label(to: Step): Label {
    this.#registers.leaves(to)
    let label = this.#labels.get(to)
    if (!label) {
      label = this.#b.label()
      this.#labels.set(to, label)
    }
    return label
  }
  #go(to: Step): void {
    if (to === this.#following) this.#registers.leaves(to)
    else this.#b.jump(this.#label(to))
  }

  /** The register that holds a value; computes it where none does. What it is made of was loaded before. */
  #value(v: Value, outside?: Step): number {
    const { known, keep } = this.#registers
    const held = known(v)
    if (held !== undefined) return held
    const b = this.#b
    const hold = (part: Value | undefined): number | undefined => (part ? keep(this.#value(part)) : undefined)
    const [left, right] = [hold(v.a), v.b && !isConstant(v.b) ? hold(v.b) : undefined]
    const label = outside && this.#label(outside)
    const d = this.#registers.take(v)
    if (isLoad(v.op)) {
      const at = { base: bases[v.base]!, ...(left !== undefined && { index: left }), ...(label && { outside: label }) }
      b.load(names[v.op] as LoadName, d, v.imm, at)
    } else if (isConstant(v)) b.moveI(d, v.imm)
    else if (v.op === OP.NEG) b.negate(d, left!)
    else if (v.op === OP.NOT) b.not(d, left!)
    else if (v.a === undefined) b.special(names[v.op] as 'LEN', d)
    else if (right === undefined) b.aluI(names[v.op] as 'ADD', d, left!, v.b!.imm)
    else b.alu(names[v.op] as 'ADD', d, left!, right)
    this.#registers.release()
    return d
  }

  #write(step: Step): void {
    const b = this.#b
    switch (step.kind) {
      case 'end':
        for (let w = 0; w < this.#words; w++) b.mail(w, this.#word(32 * w))
        b.returnI(1)
        return
      case 'found': {
        const bits = new Map<number, number>()
        for (const n of step.found) bits.set(this.#word(n), (bits.get(this.#word(n)) ?? 0) | (1 << (n & 31)))
        for (const [register, mask] of bits) b.aluI('OR', register, register, mask)
        return this.#go(step.next)
      }
      case 'load': {
        // Loaded before, on every way here: it is inside.
        if (this.#registers.known(step.value) === undefined) this.#value(step.value, step.outside)
        return this.#go(step.inside)
      }
      case 'test': {
        const { compare, left, right, yes, no } = step
        const l = this.#registers.keep(this.#value(left))
        const r = isConstant(right) ? undefined : this.#value(right)
        this.#registers.release()
        if (r === undefined) b.jumpI(jumps[compare], l, right.imm, this.#label(yes))
        else b.jumpIf(jumps[compare], l, r, this.#label(yes))
        return this.#go(no)
      }
      default:
        return this.#split(this.#value(step.value), step.ranges)
    }
  }
  /** Single values by a table, or a comparison for a few, where all the rest goes one way; else by binary search. */
  #split(register: number, ranges: readonly Range[]): void {
    const last = (n: number) => (ranges[n + 1]?.first ?? 2 ** 32) - 1
    const wide = new Set(ranges.filter(({ first }, n) => last(n) > first).map(({ next }) => next))
    const [usual] = wide
    if (wide.size === 1) {
      const points = ranges.filter(({ next }) => next !== usual).map(({ first, next }) => [first, next] as const)
      if (points.length > 2) {
        const cases = points.map(([value, next]) => [value, this.#label(next)] as const)
        this.#b.switch(register, cases, this.#label(usual!))
        return
      }
      for (const [value, next] of points) this.#b.jumpI('JEQ', register, value, this.#label(next))
      return this.#go(usual!)
    }
    this.#search(register, ranges)
  }
  #search(register: number, ranges: readonly Range[]): void {
    if (ranges.length === 1) {
      this.#b.jump(this.#label(ranges[0]!.next))
      return
    }
    const middle = ranges.length >> 1
    const high = this.#b.label()
    this.#b.jumpI('JGE', register, ranges[middle]!.first, high)
    this.#search(register, ranges.slice(0, middle))
    this.#b.place(high)
    this.#search(register, ranges.slice(middle))
  }

  write(root: Step): Program {
    const order = inOrder(root)
    order.forEach((step, n) => {
      this.#following = order[n + 1]
      const label = this.#labels.get(step)
      if (label) this.#b.place(label)
      this.#registers.enter(step)
      this.#write(step)
    })
    return this.#b.program()
  }
}

/** A decision as a program of the IR. @throws SL_IR when it is too long */
export const emitDecision = (root: Step, outcomes: number): Program => new Emitter(outcomes).write(root)
