import type { JsonWriter } from './json.js'

const DOT = 46
const COLON = 58

/** Where the longest run of at least two zero groups of an IPv6 address begins; its length in the low 4 bits; -1: none. */
const longestRun = (b: Uint8Array, at: number): number => {
  let best = -1
  for (let i = 0; i < 8; i++) {
    let n = 0
    while (i + n < 8 && b[at + 2 * (i + n)] === 0 && b[at + 2 * (i + n) + 1] === 0) n++
    if (n > 1 && (best < 0 || n > (best & 15))) best = (i << 4) | n
    i += n
  }
  return best
}

/** Writes an address of 4 bytes (dotted) or 16 (RFC 5952). */
export const writeAddress = (w: JsonWriter, b: Uint8Array, at: number, size: number): void => {
  if (size === 4) {
    for (let i = 0; i < 4; i++) {
      if (i > 0) w.byte(DOT)
      w.number(b[at + i]!)
    }
    return
  }
  const run = longestRun(b, at)
  const from = run < 0 ? 8 : run >> 4
  const to = run < 0 ? 8 : from + (run & 15)
  for (let i = 0; i < 8; i++) {
    if (i === from) {
      w.byte(COLON)
      w.byte(COLON)
      i = to - 1
      continue
    }
    if (i > 0 && i !== to) w.byte(COLON)
    w.hex((b[at + 2 * i]! << 8) | b[at + 2 * i + 1]!)
  }
}
