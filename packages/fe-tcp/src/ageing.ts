import type { Reassembler } from './reassembler.js'
import * as R from './record.js'
import type { Settings } from './settings.js'

/** After a reset a connection stays open this many seconds of capture time: a forged RST must not hide what follows. */
const LINGER = 5
/**
 * The clock advances by no more than this between two packets. Merged captures and wild timestamps jump; that must
 * not end what goes on.
 */
const JUMP = 60
/** Connections that are compared when one must go. */
const SAMPLE = 16
/** Seconds in which all connections are looked at for their age. */
const SWEEP = 16
/** What one second of the clock may cost: so many looks, and so many more for each packet since the last one. */
const LOOKS = 1024
const LOOKS_PER_PACKET = 4

/** Time, and the ends of connections that it brings. */
export class Ageing {
  evicted = { ended: 0, halfOpen: 0, silent: 0 }
  timedOut = { ended: 0, halfOpen: 0, silent: 0 }
  /** The time of the last packet, which may be anything. */
  second = Number.NaN
  /** Packets until now. */
  packets = 0
  readonly #streams: Reassembler
  readonly #settings: Settings
  /** Connections that were reset, in the order in which they are looked at. */
  readonly #resets = new Set<number>()
  readonly #remove: (c: number) => void
  #counted = 0
  #hand = 0
  #sweep = 0

  constructor(streams: Reassembler, settings: Settings, remove: (c: number) => void) {
    this.#streams = streams
    this.#settings = settings
    this.#remove = remove
  }

  /** A believed RST: the connection ends when it stays silent. */
  reset(c: number): void {
    this.#resets.add(c)
  }

  isReset(c: number): boolean {
    return this.#resets.has(c)
  }

  forget(c: number): void {
    this.#resets.delete(c)
  }

  /** The next packet is of this second. The clock never runs backwards. */
  advance(second: number): void {
    const passed = second - this.second
    this.second = second
    if (!(passed > 0)) return
    const step = Math.min(passed, JUMP)
    this.#streams.now += step
    const budget = LOOKS + LOOKS_PER_PACKET * (this.packets - this.#counted)
    this.#counted = this.packets
    this.#lapse(budget)
    this.#streams.bounds.age(budget)
    this.#expire(step, budget)
  }

  /** Time that has passed while no packet came here. What is shorter than a jump waits for the next packet. */
  idle(second: number): void {
    if (second - this.second >= JUMP) this.advance(second)
  }

  /** Ends what was reset and has stayed silent. */
  #lapse(budget: number): void {
    const { table, now } = this.#streams
    let left = Math.min(budget, this.#resets.size)
    for (const c of this.#resets) {
      if (left-- <= 0) return
      this.#resets.delete(c)
      if (now - table.words[c + R.SEEN]! < LINGER) this.#resets.add(c)
      else this.close(c)
    }
  }

  /** Looks through the table bit by bit, all of it in a {@link SWEEP}. */
  #expire(seconds: number, budget: number): void {
    const { table, now } = this.#streams
    const part = Math.max(LOOKS, Math.ceil((table.capacity * seconds) / SWEEP))
    for (let left = Math.min(budget, part, table.capacity); left > 0; left--) {
      const c = this.#sweep
      this.#sweep = c + R.WORDS < table.words.length ? c + R.WORDS : 0
      const w = table.words
      if ((w[c + R.MARKS]! & R.USED) === 0) continue
      const age = now - w[c + R.SEEN]!
      if (age < this.#settings.opening && age < this.#settings.closing && age < this.#settings.timeout) continue
      const kind = this.#kind(c)
      const { closing, opening, timeout } = this.#settings
      if (age < (kind === 'ended' ? closing : kind === 'halfOpen' ? opening : timeout)) continue
      this.timedOut[kind]++
      this.#remove(c)
    }
  }

  #kind(c: number): 'ended' | 'halfOpen' | 'silent' {
    const w = this.#streams.table.words
    if ((w[c + R.OPENER + R.STATE]! & w[c + R.OTHER + R.STATE]! & R.ENDED) !== 0) return 'ended'
    return (w[c + R.MARKS]! & R.HALF_OPEN) !== 0 ? 'halfOpen' : 'silent'
  }

  /**
   * Makes room when the table is full: of a sample, a connection that has ended, else the one that is half open for
   * longest, else the one that has been silent for longest.
   */
  evict(): void {
    const { table } = this.#streams
    const w = table.words
    let victim = -1
    let worth = Number.POSITIVE_INFINITY
    for (let i = 0; i < SAMPLE; i++) {
      this.#hand = this.#hand + R.WORDS < w.length ? this.#hand + R.WORDS : 0
      const c = this.#hand
      const kind = this.#kind(c)
      // Seconds fit in 31 bits, so that kinds come before age.
      const value = w[c + R.SEEN]! + (kind === 'ended' ? 0 : kind === 'halfOpen' ? 2 ** 31 : 2 ** 32)
      if (value >= worth) continue
      victim = c
      worth = value
    }
    this.evicted[this.#kind(victim)]++
    this.#remove(victim)
  }

  close(c: number): void {
    this.#streams.close(c + R.OPENER)
    this.#streams.close(c + R.OTHER)
  }
}
