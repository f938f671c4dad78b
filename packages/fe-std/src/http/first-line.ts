import { OTHER, UNKNOWN } from '../streams/direction.js'
import type { Kept } from '../streams/kept.js'
import {
  CLIENT2,
  lineEnd,
  lineType,
  MAX_LINE,
  MAX_METHOD,
  REQUEST,
  RESPONSE,
  SERVER2,
  statusAt,
  TOKEN,
} from './line.js'

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0))
const VERSION = bytes('HTTP/1.0 ')
const PREFACE = bytes('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
/** Empty lines before the first, in bytes (RFC 9112 §2.2: at least one is to be ignored). */
const MAX_EMPTY = 64
const FRAME_HEADER = 9
const MAX_FRAME = 16384

/** How many bytes of b[at, end) are as in `text`. */
const agree = (b: Uint8Array, at: number, end: number, text: Uint8Array): number => {
  const most = Math.min(text.length, end - at)
  let n = 0
  while (n < most && b[at + n] === text[n]) n++
  return n
}

/** A SETTINGS frame of stream 0, without flags (RFC 9113 §6.5): length, type, flags, stream. */
const settings = (b: Uint8Array, at: number, end: number): number => {
  for (let i = 3; i < FRAME_HEADER && at + i < end; i++) if (b[at + i] !== (i === 3 ? 4 : 0)) return OTHER
  if (end - at < FRAME_HEADER) return UNKNOWN
  const length = (b[at + 1]! << 8) | b[at + 2]!
  return length <= MAX_FRAME && length % 6 === 0 ? SERVER2 : OTHER
}

const response = (b: Uint8Array, at: number, end: number): number => {
  if (end - at < 13) return UNKNOWN
  return statusAt(b, at, at + 12) > 0 && [9, 10, 13, 32].includes(b[at + 12]!) ? RESPONSE : OTHER
}

/**
 * What a stream is by its first bytes [at, end): {@link REQUEST}, {@link RESPONSE}, {@link CLIENT2}, {@link SERVER2}
 * (which only looks like it), OTHER, or UNKNOWN, of which there is an end within 17 KB. [at, seen) has been looked at
 * before, in vain.
 */
export const firstLine = (b: Uint8Array, at: number, end: number, seen = at): number => {
  if (at < end && b[at] === 0) return settings(b, at, end)
  const preface = agree(b, at, end, PREFACE)
  if (preface === PREFACE.length) return CLIENT2
  if (at + preface === end) return UNKNOWN
  const first = at
  while (at < end && (b[at] === 13 || b[at] === 10)) at++
  if (at - first > MAX_EMPTY) return OTHER
  const version = agree(b, at, end, VERSION)
  if (at + version === end) return UNKNOWN
  // The digit may be another.
  if (version >= 7) return response(b, at, end)
  let space = at
  while (space < end && TOKEN[b[space]!] === 1) space++
  if (space - at > MAX_METHOD) return OTHER
  if (space === end) return UNKNOWN
  if (b[space] !== 32 || space === at) return OTHER
  const most = Math.min(end, at + MAX_LINE)
  let lf = Math.max(space, seen)
  while (lf < most && b[lf] !== 10) lf++
  if (lf === most) return end - at >= MAX_LINE ? OTHER : UNKNOWN
  return lineType(b, at, lineEnd(b, at, lf)) === REQUEST ? REQUEST : OTHER
}

/** {@link firstLine} of a stream that comes in pieces: what has come before the piece lies in `kept`. */
export const firstLineOf = (kept: Kept, b: Uint8Array, at: number, end: number): number => {
  if (kept.used === 0) {
    const verdict = firstLine(b, at, end)
    if (verdict === UNKNOWN && !kept.add(b, at, end)) return OTHER
    return verdict
  }
  const seen = kept.used
  return kept.add(b, at, end) ? firstLine(kept.bytes, 0, kept.used, seen) : OTHER
}
