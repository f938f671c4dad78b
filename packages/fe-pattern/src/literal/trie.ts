/** The fold that makes upper case letters lower (ASCII), or none. */
export const fold = (byte: number, nocase: boolean): number => (nocase && byte >= 65 && byte <= 90 ? byte + 32 : byte)

/**
 * The trie of some patterns with the links of Aho and Corasick, states in breadth-first order: state 0 is the root,
 * every link leads to a smaller number.
 */
export interface Trie {
  readonly size: number
  /** Children of state s: `child[e]` over `byte[e]` for e from first[s] to first[s + 1] - 1. */
  readonly first: Int32Array
  readonly byte: Uint8Array
  readonly child: Int32Array
  /** The longest proper suffix that is a state. */
  readonly fail: Int32Array
  /** First pattern that ends in the state, -1: none. Others of the same bytes follow by {@link same}. */
  readonly output: Int32Array
  readonly same: Int32Array
  /** The next state along the links, itself included, that has output; -1: none. */
  readonly report: Int32Array
}

/** Patterns in the order they were added, while the trie grows. */
class Growing {
  size = 1
  down: Int32Array
  beside: Int32Array
  byte: Uint8Array
  output: Int32Array
  same: Int32Array

  constructor(patterns: readonly Uint8Array[], nocase: boolean) {
    const most = patterns.reduce((sum, { length }) => sum + length, 1)
    this.down = new Int32Array(most)
    this.beside = new Int32Array(most)
    this.byte = new Uint8Array(most)
    this.output = new Int32Array(most).fill(-1)
    this.same = new Int32Array(patterns.length).fill(-1)
    // From the last to the first, so that the chain of the same bytes is in order.
    for (let p = patterns.length - 1; p >= 0; p--) this.#add(patterns[p]!, p, nocase)
  }

  #add(pattern: Uint8Array, number: number, nocase: boolean): void {
    let at = 0
    for (const each of pattern) {
      const byte = fold(each, nocase)
      let next = this.down[at]!
      while (next !== 0 && this.byte[next] !== byte) next = this.beside[next]!
      if (next === 0) {
        next = this.size++
        this.byte[next] = byte
        this.beside[next] = this.down[at]!
        this.down[at] = next
      }
      at = next
    }
    this.same[number] = this.output[at]!
    this.output[at] = number
  }
}

/** Builds the trie; no pattern is empty. */
export const buildTrie = (patterns: readonly Uint8Array[], nocase: boolean): Trie => {
  const growing = new Growing(patterns, nocase)
  const { size } = growing
  const order = new Int32Array(size)
  const first = new Int32Array(size + 1)
  const byte = new Uint8Array(size)
  const child = new Int32Array(size)
  let queued = 1
  for (let s = 0; s < size; s++) {
    first[s] = queued - 1
    for (let n = growing.down[order[s]!]!; n !== 0; n = growing.beside[n]!) {
      byte[queued - 1] = growing.byte[n]!
      child[queued - 1] = queued
      order[queued++] = n
    }
  }
  first[size] = size - 1
  const output = Int32Array.from(order, (n) => growing.output[n]!)
  const trie = { size, first, byte, child, fail: new Int32Array(size), output, same: growing.same }
  return { ...trie, report: link(trie) }
}

/** Fills in `fail`, and says who reports. */
const link = ({ size, first, byte, child, fail, output }: Omit<Trie, 'report' | 'same'>): Int32Array => {
  const report = new Int32Array(size).fill(-1)
  for (let s = 0; s < size; s++) {
    report[s] = output[s]! >= 0 ? s : s === 0 ? -1 : report[fail[s]!]!
    for (let e = first[s]!; e < first[s + 1]!; e++) {
      if (s === 0) continue
      let from = fail[s]!
      let to = step(first, byte, child, from, byte[e]!)
      while (to < 0 && from !== 0) {
        from = fail[from]!
        to = step(first, byte, child, from, byte[e]!)
      }
      fail[child[e]!] = Math.max(to, 0)
    }
  }
  return report
}

/** The child of a state over a byte, or -1. */
export const step = (first: Int32Array, byte: Uint8Array, child: Int32Array, s: number, over: number): number => {
  for (let e = first[s]!; e < first[s + 1]!; e++) if (byte[e] === over) return child[e]!
  return -1
}
