/** Characters of a line that are shown around the place. */
const WINDOW = 100

const isBreak = (code: number) => code === 10 || code === 13

/** What a terminal may be shown: control characters as their pictures (U+2400…), lone surrogates replaced. */
export const visible = (c: string): string => {
  const code = c.codePointAt(0) as number
  if (code === 9) return '\t'
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  // Also what turns the reading direction or breaks lines in some terminals.
  if (code === 0x7f) return '\u2421'
  if ((code >= 0x80 && code < 0xa0) || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069))
    return '\ufffd'
  return code >= 0xd800 && code < 0xe000 ? '\ufffd' : c
}

/** The bounds of the line that holds `offset`. */
const lineBounds = (text: string, offset: number): [number, number] => {
  let from = offset
  let to = offset
  while (from > 0 && !isBreak(text.charCodeAt(from - 1))) from--
  while (to < text.length && !isBreak(text.charCodeAt(to))) to++
  return [from, to]
}

/** Not between the halves of a surrogate pair, not outside the text. */
const whole = (text: string, offset: number): number => {
  const at = Math.max(0, Math.min(Math.trunc(offset) || 0, text.length))
  const isLow = (text.charCodeAt(at) & 0xfc00) === 0xdc00
  return isLow && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800 ? at - 1 : at
}

/** Line and column of a UTF-16 offset, both from 1; the column counts characters (code points). */
export const position = (text: string, offset: number): { line: number; column: number } => {
  const at = whole(text, offset)
  let line = 1
  for (let i = 0; i < at; i++) {
    const code = text.charCodeAt(i)
    if (code === 10 || (code === 13 && text.charCodeAt(i + 1) !== 10)) line++
  }
  const [from] = lineBounds(text, at)
  return { line, column: [...text.slice(from, at)].length + 1 }
}

/**
 * The line of the text that holds the place, and below it a `^` under every character of it (one at least). Long
 * lines are cut around the place; what would upset a terminal is replaced.
 * @param at UTF-16 offset or span [from, to); outside the text it means the nearest end
 */
export const caret = (text: string, at: number | readonly [number, number]): string => {
  const [start, end] = typeof at === 'number' ? [at, at] : at
  const from = whole(text, start)
  const [lineFrom, lineTo] = lineBounds(text, from)
  const to = Math.min(Math.max(whole(text, end), from), lineTo)
  const cutFrom = from - lineFrom > WINDOW / 2 ? whole(text, from - WINDOW / 2) : lineFrom
  const cutTo = lineTo - from > WINDOW ? whole(text, from + WINDOW) : lineTo
  const head = (cutFrom > lineFrom ? '…' : '') + [...text.slice(cutFrom, from)].map(visible).join('')
  const tail = [...text.slice(from, cutTo)].map(visible).join('') + (cutTo < lineTo ? '…' : '')
  const width = Math.max(1, [...text.slice(from, Math.min(to, cutTo))].length)
  return `${head}${tail}\n${head.replace(/[^\t]/gu, ' ')}${'^'.repeat(width)}`
}
