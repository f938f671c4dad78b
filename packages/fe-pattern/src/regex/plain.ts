import type { Pattern } from '../rules/rule.js'
import type { Node } from './ast.js'
import { ByteSet } from './byte-set.js'

/** Alternatives that are literals, at most so many. */
const MOST = 256

const BOTH = Array.from({ length: 26 }, (_, n) => ByteSet.of(65 + n, 65 + n, 97 + n, 97 + n).key())

/** A byte, or a letter in both cases as the lower one; undefined for other sets. */
const byteOf = (set: ByteSet): { readonly byte: number; readonly both: boolean } | undefined => {
  const single = set.single()
  if (single >= 0) return { byte: single, both: false }
  for (let lower = 97; lower <= 122; lower++) {
    if (set.has(lower)) return set.key() === BOTH[lower - 97] ? { byte: lower, both: true } : undefined
  }
  return undefined
}

const isLetter = (byte: number): boolean => (byte | 32) >= 97 && (byte | 32) <= 122

const literalOf = (node: Node): Extract<Pattern, { literal: Uint8Array }> | undefined => {
  const parts = node.type === 'cat' ? node.parts : [node]
  const bytes: number[] = []
  let both = 0
  let one = 0
  for (const part of parts) {
    const found = part.type === 'set' ? byteOf(part.set) : undefined
    if (!found) return undefined
    if (found.both) both++
    else if (isLetter(found.byte)) one++
    bytes.push(found.byte)
  }
  return both > 0 && one > 0 ? undefined : { literal: Uint8Array.from(bytes), nocase: both > 0 }
}

/** The literals that an expression is only another way to write; undefined for all others. */
export const plain = (node: Node): readonly Extract<Pattern, { literal: Uint8Array }>[] | undefined => {
  const parts = node.type === 'alt' ? node.parts : [node]
  if (parts.length > MOST) return undefined
  const found = parts.map(literalOf)
  return found.every((one) => one !== undefined) ? found : undefined
}
