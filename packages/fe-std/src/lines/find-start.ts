import { type Dialect, lineType, RESPONSE, statusAt, versionAt, versionBefore } from './start-line.js'

/** Methods consist of these by custom; lost bytes before them may be any token characters. */
const isCapital = (c: number): boolean => (c >= 65 && c <= 90) || c === 45 || c === 95

/** The last place in [at, end) where a status line can begin. */
const status = (b: Uint8Array, at: number, end: number, dialect: Dialect): number => {
  const first = dialect.name[0]
  for (let i = end - 12; i >= at; i--)
    if (b[i] === first && versionAt(b, i, end, dialect) && statusAt(b, i, end) > 0) return i
  return -1
}

const request = (b: Uint8Array, at: number, end: number, dialect: Dialect): number => {
  const version = versionBefore(b, at, end, dialect)
  if (version < 0) return -1
  let target = version - 1
  while (target > at && b[target - 1] !== 32) target--
  if (target === version - 1 || target - 1 <= at) return -1
  let method = target - 1
  while (method > at && isCapital(b[method - 1]!)) method--
  return target - 1 - method >= 3 ? method : -1
}

/**
 * Where a start line of this type (0: of either) begins that ends with line [at, end), which may hold the rest of
 * something else before it; -1 when there is none.
 */
export const findStart = (b: Uint8Array, at: number, end: number, type: number, dialect: Dialect): number => {
  let start = -1
  if (type !== RESPONSE) start = request(b, at, end, dialect)
  if (start < 0 && (type === RESPONSE || type === 0)) start = status(b, at, end, dialect)
  if (start < 0) return -1
  const found = lineType(b, start, end, dialect)
  return found !== 0 && (type === 0 || found === type) ? start : -1
}
