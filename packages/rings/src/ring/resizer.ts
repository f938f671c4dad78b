/** How a ring finds its size (§6): not at all, by using less of its memory, or by moving to other memory. */
export type Resize = 'none' | 'pseudo' | 'true'

/** Laps after which a ring that has found its size looks whether less would do. */
const READJUST = 4096
/** Of so many laps, */
const RECENT = 16
/** so many with an overflow are too many. */
const TOO_MANY = 4

/**
 * The paper's default strategy (§6): halve until the ring overflows, double once, then adapt. It is asked once in a
 * lap; an overflow is a time when the producer found no room.
 */
export class Resizer {
  private shrinking = true
  private laps = 0
  private bad = 0
  private known = 0
  readonly least: number
  readonly most: number

  constructor(least: number, most: number) {
    this.least = least
    this.most = most
  }

  /** The size for the next lap, given the one now and all overflows so far. */
  next(size: number, overflows: number): number {
    const overflowed = overflows !== this.known
    this.known = overflows
    this.laps++
    if (this.shrinking) {
      if (overflowed) {
        this.settle()
        return Math.min(size * 2, this.most)
      }
      if (size / 2 < this.least) {
        this.settle()
        return size
      }
      return size / 2
    }
    if (overflowed) this.bad++
    if (this.bad >= TOO_MANY) {
      this.settle()
      return Math.min(size * 2, this.most)
    }
    if (this.laps % RECENT === 0) this.bad = 0
    if (this.laps >= READJUST) {
      this.laps = 0
      this.shrinking = true
    }
    return size
  }

  private settle(): void {
    this.shrinking = false
    this.laps = 0
    this.bad = 0
  }
}
