/** Bytes that all streams of one instance may keep together: what one takes, the others cannot. */
export class Budget {
  /** Bytes taken now. */
  used = 0
  /** How often something was given up because there was no room. */
  refused = 0
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  /** False when there is no room; nothing is taken then. */
  take(bytes: number): boolean {
    if (this.used + bytes > this.#limit) {
      this.refused++
      return false
    }
    this.used += bytes
    return true
  }

  give(bytes: number): void {
    this.used -= bytes
  }
}
