import { OTHER, UNKNOWN } from '../streams/direction.js'
import {
  type Dialect,
  isBlank,
  isDigit,
  lineEnd,
  lineType,
  MAX_LINE,
  MAX_METHOD,
  REQUEST,
  RESPONSE,
  statusAt,
  TOKEN,
  versionAt,
} from './start-line.js'

/** Empty lines before the first, in bytes (RFC 9112 §2.2: at least one is to be ignored). */
const MAX_EMPTY = 64
/** A status line up to the byte behind the status. */
const STATUS_LINE = 13

/** May b[at, end), shorter than a version and a blank, be the beginning of one? */
const maybeVersion = (b: Uint8Array, at: number, end: number, { name, major }: Dialect): boolean => {
  for (let i = 0; at + i < end; i++) {
    const c = b[at + i]!
    if (i < 5 ? c !== name[i] : i === 5 ? c < 49 || c > 48 + major : i === 6 ? c !== 46 : !isDigit(c)) return false
  }
  return true
}

const response = (b: Uint8Array, at: number, end: number): number => {
  if (end - at < STATUS_LINE) return UNKNOWN
  const c = b[at + 12]!
  return statusAt(b, at, at + 12) > 0 && (isBlank(c) || c === 13 || c === 10) ? RESPONSE : OTHER
}

/**
 * What a stream is by its first bytes [at, end): {@link REQUEST}, {@link RESPONSE}, OTHER, or UNKNOWN, of which there
 * is an end within {@link MAX_LINE} bytes and some for empty lines. [at, seen) has been looked at before, in vain.
 */
export const firstLine = (b: Uint8Array, at: number, end: number, seen: number, dialect: Dialect): number => {
  const first = at
  while (at < end && (b[at] === 13 || b[at] === 10)) at++
  if (at - first > MAX_EMPTY) return OTHER
  if (end - at < 8) {
    if (maybeVersion(b, at, end, dialect)) return UNKNOWN
  } else if (versionAt(b, at, end, dialect)) return response(b, at, end)
  let space = at
  while (space < end && TOKEN[b[space]!] === 1) space++
  if (space - at > MAX_METHOD) return OTHER
  if (space === end) return UNKNOWN
  if (b[space] !== 32 || space === at) return OTHER
  const most = Math.min(end, at + MAX_LINE)
  let lf = Math.max(space, seen)
  while (lf < most && b[lf] !== 10) lf++
  if (lf === most) return end - at >= MAX_LINE ? OTHER : UNKNOWN
  return lineType(b, at, lineEnd(b, at, lf), dialect) === REQUEST ? REQUEST : OTHER
}
