import { fold, type Trie } from './trie.js'

/** Bytes of the rows of states that have one. Chosen to stay in a processor's second-level cache. */
const ROWS = 2 ** 20

/**
 * An Aho-Corasick automaton in typed arrays. A state is a number: of the frequent ones where its row starts in `rows`,
 * of the others `rows.length` plus a number of their own. What a row or a child holds is negative if that state reports.
 */
export interface Layout {
  readonly classOf: Uint8Array | Uint16Array
  readonly stride: number
  /** `rows[state + class]`: the next state. */
  readonly rows: Int32Array
  /** Children of the deep state number d: from first[d] to first[d + 1] - 1. */
  readonly first: Int32Array
  readonly over: Uint16Array
  readonly child: Int32Array
  /** Where to look for the byte when there is no child. */
  readonly fail: Int32Array
  /** The trie's state of each row and of each deep state. */
  readonly trieOf: Int32Array
}

/** Bytes that occur in a pattern have a class of their own, all others are class 0. */
const classesOf = (trie: Trie, nocase: boolean): { classOf: Uint16Array; stride: number } => {
  const classOf = new Uint16Array(256)
  let stride = 1
  for (let e = 0; e < trie.size - 1; e++) if (classOf[trie.byte[e]!] === 0) classOf[trie.byte[e]!] = stride++
  for (let byte = 0; byte < 256; byte++) classOf[byte] = classOf[fold(byte, nocase)]!
  return { classOf, stride }
}

/** The states that get a row: the root, those with many children, then the shallowest. */
const choose = (trie: Trie, most: number): Int32Array => {
  const { size, first } = trie
  if (size <= most) return Int32Array.from({ length: size }, (_, s) => s)
  const chosen = new Uint8Array(size)
  let count = 1
  chosen[0] = 1
  const take = (least: number) => {
    for (let s = 0; s < size && count < most; s++) {
      if (chosen[s] || first[s + 1]! - first[s]! < least) continue
      chosen[s] = 1
      count++
    }
  }
  for (const least of [16, 0]) take(least)
  return Int32Array.from({ length: size }, (_, s) => s).filter((s) => chosen[s])
}

/** Lays a trie out for scanning. */
export const layOut = (trie: Trie, nocase: boolean): Layout => {
  const { classOf, stride } = classesOf(trie, nocase)
  const dense = choose(trie, Math.max(1, Math.floor(ROWS / 4 / stride)))
  const rows = new Int32Array(dense.length * stride)
  const code = new Int32Array(trie.size).fill(-1)
  for (const [d, s] of dense.entries()) code[s] = d * stride
  let deep = 0
  for (let s = 0; s < trie.size; s++) if (code[s] === -1) code[s] = rows.length + deep++
  const signed = (s: number): number => (trie.report[s]! >= 0 ? -code[s]! : code[s]!)
  const trieOf = new Int32Array(dense.length + deep)
  fillRows(trie, dense, { classOf, stride, rows }, signed)
  for (const [d, s] of dense.entries()) trieOf[d] = s
  const first = new Int32Array(deep + 1)
  const fail = new Int32Array(deep)
  const over: number[] = []
  const child: number[] = []
  for (let s = 0; s < trie.size; s++) {
    const d = code[s]! - rows.length
    if (d < 0) continue
    trieOf[dense.length + d] = s
    fail[d] = code[trie.fail[s]!]!
    for (let e = trie.first[s]!; e < trie.first[s + 1]!; e++) {
      over.push(classOf[trie.byte[e]!]!)
      child.push(signed(trie.child[e]!))
    }
    first[d + 1] = child.length
  }
  return {
    classOf: stride > 256 ? classOf : Uint8Array.from(classOf),
    stride,
    rows,
    first,
    over: Uint16Array.from(over),
    child: Int32Array.from(child),
    fail,
    trieOf,
  }
}

/** A row of a state is that of its suffix, which comes before it where that has one, with its own children in it. */
const fillRows = (
  trie: Trie,
  dense: Int32Array,
  { classOf, stride, rows }: Pick<Layout, 'classOf' | 'stride' | 'rows'>,
  signed: (s: number) => number,
): void => {
  const rowOf = new Map<number, number>()
  for (const [d, s] of dense.entries()) {
    const row = d * stride
    rowOf.set(s, row)
    // Children of the states along the links, up to one that has a row: the nearest wins.
    const path = [s]
    let at = s
    while (at !== 0) {
      at = trie.fail[at]!
      const base = rowOf.get(at)
      if (base !== undefined) {
        rows.copyWithin(row, base, base + stride)
        break
      }
      path.push(at)
    }
    for (const p of path.reverse()) {
      for (let e = trie.first[p]!; e < trie.first[p + 1]!; e++)
        rows[row + classOf[trie.byte[e]!]!] = signed(trie.child[e]!)
    }
  }
}
