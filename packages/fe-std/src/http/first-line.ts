import { firstLine } from '../lines/first-line.js'
import { HTTP } from '../lines/start-line.js'
import { OTHER, UNKNOWN } from '../streams/direction.js'
import type { Kept } from '../streams/kept.js'

/** HTTP/2 with prior knowledge (RFC 9113 §3.3): the client's preface, the server's SETTINGS. */
export const CLIENT2 = 3
export const SERVER2 = 4

const PREFACE = Uint8Array.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', (c) => c.charCodeAt(0))
const FRAME_HEADER = 9
const MAX_FRAME = 16384

/** A SETTINGS frame of stream 0, without flags (RFC 9113 §6.5): length, type, flags, stream. */
const settings = (b: Uint8Array, at: number, end: number): number => {
  for (let i = 3; i < FRAME_HEADER && at + i < end; i++) if (b[at + i] !== (i === 3 ? 4 : 0)) return OTHER
  if (end - at < FRAME_HEADER) return UNKNOWN
  const length = (b[at + 1]! << 8) | b[at + 2]!
  return length <= MAX_FRAME && length % 6 === 0 ? SERVER2 : OTHER
}

const look = (b: Uint8Array, at: number, end: number, seen: number): number => {
  if (at === end) return UNKNOWN
  if (b[at] === 0) return settings(b, at, end)
  let n = 0
  while (n < PREFACE.length && at + n < end && b[at + n] === PREFACE[n]) n++
  if (n === PREFACE.length) return CLIENT2
  return at + n === end ? UNKNOWN : firstLine(b, at, end, seen, HTTP)
}

/**
 * What a stream is, as far as its first bytes tell, which are those in `kept` and b[at, end): REQUEST, RESPONSE,
 * {@link CLIENT2}, {@link SERVER2} (which only looks like it), OTHER, or UNKNOWN: then the bytes are kept.
 */
export const firstLineOf = (kept: Kept, b: Uint8Array, at: number, end: number): number => {
  const seen = kept.used
  if (seen > 0) return kept.add(b, at, end) ? look(kept.bytes, 0, kept.used, seen) : OTHER
  const verdict = look(b, at, end, at)
  return verdict === UNKNOWN && !kept.add(b, at, end) ? OTHER : verdict
}
