import type { Node } from '../regex/ast.js'

/** Bytes as they are, or a regular expression. */
export type Pattern = { readonly literal: Uint8Array; readonly nocase: boolean } | { readonly regex: Node }

/** What to look for, and what it is called. */
export interface Rule {
  /** 1 to 65535: the classifier of what it matches. */
  readonly id: number
  /** Letters, digits and punctuation; no control characters. */
  readonly name: string
  readonly pattern: Pattern
  /** Only where the service's port is in one of these ranges, both ends included. */
  readonly ports?: readonly (readonly [number, number])[]
  /** Only in this direction. */
  readonly to?: 'server' | 'client'
}

/** Literals of all rules together, in bytes. */
export const MAX_LITERALS = 4 << 20
/** Text of a rule file, in bytes. */
export const MAX_TEXT = 16 << 20
