import { position } from './caret.js'
import { quote } from './quote.js'

/** Where the grammar stopped. */
export interface Site {
  readonly text: string
  readonly at: number
  /** The word or character there, '' at the end. */
  readonly found: string
  /** Places of the brackets open there, outermost first. */
  readonly brackets: readonly number[]
  readonly possible: ReadonlySet<string>
}

/** A hint for a mistake that it recognizes. */
type Rule = (site: Site) => string | undefined

const OPERATORS: Readonly<Record<string, string>> = {
  '&&': 'Write and.',
  '&': 'Write and.',
  '||': 'Write or for a union, or a single | for branches side by side.',
  '-': 'Write > for a stream.',
  '->': 'Write > for a stream.',
  '=>': 'Write > for a stream.',
  '=': 'Write > for a stream; options stand inside the brackets: (file,path=out).',
  '>': 'Between two > stands a function: (a) > (b) > (c).',
  ',': 'Options stand inside the brackets of their function: (bpf,expression="tcp").',
  ';': 'Write | between branches.',
}

/** The value without quotes that ends right before the place, with all that follows it up to the option's end. */
const looseValue = ({ text, at, brackets }: Site): { name: string; value: string } | undefined => {
  const open = brackets.at(-1)
  if (open === undefined || at - open > 1024) return undefined
  const before = /([A-Za-z][\w.-]*)\s*=\s*([^\s,()>|"#]+)(\s*)(#[^\n\r]*)?\s*$/.exec(text.slice(open, at))
  if (before === null) return undefined
  const rest = before[4] ?? /^[^,)\n"]{0,200}/.exec(text.slice(at))?.[0] ?? ''
  return { name: before[1]!, value: `${before[2]}${before[3]}${rest.trimEnd()}` }
}

/** Recognized mistakes; the first that applies speaks. */
export const HINTS: readonly Rule[] = [
  (site) => {
    if (!site.possible.has(',') || site.possible.has('=')) return undefined
    const loose = looseValue(site)
    if (!loose || site.found === '' || loose.value.length > 250) return undefined
    return `A value with spaces or any of , ( ) > | " # needs quotes: ${loose.name}=${quote(loose.value)}`
  },
  ({ text, found, brackets }) => {
    const open = brackets.at(-1)
    const comment = open === undefined || found !== '' ? -1 : text.indexOf('#', text.lastIndexOf('\n'))
    return comment > (open ?? 0) && text.indexOf(')', comment) > 0
      ? 'The "#" begins a comment that hides the rest of the line; a value that holds "#" needs quotes.'
      : undefined
  },
  ({ text, found, brackets }) => {
    const open = brackets.at(-1)
    if (found !== '' || open === undefined) return undefined
    const { line, column } = position(text, open)
    return `The bracket opened at line ${line}, column ${column} is not closed: add ).`
  },
  ({ text, found }) => (found === '' && text.trim() === '' ? 'Write at least one function: (pcap,path=-).' : undefined),
  ({ found, brackets }) =>
    found === ')' && brackets.length === 0 ? 'No bracket is open here: take it out.' : undefined,
  ({ found }) => {
    const word = found.toLowerCase()
    if (!['and', 'or', 'not'].includes(word)) return undefined
    if (found !== word) return `Write ${word} in small letters.`
    if (word === 'not') return 'not stands before what it negates: (a) and not (b).'
    return `${word} is an operator between two functions, (a) ${word} (b); it cannot be a name.`
  },
  ({ possible, found }) =>
    (possible.has('the name of a function') || possible.has('the name of an option')) && /^[\d_.-]/.test(found)
      ? 'A name begins with a letter (a to z, A to Z); then letters, digits, "_", "-" and "." may follow.'
      : undefined,
  ({ possible, found }) =>
    possible.has('(') && /^\d/.test(found) ? `A condition stands before its >: (port) ${found}> (b).` : undefined,
  ({ possible, found }) =>
    possible.has('(') && /^[A-Za-z]/.test(found) ? `A function stands in brackets: (${found}).` : undefined,
  ({ possible, text, at }) =>
    possible.has('a value') && text.charAt(at) === "'" ? 'Quote with ", not with \'.' : undefined,
  ({ possible }) =>
    possible.has('a value')
      ? 'Give a value, "" for an empty one; one with , ( ) > | " # or spaces needs quotes.'
      : undefined,
  ({ possible, found, text, at }) =>
    possible.has(',') && (found === '>' || found === '|' || text.charAt(at) === '(')
      ? 'Every function has brackets of its own: ((a) > (b)).'
      : undefined,
  ({ possible, found }) =>
    possible.has('>') && found === '(' ? 'Say how the two are connected: with >, |, and, or.' : undefined,
  ({ possible }) =>
    possible.has('>') && !possible.has('and') ? 'A condition is followed by its >: 22> or !80:90>.' : undefined,
  ({ found }) => (Object.hasOwn(OPERATORS, found) ? OPERATORS[found] : undefined),
]
