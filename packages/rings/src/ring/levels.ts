import { WORD } from '../format.js'
import type { RingArea } from './area.js'

/** Signalling between all and none (§5): rates are blocks a second. */
export interface SignalOptions {
  /** Below: every publication signals those who sleep. Default 20,000. */
  readonly lowerRate?: number
  /** Above: readers nap before they ask for a signal. Default 500,000. */
  readonly upperRate?: number
  /** Between: a signal at the latest after so many blocks; default 64. */
  readonly mitigateBlocks?: number
  /** ... or so many microseconds; default 100. */
  readonly mitigateMicros?: number
}

/** Milliseconds between two looks at the rate. */
const WINDOW = 5

/** Finds the level of signalling from the rate of blocks; one for each producer. */
export class Levels {
  level = 0
  changes = 0
  private readonly lower: number
  private readonly upper: number
  readonly blocks: number
  readonly micros: number
  private since = 0
  private count = 0

  constructor(options: SignalOptions) {
    this.lower = options.lowerRate ?? 20_000
    this.upper = options.upperRate ?? 500_000
    this.blocks = options.mitigateBlocks ?? 64
    this.micros = options.mitigateMicros ?? 100
  }

  /** Tells a ring what holds for it. */
  describe({ words }: RingArea): void {
    words[WORD.lowerRate] = this.lower
    words[WORD.upperRate] = this.upper
    words[WORD.mitigateBlocks] = this.blocks
    words[WORD.mitigateMicros] = this.micros
    Atomics.store(words, WORD.level, this.level)
  }

  /** Called now and then with the time (ms) and all blocks so far. True: the level has changed. */
  look(now: number, blocks: number): boolean {
    const elapsed = now - this.since
    if (elapsed < WINDOW) return false
    const rate = ((blocks - this.count) * 1000) / elapsed
    this.since = now
    this.count = blocks
    // A level is left only when the rate is a fifth past its border, so that it does not flutter.
    const lower = this.level > 0 ? this.lower * 0.8 : this.lower
    const upper = this.level > 1 ? this.upper * 0.8 : this.upper
    const level = rate < lower ? 0 : rate <= upper ? 1 : 2
    if (level === this.level) return false
    this.level = level
    this.changes++
    return true
  }
}
