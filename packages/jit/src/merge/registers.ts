import type { Step } from './decision.js'
import type { Value } from './values.js'

/**
 * Which register holds which value. What is known on all ways to a step is known there; whatever falls out of the
 * registers is computed again.
 */
export class Registers {
  readonly #count: number
  #held = new Map<Value, number>()
  readonly #entries = new Map<Step, Map<Value, number>>()
  readonly #kept = new Set<number>()
  #next = 0
  constructor(count: number) {
    this.#count = count
  }
  /** A way leads from here to a step. */
  leaves(to: Step): void {
    const entry = this.#entries.get(to)
    if (!entry) this.#entries.set(to, new Map(this.#held))
    else for (const [v, r] of entry) if (this.#held.get(v) !== r) entry.delete(v)
  }
  /** The step begins; all ways to it have been written. */
  enter(step: Step): void {
    this.#held = this.#entries.get(step) ?? new Map()
    this.#entries.delete(step)
    this.#kept.clear()
  }
  readonly known = (v: Value): number | undefined => this.#held.get(v)
  /** It must not be taken before {@link release}. */
  readonly keep = (register: number): number => {
    this.#kept.add(register)
    return register
  }
  release(): void {
    this.#kept.clear()
  }
  /** A register for a value, in turns: what was computed last is wanted soonest. */
  take(v: Value): number {
    while (this.#kept.has(this.#next)) this.#next = (this.#next + 1) % this.#count
    const register = this.#next
    this.#next = (this.#next + 1) % this.#count
    for (const [old, r] of this.#held) if (r === register) this.#held.delete(old)
    this.#held.set(v, register)
    return register
  }
}
