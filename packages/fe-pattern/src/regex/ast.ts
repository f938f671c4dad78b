import type { ByteSet } from './byte-set.js'

/** Conditions on a place between two bytes. */
export const BEGIN = 0
export const LINE_BEGIN = 1
export const END = 2
export const LINE_END = 3
export const BOUNDARY = 4
export const NO_BOUNDARY = 5

/** A regular expression over bytes. `max` is Infinity where there is none. */
export type Node =
  | { readonly type: 'empty' }
  | { readonly type: 'set'; readonly set: ByteSet }
  | { readonly type: 'cat'; readonly parts: readonly Node[] }
  | { readonly type: 'alt'; readonly parts: readonly Node[] }
  | { readonly type: 'repeat'; readonly part: Node; readonly min: number; readonly max: number }
  | { readonly type: 'assert'; readonly assert: number }

export const EMPTY: Node = { type: 'empty' }

/** One after the other. What is empty is left out, so that repeating nothing costs nothing. */
export const cat = (parts: readonly Node[]): Node => {
  const full = parts.flatMap((part) => (part.type === 'cat' ? part.parts : part.type === 'empty' ? [] : [part]))
  return full.length === 0 ? EMPTY : full.length === 1 ? full[0]! : { type: 'cat', parts: full }
}

export const alt = (parts: readonly Node[]): Node =>
  parts.length === 1 ? parts[0]! : parts.every((part) => part.type === 'empty') ? EMPTY : { type: 'alt', parts }

export const repeat = (part: Node, min: number, max: number): Node =>
  part.type === 'empty' || max === 0 ? EMPTY : min === 1 && max === 1 ? part : { type: 'repeat', part, min, max }

/** Can it match no bytes at all, if all its conditions hold? */
export const nullable = (node: Node): boolean => {
  switch (node.type) {
    case 'empty':
    case 'assert':
      return true
    case 'set':
      return false
    case 'cat':
      return node.parts.every(nullable)
    case 'alt':
      return node.parts.some(nullable)
    case 'repeat':
      return node.min === 0 || nullable(node.part)
  }
}
