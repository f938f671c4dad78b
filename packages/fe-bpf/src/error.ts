import { StreamlineError } from '@netstreamline/core'

/** Where in the expression something is wrong: UTF-16 units, [at, to). */
export interface Span {
  readonly at: number
  readonly to: number
}

/** The line that holds `at`, with a caret line under it. */
const caret = (expression: string, { at, to }: Span): { column: number; caret: string } => {
  const start = expression.lastIndexOf('\n', at - 1) + 1
  const end = expression.indexOf('\n', at)
  const text = expression.slice(start, end < 0 ? undefined : end)
  const width = Math.max(1, Math.min(to, start + text.length) - at)
  return { column: at - start + 1, caret: `${text}\n${' '.repeat(at - start)}${'^'.repeat(width)}` }
}

/** SL_FILTER with the expression, the place and what to do about it. */
export const filterError = (message: string, expression: string, span?: Span, hint?: string): StreamlineError =>
  new StreamlineError('SL_FILTER', message, {
    expression,
    ...(span && caret(expression, span)),
    ...(hint !== undefined && { hint }),
  })
