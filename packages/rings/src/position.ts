import { StreamlineError } from '@netstreamline/core'

/**
 * Positions are absolute (§6: never truncated to the ring's length) and count bytes modulo 2^52, so that a position
 * plus any distance in a ring is exact in a float64 and nothing ends when they wrap (after 5 days at 10 GB/s).
 *
 * In memory a position is three words: low (bits 0..31), epoch before and epoch after (bits 32..51). The two ends of
 * a ring follow each other by `low` alone: they are never further apart than a capacity of at most 2^30, so 32 bits
 * say it all and one 32-bit atomic access is enough. Who comes from outside (a new participant, a reader that was
 * lapped, a tool) reads all three words; see `loadPosition`.
 */
export const POSITION_MODULUS = 2 ** 52
const EPOCH = 2 ** 32
const EPOCHS = POSITION_MODULUS / EPOCH

/** `position` + `bytes`, 0 <= bytes < 2^52. */
export const advance = (position: number, bytes: number): number => {
  const sum = position + bytes
  return sum < POSITION_MODULUS ? sum : sum - POSITION_MODULUS
}

/** Bytes from position `from` on to position `to`, 0..2^52-1; what lies behind is nearly 2^52 ahead. */
export const distance = (from: number, to: number): number => {
  const d = to - from
  return d < 0 ? d + POSITION_MODULUS : d
}

/** Is it an integer in 0..2^52-1? */
export const isPosition = (value: number): boolean => Number.isInteger(value) && value >= 0 && value < POSITION_MODULUS

/**
 * Publishes a position that moved from `from` to `to`, at most 2^30 apart. One atomic store, but for every 4 GiB,
 * when the epoch changes: then epoch-before, low, epoch-after in this order (Lamport 1977).
 */
export const storePosition = (words: Int32Array, at: number, from: number, to: number): void => {
  const epoch = Math.floor(to / EPOCH)
  if (epoch === Math.floor(from / EPOCH)) {
    Atomics.store(words, at, to | 0)
    return
  }
  Atomics.store(words, at + 1, epoch)
  Atomics.store(words, at, to | 0)
  Atomics.store(words, at + 2, epoch)
}

/** Writes all three words of a position that nobody else writes; also mends what a dead writer left half done. */
export const resetPosition = (words: Int32Array, at: number, position: number): void => {
  const epoch = Math.floor(position / EPOCH)
  Atomics.store(words, at + 1, epoch)
  Atomics.store(words, at, position | 0)
  Atomics.store(words, at + 2, epoch)
}

const join = (epoch: number, low: number): number => epoch * EPOCH + (low >>> 0)

/**
 * A position, read by someone who knows nothing of it. Words are read in the reverse order of writing: equal epochs
 * prove that low belongs to them. If the writer is in the middle of a change of epoch (or died there), low is within
 * 2^30 of the border, on the old side or the new one, and tells which itself.
 * @throws SL_RING when the words cannot come from a writer that keeps to the format.
 */
export const loadPosition = (words: Int32Array, at: number): number => {
  for (let attempt = 0; attempt < 100; attempt++) {
    const after = Atomics.load(words, at + 2)
    const low = Atomics.load(words, at)
    const before = Atomics.load(words, at + 1)
    if (before < 0 || before >= EPOCHS || after < 0 || after >= EPOCHS) break
    if (before === after) return join(before, low)
    const inside = Atomics.load(words, at)
    if (before === (after + 1) % EPOCHS && Atomics.load(words, at + 2) === after) {
      return join(inside < 0 ? after : before, inside)
    }
  }
  throw new StreamlineError('SL_RING', 'a position in the ring header is not one that any writer leaves', {
    hint: 'Something has overwritten the ring. Stop both ends and make a new one.',
  })
}
