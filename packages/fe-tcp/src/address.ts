const groups = (words: Int32Array): number[] => {
  const all: number[] = []
  for (let i = 0; i < 4; i++) all.push(words[i]! >>> 16, words[i]! & 0xffff)
  return all
}

/** The longest run of at least two zero groups: [start, length]. */
const longestZeros = (all: readonly number[]): [number, number] => {
  let best: [number, number] = [-1, 1]
  for (let i = 0; i < all.length; i++) {
    let n = 0
    while (i + n < all.length && all[i + n] === 0) n++
    if (n > best[1]) best = [i, n]
  }
  return best
}

const ipv4 = (word: number): string => `${word >>> 24}.${(word >> 16) & 255}.${(word >> 8) & 255}.${word & 255}`

/** An IPv4 address, or the 4 words of an IPv6 address, as text; IPv6 as RFC 5952 wants it. */
export const addressText = (address: number | Int32Array): string => {
  if (typeof address === 'number') return ipv4(address)
  const all = groups(address)
  if (all[5] === 0xffff && all.slice(0, 5).every((group) => group === 0)) return `::ffff:${ipv4(address[3]!)}`
  const [start, length] = longestZeros(all)
  const text = (from: number, to: number) =>
    all
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':')
  return start < 0 ? text(0, 8) : `${text(0, start)}::${text(start + length, 8)}`
}
