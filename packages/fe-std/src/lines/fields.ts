/** Who is told of the fields of a head. Names have no colon; values no blanks around, but may be folded. */
export interface FieldSink {
  field(b: Uint8Array, name: number, nameEnd: number, value: number, valueEnd: number): void
  /** A line that is no field, or a blank where none may stand (RFC 9112 §2.2, §5.1). */
  irregular(): void
}

const LF = 10
const CR = 13

export const isSpace = (c: number): boolean => c === 32 || c === 9 || c === CR || c === LF

/** Tells of the field [at, end), its line end included, that may go on over several lines (obs-fold). */
const tell = (b: Uint8Array, at: number, end: number, sink: FieldSink): void => {
  let colon = at
  while (colon < end && b[colon] !== 58) colon++
  let nameEnd = colon
  while (nameEnd > at && isSpace(b[nameEnd - 1]!)) nameEnd--
  if (nameEnd !== colon || colon === end || colon === at) sink.irregular()
  if (colon === end || nameEnd === at) return
  let value = colon + 1
  while (value < end && isSpace(b[value]!)) value++
  while (end > value && isSpace(b[end - 1]!)) end--
  sink.field(b, at, nameEnd, value, end)
}

/**
 * Reads fields line by line up to the empty line. Lines end with LF or CR LF.
 * @returns where the empty line ends; -1 when it does not come before `end`
 */
export const readFields = (b: Uint8Array, at: number, end: number, sink: FieldSink): number => {
  let field = -1
  for (;;) {
    const line = at
    while (at < end && b[at] !== LF) at++
    if (at >= end) return -1
    at++
    const c = b[line]!
    if (c === 32 || c === 9) {
      // A line that goes on with the one before; in front of all fields it is skipped.
      sink.irregular()
      continue
    }
    if (field >= 0) tell(b, field, line, sink)
    if (c === LF || (c === CR && line + 2 === at)) return at
    field = line
  }
}

/** Is name [at, end) this one, of small letters, digits and `-`? */
export const nameIs = (b: Uint8Array, at: number, end: number, name: string): boolean => {
  if (end - at !== name.length) return false
  for (let i = 0; i < name.length; i++) {
    const c = b[at + i]!
    if ((c >= 65 && c <= 90 ? c + 32 : c) !== name.charCodeAt(i)) return false
  }
  return true
}

/**
 * The number of Content-Length, or of a list of equal ones (RFC 9112 §6.3).
 * @param before what a field before it said, -1 for none
 * @returns -2 when it makes no sense or is not the same everywhere
 */
export const lengthOf = (b: Uint8Array, at: number, end: number, before: number): number => {
  let known = before
  for (;;) {
    while (at < end && isSpace(b[at]!)) at++
    let number = 0
    let digits = 0
    while (at < end && b[at]! >= 48 && b[at]! <= 57) {
      number = 10 * number + b[at++]! - 48
      digits++
    }
    while (at < end && isSpace(b[at]!)) at++
    // Beyond this, numbers are not exact.
    if (digits === 0 || number > Number.MAX_SAFE_INTEGER) return -2
    if (known !== -1 && known !== number) return -2
    known = number
    if (at === end) return known
    if (b[at++] !== 44) return -2
  }
}
