import { padded } from './padded.js'

/** Sines of the steps (RFC 1321 §3.4). */
const SINES = Int32Array.from({ length: 64 }, (_, i) => Math.floor(2 ** 32 * Math.abs(Math.sin(i + 1))))
const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]

const rotate = (x: number, n: number): number => (x << n) | (x >>> (32 - n))

/** Mixes one block of sixteen words into the state. */
const mix = (state: Int32Array, words: DataView, at: number): void => {
  let [a, b, c, d] = [state[0]!, state[1]!, state[2]!, state[3]!]
  for (let i = 0; i < 64; i++) {
    const round = i >> 4
    const f =
      round === 0 ? (b & c) | (~b & d) : round === 1 ? (d & b) | (~d & c) : round === 2 ? b ^ c ^ d : c ^ (b | ~d)
    const word = [i, 5 * i + 1, 3 * i + 5, 7 * i][round]! & 15
    const sum = (a + f + SINES[i]! + words.getInt32(at + 4 * word, true)) | 0
    a = d
    d = c
    c = b
    b = (b + rotate(sum, SHIFTS[4 * round + (i & 3)]!)) | 0
  }
  state[0] = (state[0]! + a) | 0
  state[1] = (state[1]! + b) | 0
  state[2] = (state[2]! + c) | 0
  state[3] = (state[3]! + d) | 0
}

/** MD5 (RFC 1321) in hexadecimal: for fingerprints that are defined by it, and for nothing that has to be safe. */
export const md5 = (data: Uint8Array): string => {
  const words = padded(data, true)
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)
  for (let at = 0; at < words.byteLength; at += 64) mix(state, words, at)
  const out = new DataView(new ArrayBuffer(16))
  state.forEach((word, i) => void out.setInt32(4 * i, word, true))
  return Array.from(new Uint8Array(out.buffer), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
