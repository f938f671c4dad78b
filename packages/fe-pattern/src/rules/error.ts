import { StreamlineError } from '@netstreamline/core'

/** Where a mistake is: in a file or option, from 1. */
export interface Place {
  /** What is shown before line and column: a path, or the option's name. */
  readonly where: string
  readonly path?: string
  /** Left out for what has one line only. */
  readonly line?: number
  readonly column: number
  /** The line it is in. */
  readonly text: string
}

/** What is shown of a long line, on each side of the place. */
const SHOWN = 60

/** SL_PATTERN with the place, a caret under it and what to do. */
export const patternError = (message: string, place: Place, hint = ''): StreamlineError => {
  const { where, path, line, column, text } = place
  const from = Math.max(0, column - 1 - SHOWN)
  const shown = text.slice(from, column - 1 + SHOWN).replaceAll('\t', ' ')
  const prefix = line === undefined ? `${where}, column ${column}` : `${where}:${line}:${column}`
  return new StreamlineError('SL_PATTERN', `${prefix}: ${message}`, {
    ...(path !== undefined && { path }),
    ...(line !== undefined && { line }),
    column,
    caret: `${shown}\n${' '.repeat(column - 1 - from)}^`,
    ...(hint && { hint }),
  })
}
