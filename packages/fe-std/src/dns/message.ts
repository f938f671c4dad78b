/** Names are at most 255 bytes long (RFC 1035 §2.3.4), so no more than this many labels and pointers. */
const MAX_STEPS = 256

export const QUERY = 1
export const RESPONSE = 2

export const MALFORMED = -1

export const HEADER = 12

/**
 * The first byte after the name at `at` of a message that lies in [start, end); -1 when it does not end inside the
 * message, is too long or goes in circles. Pointers must lead to what stands before the name, so they cannot loop.
 */
export const skipName = (b: Uint8Array, start: number, at: number, end: number): number => {
  let after = -1
  let limit = at
  let length = 0
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    if (at >= end) return -1
    const label = b[at]!
    if (label === 0) return after < 0 ? at + 1 : after
    if ((label & 0xc0) === 0xc0) {
      if (at + 2 > end) return -1
      const target = start + (((label & 0x3f) << 8) | b[at + 1]!)
      if (after < 0) after = at + 2
      if (target >= limit || target < start + HEADER) return -1
      at = target
      limit = target
      continue
    }
    // 01 and 10 are reserved.
    if ((label & 0xc0) !== 0) return -1
    length += label + 1
    if (length > 255) return -1
    at += label + 1
  }
  return -1
}

const count = (b: Uint8Array, at: number): number => (b[at]! << 8) | b[at + 1]!
const recordsOf = (b: Uint8Array, at: number): number => count(b, at + 6) + count(b, at + 8) + count(b, at + 10)

/** Can the 12 bytes at `at` be the header of a DNS message of `length` bytes? */
export const isHeader = (b: Uint8Array, at: number, length: number): boolean => {
  const response = (b[at + 2]! & 0x80) !== 0
  const opcode = (b[at + 2]! >> 3) & 15
  // Query, inverse query, status, notify, update, stateful operations (RFC 8490).
  if (opcode > 6 || opcode === 3) return false
  const questions = count(b, at + 4)
  const records = recordsOf(b, at)
  if (!response && opcode === 0 && questions + records === 0) return false
  // A question takes at least five bytes, a record eleven.
  return HEADER + 5 * questions + 11 * records <= length
}

/**
 * {@link QUERY} or {@link RESPONSE} when [at, end) is a DNS message of sane form (RFC 1035 §4), 0 when it is none,
 * {@link MALFORMED} when it begins like one.
 */
export const checkMessage = (b: Uint8Array, at: number, end: number): number => {
  if (end - at < HEADER || !isHeader(b, at, end - at)) return 0
  const response = (b[at + 2]! & 0x80) !== 0
  const questions = count(b, at + 4)
  const records = recordsOf(b, at)
  let next = at + HEADER
  for (let i = 0; i < questions; i++) {
    next = skipName(b, at, next, end)
    if (next < 0 || next + 4 > end) return MALFORMED
    next += 4
  }
  for (let i = 0; i < records; i++) {
    next = skipName(b, at, next, end)
    if (next < 0 || next + 10 > end) return MALFORMED
    next += 10 + count(b, next + 8)
    if (next > end) return MALFORMED
  }
  return response ? RESPONSE : QUERY
}
