import type { Budget } from './budget.js'

const NOTHING = new Uint8Array(0)
const LEAST = 256

/** Bytes of a stream that belong to something whose end has not come yet. */
export class Kept {
  bytes = NOTHING
  used = 0
  readonly #budget: Budget

  constructor(budget: Budget) {
    this.#budget = budget
  }

  /** Adds b[at, end). False when there is no room for it: nothing is added then. */
  add(b: Uint8Array, at: number, end: number): boolean {
    const needed = this.used + end - at
    if (needed > this.bytes.length && !this.#grow(needed)) return false
    const { bytes } = this
    let { used } = this
    // Short pieces are copied faster by a loop than by a view made for them.
    if (end - at < 64) for (let i = at; i < end; i++) bytes[used++] = b[i]!
    else bytes.set(b.subarray(at, end), used)
    this.used = needed
    return true
  }

  /** Forgets the first `count` bytes. */
  drop(count: number): void {
    this.bytes.copyWithin(0, count, this.used)
    this.used -= count
  }

  /** Forgets all, and its memory with it. */
  clear(): void {
    if (this.bytes.length > 0) this.#budget.give(this.bytes.length)
    this.bytes = NOTHING
    this.used = 0
  }

  #grow(needed: number): boolean {
    const before = this.bytes
    const size = Math.max(LEAST, needed, 2 * before.length)
    if (!this.#budget.take(size - before.length)) return false
    this.bytes = new Uint8Array(size)
    this.bytes.set(before.subarray(0, this.used))
    return true
  }
}
