import { type ErrorCode, StreamlineError } from '@netstreamline/core'
import { caret, position } from './caret.js'

/** Where an error is and what to do about it. */
export interface Failure {
  /** The source, absent when the request was built by code. */
  readonly text?: string
  /** UTF-16 offset, or span [from, to), in `text`. */
  readonly at?: number | readonly [number, number]
  readonly hint: string
  /** What could have stood there. */
  readonly expected?: readonly string[]
  readonly [fact: string]: unknown
}

/** A coded error; with a text, its `detail` holds line and column (from 1, in characters) and the caret. */
export const fail = (code: ErrorCode, what: string, { text, at, ...detail }: Failure): StreamlineError => {
  if (text === undefined || at === undefined) return new StreamlineError(code, what, detail)
  const { line, column } = position(text, typeof at === 'number' ? at : at[0])
  return new StreamlineError(code, `line ${line}, column ${column}: ${what}`, {
    line,
    column,
    caret: caret(text, at),
    ...detail,
  })
}
