import type { Machine, Sink } from '../sink.js'
import { type Layout, layOut } from './layout.js'
import { buildShift, type Shift } from './shift.js'
import { buildTrie, type Trie } from './trie.js'

/** Bytes that are scanned between two looks at whether shifting pays. */
const SLICE = 16384
/** Bytes to scan without shifting when it did not. */
const REST = 1 << 20

/**
 * Finds literal patterns (Aho and Corasick), all of them, wherever they end. Where no pattern has begun and all are long
 * enough, bytes that no pattern can begin at are not looked at.
 */
export class Literals implements Machine {
  readonly begin = 0
  readonly middle = 0
  readonly #numbers: readonly number[]
  readonly #trie: Pick<Trie, 'output' | 'same' | 'report' | 'fail' | 'size'>
  readonly #layout: Layout
  readonly #shift: Shift | undefined
  /** Bytes still to be scanned without shifting. */
  #rest = 0

  /**
   * @param patterns at least one, none empty
   * @param numbers what each is called in {@link Sink.match}
   */
  constructor(patterns: readonly Uint8Array[], numbers: readonly number[], nocase: boolean) {
    const { output, same, report, fail, size, ...edges } = buildTrie(patterns, nocase)
    this.#numbers = numbers
    this.#trie = { output, same, report, fail, size }
    this.#layout = layOut({ output, same, report, fail, size, ...edges }, nocase)
    this.#shift = buildShift(patterns, nocase)
  }

  scan(bytes: Uint8Array, from: number, to: number, state: number, sink: Sink): number {
    if (!this.#shift) return this.#walk(bytes, from, to, state, sink)
    let s = state
    for (let at = from; at < to; at += SLICE) {
      const end = Math.min(to, at + SLICE)
      if (this.#rest > 0) {
        this.#rest -= end - at
        s = this.#walk(bytes, at, end, s, sink)
      } else s = this.#leap(bytes, at, end, s, sink, this.#shift)
    }
    return s
  }

  #walk(bytes: Uint8Array, from: number, to: number, state: number, sink: Sink): number {
    const { classOf, rows } = this.#layout
    const deep = rows.length
    let s = state
    for (let i = from; i < to; i++) {
      const c = classOf[bytes[i]!]!
      let t = s < deep ? rows[s + c]! : this.#below(s, c)
      if (t < 0) {
        t = -t
        this.#tell(t, i + 1, sink)
      }
      s = t
    }
    return s
  }

  /** As {@link #walk}, but leaps over what cannot begin a pattern. */
  #leap(bytes: Uint8Array, from: number, to: number, state: number, sink: Sink, shift: Shift): number {
    const { classOf, rows } = this.#layout
    const { window, most, by } = shift
    const deep = rows.length
    let s = state
    let begun = 0
    let i = from
    while (i < to) {
      if (s === 0) {
        let last = i + window - 1
        while (last < to) {
          const far = by[(bytes[last - 1]! << 8) | bytes[last]!]!
          // Adding a constant lets the processor look ahead: the next place does not wait for the table.
          if (far === most) {
            last += most
            continue
          }
          if (far === 0) break
          last += far
        }
        // Short of the window, the walk goes on to the end: a pattern may begin there.
        i = last - window + 1
        if (i >= to) break
        begun++
      }
      const c = classOf[bytes[i++]!]!
      let t = s < deep ? rows[s + c]! : this.#below(s, c)
      if (t < 0) {
        t = -t
        this.#tell(t, i, sink)
      }
      s = t
    }
    if (begun > (to - from) / 4) this.#rest = REST
    return s
  }

  /** The next state of a deep one. */
  #below(state: number, c: number): number {
    const { rows, first, over, child, fail } = this.#layout
    const deep = rows.length
    let s = state
    do {
      const d = s - deep
      for (let e = first[d]!; e < first[d + 1]!; e++) if (over[e] === c) return child[e]!
      s = fail[d]!
    } while (s >= deep)
    return rows[s + c]!
  }

  #tell(state: number, end: number, sink: Sink): void {
    const { rows, stride, trieOf } = this.#layout
    const { output, same, report, fail } = this.#trie
    const place = state < rows.length ? state / stride : rows.length / stride + state - rows.length
    for (let s = report[trieOf[place]!]!; s >= 0; s = report[fail[s]!]!) {
      for (let p = output[s]!; p >= 0; p = same[p]!) sink.match(this.#numbers[p]!, end)
    }
  }

  end(): void {}
  retain(): void {}
  release(): void {}
  counters(): Record<string, number> {
    return { literalStates: this.#trie.size }
  }
}
