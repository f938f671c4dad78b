import { BEGIN, BOUNDARY, END, LINE_BEGIN, LINE_END, NO_BOUNDARY } from './ast.js'
import { WORD } from './byte-set.js'
import { ASSERT, looksAhead, type Program, SPLIT } from './program.js'

/** What is before a place: nothing, a line feed, a byte of a word. */
export const AT_BEGIN = 1
export const AFTER_NEWLINE = 2
export const AFTER_WORD = 4

/** {@link AFTER_NEWLINE}, {@link AFTER_WORD} for a byte. */
export const after = (byte: number): number =>
  byte === 10 ? AFTER_NEWLINE : byte < 128 && WORD.has(byte) ? AFTER_WORD : 0

/** No byte behind the place has been seen yet: conditions on it wait. */
export const UNSEEN = -1
/** Nothing is behind the place: the stream has ended. */
export const ENDED = 256

const holds = (assert: number, before: number, behind: number): boolean => {
  switch (assert) {
    case BEGIN:
      return (before & AT_BEGIN) !== 0
    case LINE_BEGIN:
      return (before & (AT_BEGIN | AFTER_NEWLINE)) !== 0
    case END:
      return behind === ENDED
    case LINE_END:
      return behind === ENDED || behind === 10
    default: {
      const word = behind < 128 && WORD.has(behind)
      return ((before & AFTER_WORD) !== 0) === word ? assert === NO_BOUNDARY : assert === BOUNDARY
    }
  }
}

/** Follows instructions that take no byte. One is reused for all steps of a DFA. */
export class Closure {
  /** Instructions that take a byte, conditions that wait, and matches: what a state is. */
  readonly list: Int32Array
  count = 0
  readonly #program: Program
  /** Generation in which an instruction was visited last. */
  readonly #seen: Uint32Array
  #generation = 0
  readonly #stack: Int32Array

  constructor(program: Program) {
    const size = program.op.length
    this.#program = program
    this.list = new Int32Array(size)
    this.#seen = new Uint32Array(size)
    // Each instruction is pushed at most twice: by its own visit's two ways out, once each.
    this.#stack = new Int32Array(2 * size + 1)
  }

  clear(): void {
    this.count = 0
    if (++this.#generation === 0xffffffff) {
      this.#seen.fill(0)
      this.#generation = 1
    }
  }

  /**
   * Adds what can be reached from `start` at a place.
   * @param before flags of what is before it
   * @param behind the byte behind it, {@link UNSEEN} or {@link ENDED}
   */
  add(start: number, before: number, behind: number): void {
    const { op, arg, next } = this.#program
    const seen = this.#seen
    const stack = this.#stack
    const generation = this.#generation
    let top = 0
    stack[top++] = start
    while (top > 0) {
      const at = stack[--top]!
      if (seen[at] === generation) continue
      seen[at] = generation
      const kind = op[at]!
      if (kind === SPLIT) {
        stack[top++] = arg[at]!
        stack[top++] = next[at]!
      } else if (kind !== ASSERT || (behind === UNSEEN && looksAhead(arg[at]!))) {
        this.list[this.count++] = at
      } else if (holds(arg[at]!, before, behind)) {
        stack[top++] = next[at]!
      }
    }
  }

  /** Adds an instruction as it is, once. */
  put(at: number): void {
    if (this.#seen[at] === this.#generation) return
    this.#seen[at] = this.#generation
    this.list[this.count++] = at
  }

  /** Keeps it from being added. */
  omit(at: number): void {
    this.#seen[at] = this.#generation
  }
}
