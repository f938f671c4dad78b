import P from 'parsimmon'
import { isBarePart, isDigit, isLetter, isNamePart, isSpace, RESERVED } from './characters.js'
import { fail } from './fail.js'

// Tokens. Each scans by character loops (no slicing, no backtracking, so a token's cost is its length) and takes the
// white space and comments behind it along.

/** A token's meaning and its place, without the blank behind. */
export interface Token<T> {
  readonly value: T
  readonly from: number
  readonly to: number
}

const isLineEnd = (c: string) => c === '\n' || c === '\r' || c === ''

/** Position of the next token: past white space and comments. */
export const skipBlank = (text: string, at: number): number => {
  for (;;) {
    while (isSpace(text.charAt(at))) at++
    if (text.charAt(at) !== '#') return at
    while (!isLineEnd(text.charAt(at))) at++
  }
}

/** A parser from a scanner that returns a token, or undefined where there is none. */
const token = <T>(expected: string, scan: (text: string, at: number) => Token<T> | undefined) =>
  P<Token<T>>((text, at) => {
    const found = scan(text, at)
    return found ? P.makeSuccess(skipBlank(text, found.to), found) : P.makeFailure(at, expected)
  })

/** What precedes the first token. */
export const blank = P<undefined>((text, at) => P.makeSuccess(skipBlank(text, at), undefined))

/** A punctuation character. */
export const symbol = (c: string) =>
  token(c, (text, at) => (text.charAt(at) === c ? { value: c, from: at, to: at + 1 } : undefined))

const word = (text: string, at: number): Token<string> | undefined => {
  if (!isLetter(text.charAt(at))) return undefined
  let to = at + 1
  while (isNamePart(text.charAt(to))) to++
  return { value: text.slice(at, to), from: at, to }
}

/** `and`, `or`, `not`. */
export const keyword = (name: string) =>
  token(name, (text, at) => {
    if (!text.startsWith(name, at)) return undefined
    const found = word(text, at)
    return found?.value === name ? found : undefined
  })

/** A function's, option's or vertex's name. */
export const nameOf = (what: string) =>
  token(what, (text, at) => {
    const found = word(text, at)
    return found && !RESERVED.has(found.value) ? found : undefined
  })

/** A classifier, 0..65535. */
export const classifier = token('a number', (text, at) => {
  let to = at
  while (isDigit(text.charAt(to))) to++
  if (to === at) return undefined
  const value = Number(text.slice(at, to))
  if (value > 65_535)
    throw fail('SL_SRL_SYNTAX', 'a classifier is a number from 0 to 65535', {
      text,
      at: [at, to],
      expected: ['0..65535'],
      hint: 'Classifiers have 16 bits; for larger numbers use an option of the function or a filter expression.',
    })
  return { value, from: at, to }
})

const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', n: '\n', t: '\t' }

/** One escape at its backslash: what it stands for and where it ends. */
const escaped = (text: string, at: number): [string, number] => {
  const c = text.charAt(at + 1)
  const simple = Object.hasOwn(ESCAPES, c) ? ESCAPES[c] : undefined
  if (simple !== undefined) return [simple, at + 2]
  const hex = text.slice(at + 2, at + 4)
  if (c === 'x' && /^[0-9A-Fa-f]{2}$/.test(hex)) return [String.fromCharCode(Number.parseInt(hex, 16)), at + 4]
  throw fail('SL_SRL_SYNTAX', 'unknown escape in quoted text', {
    text,
    at: [at, Math.min(at + 2, text.length)],
    expected: ['\\"', '\\\\', '\\n', '\\t', '\\xHH'],
    hint: 'Write \\\\ for a backslash itself, \\" for a quote, \\xHH for the character of two hexadecimal digits.',
  })
}

const quoted = (text: string, from: number): Token<string> => {
  let value = ''
  let copied = from + 1
  for (let i = from + 1; i < text.length; ) {
    const c = text.charAt(i)
    if (c === '"') return { value: value + text.slice(copied, i), from, to: i + 1 }
    if (c !== '\\') i++
    else {
      value += text.slice(copied, i)
      const [meaning, end] = escaped(text, i)
      value += meaning
      copied = i = end
    }
  }
  throw fail('SL_SRL_SYNTAX', 'the quote opened here is never closed', {
    text,
    at: from,
    expected: ['"'],
    hint: 'Put a " behind the value; a quote inside a value is written \\".',
  })
}

/** An option's value, quoted or bare. */
export const value = token('a value', (text, at) => {
  if (text.charAt(at) === '"') return quoted(text, at)
  let to = at
  while (isBarePart(text.charAt(to))) to++
  return to === at ? undefined : { value: text.slice(at, to), from: at, to }
})
