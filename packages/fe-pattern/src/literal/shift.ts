import { fold } from './trie.js'

/**
 * How far a search may go on when no pattern has begun (Wu and Manber): by the last two bytes of a window as long as
 * the shortest pattern. `shift[b0 << 8 | b1]` is 0 where a pattern may begin at the window's start.
 */
export interface Shift {
  readonly window: number
  readonly shift: Uint8Array
}

/** Undefined where the shortest pattern is too short to gain anything. */
export const buildShift = (patterns: readonly Uint8Array[], nocase: boolean): Shift | undefined => {
  const window = Math.min(255, ...new Set(patterns.map(({ length }) => length)))
  if (window < 3) return undefined
  const shift = new Uint8Array(65536).fill(window - 1)
  for (const pattern of patterns) {
    for (let i = 1; i < window; i++) {
      const by = window - 1 - i
      for (const one of cases(pattern[i - 1]!, nocase)) {
        for (const two of cases(pattern[i]!, nocase)) {
          const at = (one << 8) | two
          if (shift[at]! > by) shift[at] = by
        }
      }
    }
  }
  return { window, shift }
}

const cases = (byte: number, nocase: boolean): number[] => {
  const lower = fold(byte, nocase)
  return nocase && lower >= 97 && lower <= 122 ? [lower, lower - 32] : [byte]
}
