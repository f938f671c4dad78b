import { AFTER_NEWLINE, AFTER_WORD, AT_BEGIN, after, Closure, ENDED, UNSEEN } from './closure.js'
import { ASSERT, BYTE, looksAhead, MATCH, type Program } from './program.js'

/** Flag of the state behind the end of a stream: no expression begins there. */
export const OVER = 8

/**
 * The steps of the nondeterministic automaton. Every expression may begin at every place; those beginnings are the
 * same everywhere but for what is before the place, so they are kept here, once, and left out of the states.
 */
export class Steps {
  readonly size: number
  readonly #program: Program
  readonly #closure: Closure
  /** Beginnings by flags of the place. */
  readonly #floating: (Int32Array | undefined)[] = []
  readonly #isFloating: (Uint8Array | undefined)[] = []
  /** Where they lead, by flags and class. */
  readonly #leads: (readonly number[] | undefined)[][] = []
  readonly #same: number[] = []
  #list: number[] = []

  constructor(program: Program) {
    this.#program = program
    this.size = program.op.length
    this.#closure = new Closure(program)
    for (const flags of [AT_BEGIN, OVER]) this.#beginnings(flags)
    for (const flags of [0, AFTER_NEWLINE, AFTER_WORD]) {
      const mine = this.#beginnings(flags)
      const same = [0, AFTER_NEWLINE].find((other) => other < flags && equal(mine, this.#beginnings(other)))
      this.#same[flags] = same === undefined || this.#waits(mine) ? flags : same
    }
  }

  /** The same place for all that can follow: flags that nobody asks about are left out. */
  settle(flags: number, list: readonly number[]): number {
    return this.#waits(list) ? flags : (this.#same[flags] ?? flags)
  }

  #waits(list: ArrayLike<number>): boolean {
    const { op } = this.#program
    for (let i = 0; i < list.length; i++) if (op[list[i]!] === ASSERT) return true
    return false
  }

  #beginnings(flags: number): Int32Array {
    const known = this.#floating[flags]
    if (known) return known
    const closure = this.#closure
    closure.clear()
    if (flags !== OVER) for (const start of this.#program.starts) closure.add(start, flags, UNSEEN)
    const list = closure.list.slice(0, closure.count)
    const has = new Uint8Array(this.size)
    for (const at of list) has[at] = 1
    this.#floating[flags] = list
    this.#isFloating[flags] = has
    return list
  }

  /**
   * From a state over a byte of class `c` (the number of classes: over the end). Elements of states are instructions
   * and, offset by the size of the program, expressions whose match ended before the state's last byte.
   * @returns what the next state is: valid until the next call, in no order; what begins there by itself is left out
   */
  step(elements: Int32Array, flags: number, c: number): { list: readonly number[]; flags: number } {
    const { classes, byteOf, op } = this.#program
    const over = c === classes
    const to = over ? OVER : after(byteOf[c]!)
    const led = this.#lead(flags, c)
    this.#advance(elements, flags, c)
    const list = this.#list
    for (const at of led) {
      if (at >= this.size) list.push(at)
      else this.#closure.put(at)
    }
    const closure = this.#closure
    const floats = this.#isFloating[to]!
    for (let i = 0; i < closure.count; i++) {
      const at = closure.list[i]!
      if (op[at] === MATCH || !floats[at]) list.push(at)
    }
    return { list, flags: this.settle(to, list) }
  }

  #lead(flags: number, c: number): readonly number[] {
    this.#leads[flags] ??= []
    const known = this.#leads[flags][c]
    if (known) return known
    this.#advance(this.#beginnings(flags), flags, c)
    const led = [...this.#list, ...this.#closure.list.subarray(0, this.#closure.count)]
    this.#leads[flags][c] = led
    return led
  }

  /** Leaves what lies behind the byte in the closure, and matches that end before it in the list. */
  #advance(elements: Int32Array, flags: number, c: number): void {
    const { op, arg, next, classes, byteOf, member } = this.#program
    const closure = this.#closure
    const over = c === classes
    const list: number[] = []
    let here: Int32Array = elements
    if (this.#waits(elements)) {
      const behind = over ? ENDED : byteOf[c]!
      closure.clear()
      // Matches of the state have been told already.
      for (const at of elements) if (at < this.size && op[at] === MATCH) closure.omit(at)
      for (const at of elements) if (op[at] === BYTE || op[at] === ASSERT) closure.add(at, flags, behind)
      here = closure.list.slice(0, closure.count)
      for (const at of here) if (op[at] === MATCH) list.push(this.size + arg[at]!)
    }
    closure.clear()
    if (!over) {
      const place = after(byteOf[c]!)
      for (const at of here) {
        if (op[at] === BYTE && member[arg[at]! * classes + c]) closure.add(next[at]!, place, UNSEEN)
      }
    }
    this.#list = list
  }

  /** Do conditions of this kind exist at all that need a look at the end? */
  get looksAhead(): boolean {
    const { op, arg } = this.#program
    return op.some((kind, at) => kind === ASSERT && looksAhead(arg[at]!))
  }

  /** The expressions that a state has matched: numbers, those that end before its last byte negative (~n). */
  matches(elements: Int32Array): number[] {
    const { op, arg } = this.#program
    const found: number[] = []
    for (const at of elements) {
      if (at >= this.size) found.push(~(at - this.size))
      else if (op[at] === MATCH) found.push(arg[at]!)
    }
    return found
  }
}

const equal = (a: Int32Array, b: Int32Array): boolean => a.length === b.length && a.every((at, i) => at === b[i])
