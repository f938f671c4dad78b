/** What a head says about the message that follows it. */
export interface Head {
  /** Method of a request, empty for a response. */
  readonly method: string
  /** Status of a response, 0 for a request. */
  readonly status: number
  /** Content-Length in bytes: -1 without, -2 when it makes no sense. */
  readonly length: number
  readonly chunked: boolean
}

const latin1 = (b: Uint8Array, from: number, to: number): string => {
  let text = ''
  for (let i = from; i < to; i++) text += String.fromCharCode(b[i]!)
  return text
}

const trim = (b: Uint8Array, from: number, to: number): string => latin1(b, from, to).trim().toLowerCase()

const nameIs = (b: Uint8Array, at: number, end: number, name: string): boolean => {
  if (end - at !== name.length) return false
  for (let i = 0; i < name.length; i++) if ((b[at + i]! | 32) !== name.charCodeAt(i)) return false
  return true
}

/** All values of Content-Length must be the same number (RFC 9112 §6.3). */
const lengthOf = (value: string, before: number): number => {
  let length = before
  for (const part of value.split(',')) {
    const text = part.trim()
    const digits = text.length > 0 && text.length <= 15 && [...text].every((c) => c >= '0' && c <= '9')
    if (!digits || (length !== -1 && length !== Number(text))) return -2
    length = Number(text)
  }
  return length
}

const methodOf = (b: Uint8Array, at: number, end: number): string => {
  let space = at
  while (space < end && b[space] !== 32) space++
  return latin1(b, at, space)
}

/** The first number of three digits after the version. */
const statusOf = (b: Uint8Array, at: number, end: number): number => {
  const digits = at + 'HTTP/1.x '.length
  if (digits + 3 > end) return 0
  const status = Number(latin1(b, digits, digits + 3))
  return Number.isInteger(status) && status >= 100 ? status : 0
}

/** Reads a head whose last line is empty; undefined when its start line makes no sense. */
export const readHead = (b: Uint8Array, at: number, end: number, response: boolean): Head | undefined => {
  while (at < end && (b[at] === 13 || b[at] === 10)) at++
  let line = at
  while (line < end && b[line] !== 10) line++
  const method = response ? '' : methodOf(b, at, line)
  const status = response ? statusOf(b, at, line) : 0
  if (response && status === 0) return undefined
  let length = -1
  let chunked = false
  for (let from = line + 1; from < end; from = line + 1) {
    line = from
    let colon = -1
    for (; line < end && b[line] !== 10; line++) if (colon < 0 && b[line] === 58) colon = line
    if (colon < 0) continue
    if (nameIs(b, from, colon, 'content-length')) length = lengthOf(trim(b, colon + 1, line), length)
    else if (nameIs(b, from, colon, 'transfer-encoding')) chunked = trim(b, colon + 1, line).endsWith('chunked')
  }
  return { method, status, length, chunked }
}
