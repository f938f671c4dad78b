export const REQUEST = 1
export const RESPONSE = 2
/** Not HTTP/1. */
export const OTHER = -1
/** More bytes are needed to tell. */
export const UNKNOWN = 0

/** Start lines longer than this are not waited for. */
const MAX_LINE = 16384
const MAX_METHOD = 32

const isToken = (c: number): boolean => (c >= 65 && c <= 90) || c === 45 || c === 95 || (c >= 97 && c <= 122)
const VERSION = 'HTTP/1.'

const startsWith = (b: Uint8Array, at: number, end: number, text: string): number => {
  for (let i = 0; i < text.length; i++) {
    if (at + i >= end) return UNKNOWN
    if (b[at + i] !== text.charCodeAt(i)) return OTHER
  }
  return 1
}

/**
 * What begins with these bytes: {@link REQUEST} (`method target HTTP/1.x`), {@link RESPONSE} (`HTTP/1.x status`),
 * {@link OTHER}, or {@link UNKNOWN} while the line is not complete. Empty lines before it are skipped (RFC 9112 §2.2).
 */
export const startLine = (b: Uint8Array, at: number, end: number): number => {
  while (at < end && (b[at] === 13 || b[at] === 10)) at++
  if (at >= end) return UNKNOWN
  const response = startsWith(b, at, end, VERSION)
  if (response !== OTHER) return response > 0 ? RESPONSE : UNKNOWN
  let space = at
  while (space < end && isToken(b[space]!)) space++
  if (space - at > MAX_METHOD) return OTHER
  if (space >= end) return UNKNOWN
  if (b[space] !== 32 || space === at) return OTHER
  let line = space
  while (line < end && b[line] !== 10) line++
  if (line >= end) return line - at > MAX_LINE ? OTHER : UNKNOWN
  if (b[line - 1] === 13) line--
  const version = line - 8
  return version > space && b[version - 1] === 32 && startsWith(b, version, line, VERSION) > 0 ? REQUEST : OTHER
}
