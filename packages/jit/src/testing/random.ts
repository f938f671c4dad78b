/** Numbers in [0, n), the same for the same seed. */
export type Random = (n: number) => number

/** A generator of numbers from a seed (splitmix32). */
export const generator = (seed: number): Random => {
  let state = seed | 0
  return (n) => {
    state = (state + 0x9e3779b9) | 0
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return ((z ^ (z >>> 15)) >>> 0) % n
  }
}

export const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)]!
