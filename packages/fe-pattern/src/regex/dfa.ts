import { StreamlineError } from '@netstreamline/core'
import type { Machine, Sink } from '../sink.js'
import { AT_BEGIN } from './closure.js'
import type { Program } from './program.js'
import { States } from './states.js'
import { Steps } from './steps.js'

const NONE: readonly number[] = []

/**
 * Regular expressions as a DFA whose states are made when they are first met, in a fixed memory: when that is used
 * up, all states but those that streams are in are forgotten. So every byte costs at most a step of the nondeterministic
 * automaton (linear in the size of the expressions), whatever the expressions and the data.
 */
export class Dfa implements Machine {
  readonly begin: number
  readonly middle: number
  /** Takes all streams back to {@link middle}: too many are in states of their own. Set by who keeps the streams. */
  onFull: () => void = () => {}
  readonly #program: Program
  readonly #steps: Steps
  readonly #states: States
  /** Matches by state: those that end before its last byte are negative (~n). */
  readonly #matches = new Map<number, readonly number[]>()
  /** Bytes that leave {@link middle} as it is. */
  readonly #stays = new Uint8Array(256)
  #idle: boolean
  readonly #looksAhead: boolean
  #sorted = new Int32Array(64)
  #made = 0
  #flushes = 0
  #restarts = 0

  readonly #numbers: readonly number[]

  /**
   * @param memory bytes for the states
   * @param numbers what each expression is called in {@link Sink.match}
   * @throws SL_OPTION when no expression of this size fits
   */
  constructor(program: Program, memory: number, numbers: readonly number[] = program.starts.map((_, n) => n)) {
    this.#numbers = numbers
    this.#program = program
    this.#steps = new Steps(program)
    this.#looksAhead = this.#steps.looksAhead
    const largest = program.op.length + program.starts.length
    this.#states = new States(program.classes + 1, memory, largest)
    if (!this.#states.fits) {
      throw new StreamlineError('SL_OPTION', `${memory} bytes of memory are too little for these expressions`, {
        option: 'memory',
        hint: `Give at least memory=${Math.ceil((64 * largest + 128 * (program.classes + 16) * 4) / 1024)}k.`,
      })
    }
    this.middle = this.#state(NONE, 0)
    this.begin = this.#state(NONE, AT_BEGIN)
    this.retain(this.middle)
    this.retain(this.begin)
    for (let byte = 0; byte < 256; byte++) {
      if (this.#next(this.middle, program.classOf[byte]!) === this.middle) this.#stays[byte] = 1
    }
    this.#idle = this.#stays.every((stays) => stays === 1)
  }

  /** The state of these elements; 0 when there is no room. */
  #state(list: readonly number[], flags: number): number {
    if (list.length > this.#sorted.length) this.#sorted = new Int32Array(list.length * 2)
    const sorted = this.#sorted.subarray(0, list.length)
    sorted.set(list)
    sorted.sort()
    const state = this.#states.intern(sorted, flags)
    if (state === 0) return 0
    const matches = this.#steps.matches(sorted)
    // A number may have been another state's before.
    if (matches.length > 0) this.#matches.set(state, matches)
    else this.#matches.delete(state)
    return state
  }

  /** The next state, negative if it has matches; known from now on. */
  #next(state: number, c: number): number {
    const states = this.#states
    const known = states.table[state + c]!
    if (known !== 0) return known
    const { list, flags } = this.#steps.step(states.elements(state), states.flags(state), c)
    let to = this.#state(list, flags)
    if (to === 0) {
      this.#flush(state)
      to = this.#state(list, flags)
    }
    this.#made++
    if (this.#matches.has(to)) to = -to
    states.table[state + c] = to
    return to
  }

  #flush(keep: number): void {
    this.#flushes++
    if (this.#states.flush(keep)) return
    this.#restarts++
    this.onFull()
    this.#states.flush(keep)
  }

  scan(bytes: Uint8Array, from: number, to: number, state: number, sink: Sink): number {
    const { classOf } = this.#program
    const { middle } = this
    const stays = this.#stays
    let table = this.#states.table
    let s = state
    for (let i = from; i < to; ) {
      if (s === middle) {
        if (this.#idle) return s
        while (i < to && stays[bytes[i]!]) i++
        if (i === to) break
      }
      const c = classOf[bytes[i++]!]!
      let t = table[s + c]!
      if (t === 0) {
        t = this.#next(s, c)
        table = this.#states.table
      }
      if (t < 0) {
        t = -t
        this.#tell(t, i, sink)
      }
      s = t
    }
    return s
  }

  #tell(state: number, end: number, sink: Sink): void {
    for (const n of this.#matches.get(state)!) {
      if (n < 0) sink.match(this.#numbers[~n]!, end - 1)
      else sink.match(this.#numbers[n]!, end)
    }
  }

  end(at: number, state: number, sink: Sink): void {
    if (!this.#looksAhead) return
    const last = this.#next(state, this.#program.classes)
    // All that it has matched ended before the end, which counts as a byte.
    if (last < 0) this.#tell(-last, at + 1, sink)
  }

  retain(state: number): void {
    this.#states.retain(state)
  }
  release(state: number): void {
    this.#states.release(state)
  }

  counters(): Record<string, number> {
    const { count } = this.#states
    return { regexStates: count, regexSteps: this.#made, regexFlushes: this.#flushes, regexRestarts: this.#restarts }
  }
}
