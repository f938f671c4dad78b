import { isSpace } from './characters.js'
import { fail } from './fail.js'

/** Bounds on a request's text, so that no text can exhaust memory or stack. */
export const LIMITS = {
  /** Bytes of UTF-8. */
  text: 1_048_576,
  /** Open brackets and pending `not`s at any place. */
  nesting: 256,
  vertices: 65_535,
  /** Edges: a group of n exits before a group of m entries makes n × m. */
  edges: 1_048_576,
} as const

/** UTF-8 length of a text; a lone surrogate counts 3, as its replacement would. */
const utf8Length = (text: string): number => {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x80) continue
    bytes += code < 0x800 || (code >= 0xd800 && code < 0xe000 && isPaired(text, i, code)) ? 1 : 2
  }
  return bytes
}

/** Half of a surrogate pair: the two halves make four bytes together. */
const isPaired = (text: string, i: number, code: number): boolean => {
  const other = code < 0xdc00 ? text.charCodeAt(i + 1) : text.charCodeAt(i - 1)
  return code < 0xdc00 ? other >= 0xdc00 && other < 0xe000 : other >= 0xd800 && other < 0xdc00
}

interface Lexeme {
  readonly from: number
  /** The character for punctuation, quoted text with its quotes, else the word. */
  readonly text: string
}

const PUNCTUATION = '(),=|>!:'

/** A rough tokenizer in one pass without recursion; whatever is no token is a word. */
function* lexemes(text: string): Generator<Lexeme> {
  for (let i = 0; i < text.length; ) {
    const from = i
    const c = text[i]!
    if (isSpace(c)) i++
    else if (c === '#') while (i < text.length && text[i] !== '\n' && text[i] !== '\r') i++
    else if (c === '"') {
      for (i++; i < text.length && text[i] !== '"'; i++) if (text[i] === '\\') i++
      i++
      yield { from, text: text.slice(from, i) }
    } else if (PUNCTUATION.includes(c)) {
      i++
      yield { from, text: c }
    } else {
      while (
        i < text.length &&
        !isSpace(text[i]!) &&
        !PUNCTUATION.includes(text[i]!) &&
        text[i] !== '#' &&
        text[i] !== '"'
      )
        i++
      yield { from, text: text.slice(from, i) }
    }
  }
}

/**
 * Checks size, nesting and number of vertices before anything is parsed.
 * @throws SL_SRL_LIMIT
 */
export const checkLimits = (text: string): void => {
  if (text.length > LIMITS.text || (text.length * 3 > LIMITS.text && utf8Length(text) > LIMITS.text))
    throw fail('SL_SRL_LIMIT', `the request's text is longer than ${LIMITS.text} bytes (1 MiB)`, {
      text,
      at: LIMITS.text,
      hint: 'Move long expressions into files (many functions take path=), or split the request.',
    })
  const pending: number[] = []
  let nots = 0
  let depth = 0
  const names = new Set<string>()
  const bare = new Map<string, number>()
  let vertices = 0
  let last = 0
  let [before, previous, word] = ['', '', '']
  for (const lexeme of lexemes(text)) {
    const t = lexeme.text
    if (t === '(') {
      pending.push(nots)
      nots = 0
      depth++
    } else if (t === ')') {
      // The operand is complete: its own `not`s, and those of an unfinished one inside, are no longer pending.
      const outer = pending.pop()
      depth = outer === undefined ? 0 : depth - 1 - nots - outer
      nots = 0
      if (before === '(' && word === previous) bare.set(word, (bare.get(word) ?? 0) + 1)
    } else if (t === 'not' && previous !== ',' && previous !== '=') {
      nots++
      depth++
    } else if (previous === '(' && t[0] !== '"') {
      word = t
      vertices++
      last = lexeme.from
    } else if (previous === '=' && before === 'name') {
      const name = t[0] === '"' ? t.slice(1, -1) : t
      // A tagged anonymous vertex that was mentioned before (see names.ts).
      if (name.includes('#') && names.has(name)) vertices--
      names.add(name)
    }
    if (depth > LIMITS.nesting)
      throw fail('SL_SRL_LIMIT', `brackets and nots are nested deeper than ${LIMITS.nesting}`, {
        text,
        at: lexeme.from,
        hint: 'Name inner parts with name=… and refer to them from a branch of their own.',
      })
    before = previous
    previous = t
  }
  // A bare node of a vertex's name is a reference, not a vertex.
  if (vertices > LIMITS.vertices) for (const name of names) vertices -= bare.get(name) ?? 0
  if (vertices > LIMITS.vertices) throw tooManyVertices(text, last)
}

/** The error for a vertex too many. */
export const tooManyVertices = (text: string | undefined, at: number | undefined) =>
  fail('SL_SRL_LIMIT', `the request has more than ${LIMITS.vertices} vertices`, {
    text,
    at,
    hint: 'Split it into several requests.',
  })
