/** Kinds of start line. */
export const REQUEST = 1
export const RESPONSE = 2

/** Longest start line, in bytes, with its end. */
export const MAX_LINE = 16384
export const MAX_METHOD = 32

/** A protocol whose messages begin with such lines. Its version is like `HTTP/1.1`: a name, two digits. */
export interface Dialect {
  readonly name: readonly number[]
  /** Largest first digit of a version. */
  readonly major: number
}
const dialect = (name: string, major: number): Dialect => ({ name: [...name].map((c) => c.charCodeAt(0)), major })
export const HTTP = dialect('HTTP/', 1)
export const RTSP = dialect('RTSP/', 2)

/** Characters of a token (RFC 9110 §5.6.2). */
export const TOKEN = new Uint8Array(256)
for (const c of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
  TOKEN[c.charCodeAt(0)] = 1

export const isDigit = (c: number): boolean => c >= 48 && c <= 57
export const isBlank = (c: number): boolean => c === 32 || c === 9

/** Does a version stand at `at`? */
export const versionAt = (b: Uint8Array, at: number, end: number, { name, major }: Dialect): boolean => {
  if (at + 8 > end) return false
  for (let i = 0; i < 5; i++) if (b[at + i] !== name[i]) return false
  const c = b[at + 5]!
  return c >= 49 && c <= 48 + major && b[at + 6] === 46 && isDigit(b[at + 7]!)
}

/** The status behind the version at `at`: three digits, then blank or nothing. 0 when there is none. */
export const statusAt = (b: Uint8Array, at: number, end: number): number => {
  if (at + 12 > end || b[at + 8] !== 32 || (at + 12 < end && !isBlank(b[at + 12]!))) return 0
  const [x, y, z] = [b[at + 9]!, b[at + 10]!, b[at + 11]!]
  return x >= 49 && isDigit(x) && isDigit(y) && isDigit(z) ? 100 * x + 10 * y + z - 5328 : 0
}

/** Where a line without its end, which is LF or CR LF, ends; `lf` is the place of the LF. */
export const lineEnd = (b: Uint8Array, at: number, lf: number): number => (lf > at && b[lf - 1] === 13 ? lf - 1 : lf)

/**
 * What start line [at, end), without its end, is: {@link REQUEST}, {@link RESPONSE} or 0. As RFC 9112 §3 allows, blanks
 * count as one space, and some may follow; control characters make it none.
 */
export const lineType = (b: Uint8Array, at: number, end: number, dialect: Dialect): number => {
  if (versionAt(b, at, end, dialect)) return statusAt(b, at, end) > 0 && clean(b, at, end) ? RESPONSE : 0
  let space = at
  while (space < end && TOKEN[b[space]!] === 1) space++
  if (space === at || space - at > MAX_METHOD || b[space] !== 32 || space === end) return 0
  const version = versionBefore(b, space, end, dialect)
  return version > space && clean(b, space, version) ? REQUEST : 0
}

/** Where the version begins that ends the request line [at, end); -1 when none does. */
export const versionBefore = (b: Uint8Array, at: number, end: number, dialect: Dialect): number => {
  while (end > at && isBlank(b[end - 1]!)) end--
  const version = end - 8
  return version > at && b[version - 1] === 32 && versionAt(b, version, end, dialect) ? version : -1
}

const clean = (b: Uint8Array, at: number, end: number): boolean => {
  for (; at < end; at++) if (b[at]! < 32 ? b[at] !== 9 : b[at] === 127) return false
  return true
}
