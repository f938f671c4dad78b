import type { StreamlineError } from '@netstreamline/core'
import { visible } from './caret.js'
import { isBarePart, isNamePart } from './characters.js'
import { fail } from './fail.js'
import { HINTS, type Site } from './hints.js'
import { skipBlank } from './lexical.js'

/** How the grammar's expectations are shown, in this order. What belongs together is one entry. */
const WORDS: readonly (readonly [string, string])[] = [
  ['the name of a function', 'the name of a function'],
  ['the name of an option', 'the name of an option'],
  ['a value', 'a value'],
  ['a number', 'a number'],
  [':', '":"'],
  ['=', '"="'],
  [',', '","'],
  ['(', '"("'],
  ['not', '"not"'],
  ['>', '">"'],
  ['!', 'a condition such as 22>'],
  ['|', '"|"'],
  ['and', '"and"'],
  ['or', '"or"'],
  [')', '")"'],
  ['EOF', 'the end of the request'],
]

const list = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`

/** The word or character at a place, as an error quotes it. */
const foundAt = (text: string, at: number): string => {
  if (at >= text.length) return ''
  const stop = (c: string) => !isNamePart(c) && !(isBarePart(c) && !'!:=&'.includes(c))
  let to = at
  while (to < text.length && !stop(text.charAt(to))) to++
  if (to > at) return text.slice(at, Math.min(to, at + 40))
  return String.fromCodePoint(text.codePointAt(at)!)
}

/** Where the brackets that are open at a place began. A scan that knows quotes and comments. */
const bracketsAt = (text: string, at: number): number[] => {
  const brackets: number[] = []
  for (let i = skipBlank(text, 0); i < at; i = skipBlank(text, i)) {
    const c = text.charAt(i)
    if (c === '"') for (i++; i < at && text.charAt(i) !== '"'; i++) if (text.charAt(i) === '\\') i++
    if (c === '(') brackets.push(i)
    if (c === ')') brackets.pop()
    i++
  }
  return brackets
}

/** The error for a text that the grammar refuses at `at`, where `expected` could have stood. @returns SL_SRL_SYNTAX */
export const syntaxError = (text: string, at: number, expected: readonly string[]): StreamlineError => {
  const brackets = bracketsAt(text, at)
  const possible = new Set(expected)
  // A bracket closes only what is open, and a request ends only where nothing is.
  if (brackets.length === 0) possible.delete(')')
  else possible.delete('EOF')
  // A number where "!" may stand too begins a condition.
  if (possible.has('!')) possible.delete('a number')
  const shown = WORDS.filter(([token]) => possible.has(token)).map(([, words]) => words)
  const found = foundAt(text, at)
  const place = at >= text.length ? text.trimEnd().length : at
  const site: Site = { text, at, found, brackets, possible }
  const hint = HINTS.map((rule) => rule(site)).find((h) => h !== undefined)
  const what =
    found === '' ? 'the request ends too early' : `unexpected ${JSON.stringify([...found].map(visible).join(''))}`
  return fail('SL_SRL_SYNTAX', `${what}; expected ${list(shown)}`, {
    text,
    at: found === '' ? place : [place, place + found.length],
    expected: shown,
    hint: hint ?? `Put ${list(shown)} here.`,
  })
}
