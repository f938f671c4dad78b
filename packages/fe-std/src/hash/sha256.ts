import { padded } from './padded.js'

const primes = (count: number): number[] => {
  const found: number[] = []
  for (let n = 2; found.length < count; n++) if (found.every((p) => n % p !== 0)) found.push(n)
  return found
}
/** The first 32 bits of the fraction. */
const fraction = (x: number): number => Math.floor((x - Math.floor(x)) * 2 ** 32)

/** Roots of primes (FIPS 180-4 §4.2.2, §5.3.3). */
const ROUNDS = Int32Array.from(primes(64), (p) => fraction(Math.cbrt(p)))
const START = Int32Array.from(primes(8), (p) => fraction(Math.sqrt(p)))

const right = (x: number, n: number): number => (x >>> n) | (x << (32 - n))

const mix = (state: Int32Array, words: DataView, at: number, w: Int32Array): void => {
  for (let i = 0; i < 16; i++) w[i] = words.getInt32(at + 4 * i)
  for (let i = 16; i < 64; i++) {
    const [x, y] = [w[i - 15]!, w[i - 2]!]
    const s0 = right(x, 7) ^ right(x, 18) ^ (x >>> 3)
    const s1 = right(y, 17) ^ right(y, 19) ^ (y >>> 10)
    w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
  for (let i = 0; i < 64; i++) {
    const s1 = right(e, 6) ^ right(e, 11) ^ right(e, 25)
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUNDS[i]! + w[i]!) | 0
    const s0 = right(a, 2) ^ right(a, 13) ^ right(a, 22)
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0]
  }
  for (const [i, x] of [a, b, c, d, e, f, g, h].entries()) state[i] = (state[i]! + x) | 0
}

/** SHA-256 (FIPS 180-4) in hexadecimal, without waiting for it as for the platform's. */
export const sha256 = (data: Uint8Array): string => {
  const words = padded(data, false)
  const state = Int32Array.from(START)
  const schedule = new Int32Array(64)
  for (let at = 0; at < words.byteLength; at += 64) mix(state, words, at, schedule)
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}
