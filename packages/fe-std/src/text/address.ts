/** Where the longest run of at least two zero groups begins, and how long it is. */
const longestRun = (groups: readonly number[]): [number, number] => {
  let best: [number, number] = [-1, 0]
  for (let i = 0; i < 8; i++) {
    let n = 0
    while (i + n < 8 && groups[i + n] === 0) n++
    if (n > 1 && n > best[1]) best = [i, n]
    i += n
  }
  return best
}

/** The text of an address of 4 bytes (dotted) or 16 (RFC 5952). */
export const addressText = (b: Uint8Array, at: number, size: number): string => {
  if (size === 4) return `${b[at]}.${b[at + 1]}.${b[at + 2]}.${b[at + 3]}`
  const groups: number[] = []
  for (let i = 0; i < 16; i += 2) groups.push((b[at + i]! << 8) | b[at + i + 1]!)
  const [from, length] = longestRun(groups)
  const hex = (list: readonly number[]): string => list.map((g) => g.toString(16)).join(':')
  return from < 0 ? hex(groups) : `${hex(groups.slice(0, from))}::${hex(groups.slice(from + length))}`
}
