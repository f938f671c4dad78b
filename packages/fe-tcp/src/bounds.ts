import type { Hole } from './hole.js'
import type { Reassembler } from './reassembler.js'
import * as R from './record.js'
import type { Settings } from './settings.js'

/** Why missing bytes were given up. */
export type Reason = 'acknowledged' | 'time' | 'window' | 'segments' | 'memory' | 'cut' | 'end'

/** No receiver's window is known to reach further than this, in bytes. */
const FAR = 1 << 24

/** How much may be held, and for how long. */
export class Bounds {
  readonly gaps: Record<Reason, number> = {
    acknowledged: 0,
    time: 0,
    window: 0,
    segments: 0,
    memory: 0,
    cut: 0,
    end: 0,
  }
  /** Segments that were held and had to go, unused. */
  discarded = 0
  /** Memory that all holes took at most. */
  peak = 0
  readonly #streams: Reassembler
  readonly #settings: Settings
  #round: Iterator<[number, Hole]> = new Map<number, Hole>().entries()

  constructor(streams: Reassembler, settings: Settings) {
    this.#streams = streams
    this.#settings = settings
  }

  /** Something was added to a hole. */
  keep(d: number, hole: Hole): void {
    const { window, segments, memory } = this.#settings
    while (hole.bytes > window) this.#relieve(d, hole, 'window')
    while (hole.pieces.length > segments) this.#relieve(d, hole, 'segments')
    const { tally } = this.#streams
    while (tally.cost > memory) {
      // The oldest hole.
      const [other, oldest] = this.#streams.holes.entries().next().value!
      this.#relieve(other, oldest, 'memory')
    }
    if (tally.cost > this.peak) this.peak = tally.cost
  }

  /** Makes one hole smaller. */
  #relieve(d: number, hole: Hole, reason: Reason): void {
    const first = hole.pieces[0]!
    const inOrder = first.seq === this.#streams.table.words[d + R.NEXT]
    if (inOrder || !(this.#settings.gap === 'wait' || this.#isFarAhead(d, first.seq))) {
      this.#streams.skip(d, hole, reason)
      return
    }
    this.discarded++
    hole.pop().kept.release()
    this.#streams.settle(d, hole)
  }

  /**
   * Has the receiver acknowledged so little that its window cannot reach there? Then it has not taken these bytes,
   * and the ones before them are still to come: skipping them would lose the stream for one byte that was planted.
   */
  #isFarAhead(d: number, seq: number): boolean {
    const w = this.#streams.table.words
    const other = R.peerOf(d)
    return (w[other + R.STATE]! & R.ACKED) !== 0 && ((seq - w[other + R.ACK]!) | 0) > FAR
  }

  /** The next of all holes, of which there is one at least. */
  #nextHole(): [number, Hole] {
    let { value, done } = this.#round.next()
    if (done === true) {
      this.#round = this.#streams.holes.entries()
      value = this.#round.next().value
    }
    return value as [number, Hole]
  }

  /** Looks at as many holes as `budget` allows, in turns, for bytes that have been missing for too long. */
  age(budget: number): void {
    const { holes, now } = this.#streams
    const { patience, hold, gap } = this.#settings
    if (gap === 'wait') return
    const w = this.#streams.table.words
    for (let left = Math.min(budget, holes.size); left > 0 && holes.size > 0; left--) {
      const [d, hole] = this.#nextHole()
      const first = hole.pieces[0]!
      const other = R.peerOf(d)
      const isMissed =
        first.seq !== w[d + R.NEXT] &&
        (w[other + R.STATE]! & R.ACKED) !== 0 &&
        ((w[other + R.ACK]! - first.seq) | 0) >= 0
      if (isMissed && now - hole.since >= patience) this.#streams.skip(d, hole, 'acknowledged')
      else if (now - hole.since >= hold) this.#relieve(d, hole, 'time')
    }
  }
}
