/** Longer names are compared by their beginning only: what users mistype is short, what attackers send is not. */
const MAX_LENGTH = 64

/**
 * Damerau–Levenshtein distance (optimal string alignment): insertions, deletions, substitutions and swaps of
 * neighbours that turn `a` into `b`.
 */
export const distance = (a: string, b: string): number => {
  const columns = b.length + 1
  let before: number[] = []
  let above = Array.from({ length: columns }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j < columns; j++) {
      const same = a[i - 1] === b[j - 1]
      let least = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (same ? 0 : 1))
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) least = Math.min(least, before[j - 2]! + 1)
      row.push(least)
    }
    before = above
    above = row
  }
  return above[columns - 1]!
}

/** Up to three of `names` that `name` may have been meant to be, nearest first. */
export const suggest = (name: string, names: Iterable<string>): string[] => {
  const wanted = name.slice(0, MAX_LENGTH).toLowerCase()
  const limit = Math.max(1, Math.floor(wanted.length / 3))
  return [...new Set(names)]
    .map((candidate) => ({ candidate, far: distance(wanted, candidate.slice(0, MAX_LENGTH).toLowerCase()) }))
    .filter(({ far }) => far <= limit)
    .sort((a, b) => a.far - b.far || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, 3)
    .map(({ candidate }) => candidate)
}

/** ` (did you mean 'x' or 'y'?)`, or nothing. */
export const didYouMean = (suggestions: readonly string[]): string =>
  suggestions.length ? ` (did you mean ${suggestions.map((s) => `'${s}'`).join(' or ')}?)` : ''
