/** A header (RFC 1035 §4.1.1); names begin behind it. */
export const HEADER = 12
/** Names are at most 255 bytes long (RFC 1035 §2.3.4). */
const MAX_NAME = 255

/**
 * The first byte after the name at `at` of a message that lies in [start, end); -1 when it does not end inside the
 * message, is too long or goes in circles. Pointers must lead to what stands before the name, so they cannot loop.
 */
export const skipName = (b: Uint8Array, start: number, at: number, end: number): number => {
  let after = -1
  let limit = at
  let length = 1
  for (;;) {
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
    if (length > MAX_NAME) return -1
    at += label + 1
  }
}

const DOT = 46
const BACKSLASH = 92

/** Most bytes that {@link nameText} writes. */
export const NAME_TEXT = 4 * MAX_NAME

/**
 * Writes the name at `at`, which {@link skipName} has accepted, as in master files (RFC 1035 §5.1) to `out`, without
 * the dot at its end; the root is `.`. UTF-8, as mDNS has it, stays as it is. Returns its length.
 */
export const nameText = (b: Uint8Array, start: number, at: number, out: Uint8Array, to: number): number => {
  const first = to
  for (;;) {
    const label = b[at]!
    if (label === 0) break
    if ((label & 0xc0) === 0xc0) {
      at = start + (((label & 0x3f) << 8) | b[at + 1]!)
      continue
    }
    if (to > first) out[to++] = DOT
    at++
    for (const stop = at + label; at < stop; at++) {
      const c = b[at]!
      if (c === DOT || c === BACKSLASH) out[to++] = BACKSLASH
      if (c > 32 && c !== 127) out[to++] = c
      else {
        out[to++] = BACKSLASH
        out[to++] = 48 + Math.floor(c / 100)
        out[to++] = 48 + (Math.floor(c / 10) % 10)
        out[to++] = 48 + (c % 10)
      }
    }
  }
  if (to === first) out[to++] = DOT
  return to - first
}
