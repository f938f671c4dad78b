import type { Budget } from '../streams/budget.js'
import type { Kept } from '../streams/kept.js'

/** Requests of one direction that wait, at most. */
const MAX_WAITING = 64
const COST = 256

/** A request that waits for its response. */
export interface Call {
  readonly sequence: number
  readonly seconds: number
  readonly nanoseconds: number
  /** What is to be said of it, ready to be written. */
  readonly text: Kept
}

/** The requests of one direction that wait for a response, oldest first. */
export class Waiting {
  readonly #calls: Call[] = []
  readonly #budget: Budget

  constructor(budget: Budget) {
    this.#budget = budget
  }

  /** Returns what is not waited for any more, for want of room: the oldest, or `call` itself. */
  push(call: Call): Call | undefined {
    const before = this.#calls.length >= MAX_WAITING ? this.shift() : undefined
    if (!this.#budget.take(COST)) return call
    this.#calls.push(call)
    return before
  }

  /** The request of that number; without a number, the oldest. */
  answer(sequence: number): Call | undefined {
    const at = sequence < 0 ? 0 : this.#calls.findIndex((call) => call.sequence === sequence)
    if (at < 0 || at >= this.#calls.length) return undefined
    this.#budget.give(COST)
    return this.#calls.splice(at, 1)[0]
  }

  /** The oldest. */
  shift(): Call | undefined {
    return this.answer(-1)
  }
}
