import { ALU, AND, B, H, JEQ, JGE, JGT, JSET, K, W } from '../cbpf/opcodes.js'
import { all, always, type Condition, never, not, statement, test } from './condition.js'
import { type Base, load, type State } from './state.js'

/** The field at `at` from `base`, masked, compared with `value` by the jump `op`; `reverse` turns the outcome around. */
export const compare = (
  s: State,
  base: Base,
  at: number,
  size: number,
  mask: number,
  op: number,
  reverse: boolean,
  value: number,
): Condition => {
  const list = load(s, base, at, size)
  if (mask >>> 0 !== 0xffffffff) list.push(statement(ALU | AND | K, mask))
  const t = test(list, op | K, value)
  return reverse ? not(t) : t
}

const ALL = 0xffffffff

export const equal = (s: State, base: Base, at: number, size: number, value: number): Condition =>
  compare(s, base, at, size, ALL, JEQ, false, value)
/** The bits of `mask` equal those of `value`. With no bits to compare nothing is loaded. */
export const maskedEqual = (s: State, base: Base, at: number, size: number, value: number, mask: number): Condition => {
  if (mask === 0) return value === 0 ? always() : never()
  return compare(s, base, at, size, mask, JEQ, false, value)
}
export const greater = (s: State, base: Base, at: number, size: number, value: number): Condition =>
  compare(s, base, at, size, ALL, JGT, false, value)
export const atLeast = (s: State, base: Base, at: number, size: number, value: number): Condition =>
  compare(s, base, at, size, ALL, JGE, false, value)
export const less = (s: State, base: Base, at: number, size: number, value: number): Condition =>
  compare(s, base, at, size, ALL, JGE, true, value)
export const atMost = (s: State, base: Base, at: number, size: number, value: number): Condition =>
  compare(s, base, at, size, ALL, JGT, true, value)
/** A bit of `mask` is set. */
export const anyBit = (s: State, base: Base, at: number, size: number, mask: number): Condition =>
  test(load(s, base, at, size), JSET | K, mask)

/** The bytes at `at` are these: compared by words from the end, then the half word, then the byte before them. */
export const bytesEqual = (s: State, base: Base, at: number, bytes: ArrayLike<number>): Condition => {
  const parts: Condition[] = []
  let left = bytes.length
  const take = (n: number, size: number) => {
    let value = 0
    for (let i = left - n; i < left; i++) value = value * 256 + bytes[i]!
    left -= n
    parts.push(equal(s, base, at + left, size, value))
  }
  while (left >= 4) take(4, W)
  while (left >= 2) take(2, H)
  if (left > 0) take(1, B)
  return parts.length === 1 ? parts[0]! : all(...parts)
}
