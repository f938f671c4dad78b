/** Urgent bytes of one direction that are remembered; further ones stay in the stream. */
const PER_DIRECTION = 16
/** Directions of which they are remembered at a time. */
const DIRECTIONS = 4096

/**
 * Where urgent bytes lie that are to be left out of streams. The urgent pointer is taken as systems take it: it points
 * behind the one urgent byte (RFC 6093 §3), which need not be in the segment that announces it.
 */
export class Urgent {
  readonly #places = new Map<number, number[]>()

  /** Directions of which some are remembered. */
  get size(): number {
    return this.#places.size
  }

  has(d: number): boolean {
    return this.#places.has(d)
  }

  note(d: number, seq: number): void {
    const places = this.#places.get(d)
    if (places === undefined) {
      if (this.#places.size < DIRECTIONS) this.#places.set(d, [seq])
    } else if (places.length < PER_DIRECTION && !places.includes(seq)) places.push(seq)
  }

  /** How many bytes from `seq` on come before an urgent one, at most `length`. Forgets what lies before `seq`. */
  before(d: number, seq: number, length: number): number {
    const places = this.#places.get(d)
    if (places === undefined) return length
    let least = length
    for (let i = places.length - 1; i >= 0; i--) {
      const distance = (places[i]! - seq) | 0
      if (distance < 0) places.splice(i, 1)
      else if (distance < least) least = distance
    }
    if (places.length === 0) this.#places.delete(d)
    return least
  }

  forget(d: number): void {
    this.#places.delete(d)
  }
}
