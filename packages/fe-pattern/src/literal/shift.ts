import { fold } from './trie.js'

/**
 * How far a search may go on when no pattern has begun (Wu and Manber), told by the last two bytes of a window as long
 * as the shortest pattern: where those two stand nowhere in the window of a pattern, by `most`.
 */
export interface Shift {
  readonly window: number
  readonly most: number
  /** `by[a << 8 | b]`; 0 where a pattern may begin at the window's start. */
  readonly by: Uint8Array
}

/** Undefined where the shortest pattern is too short to gain anything. */
export const buildShift = (patterns: readonly Uint8Array[], nocase: boolean): Shift | undefined => {
  const window = patterns.reduce((least, { length }) => Math.min(least, length), 255)
  if (window < 3) return undefined
  const most = window - 1
  const by = new Uint8Array(65536).fill(most)
  for (const pattern of patterns) {
    for (let i = 1; i < window; i++) {
      const rest = window - 1 - i
      for (const a of cases(pattern[i - 1]!, nocase)) {
        for (const b of cases(pattern[i]!, nocase)) {
          const at = (a << 8) | b
          if (by[at]! > rest) by[at] = rest
        }
      }
    }
  }
  return { window, most, by }
}

const cases = (byte: number, nocase: boolean): number[] => {
  const lower = fold(byte, nocase)
  return nocase && lower >= 97 && lower <= 122 ? [lower, lower - 32] : [byte]
}
