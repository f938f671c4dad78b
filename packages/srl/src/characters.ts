/** White space, as JavaScript's `\s` has it. */
export const isSpace = (c: string): boolean => c === ' ' || c === '\n' || ((c < '!' || c > '~') && /^\s$/.test(c))

export const isLetter = (c: string): boolean => (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')

export const isDigit = (c: string): boolean => c >= '0' && c <= '9' && c.length === 1

export const isNamePart = (c: string): boolean =>
  isLetter(c) || isDigit(c) || c === '_' || c === '-' || (c === '.' && c.length === 1)

const BARE_STOP = ',()>|"#'

/** May stand in a value without quotes. */
export const isBarePart = (c: string): boolean => c !== '' && !BARE_STOP.includes(c) && !isSpace(c)

/** Words that are no names. */
export const RESERVED: ReadonlySet<string> = new Set(['and', 'or', 'not'])

/** A name of the grammar: of a function, an option, or a vertex. */
export const isName = (text: string): boolean => /^[A-Za-z][A-Za-z0-9_.-]*$/.test(text) && !RESERVED.has(text)
