import { isStreamlineError, type Request } from '@netstreamline/core'
import { syntaxError } from './diagnose.js'
import { fail } from './fail.js'
import { runGrammar } from './grammar.js'
import { checkLimits } from './limits.js'
import { lower } from './lower.js'

/** A request and what its author may not have meant. */
export interface Parsed {
  readonly request: Request
  /** Sentences for people, e.g. that a name means a vertex where a function also bears it. */
  readonly warnings: readonly string[]
}

/**
 * Like {@link parse}, and says which readings may surprise.
 * @throws as {@link parse}
 */
export const parseWithWarnings = (text: string): Parsed => {
  checkLimits(text)
  try {
    const outcome = runGrammar(text)
    if ('at' in outcome) throw syntaxError(text, outcome.at, outcome.expected)
    return lower(outcome.expression, text)
  } catch (e) {
    // The limits keep the stack of nested brackets small, but a caller may have used up most of it.
    if (isStreamlineError(e) || !(e instanceof RangeError)) throw e
    throw fail('SL_SRL_LIMIT', 'the stack is too small here for the nesting of this request', {
      text,
      at: 0,
      hint: 'Parse it from less deep in the program, or nest it less.',
    })
  }
}

/**
 * Parses a text of the Streamline Request Language.
 *
 * Every error has in `detail`: `line` and `column` (from 1; characters), `caret` (the line with `^` below the place),
 * `hint`, and, where the grammar knows, `expected` (a list).
 * @param text at most 1 MiB, 256 nested brackets, 65,535 vertices
 * @throws SL_SRL_SYNTAX not a request; SL_SRL_LIMIT too large; SL_SRL_NAME a name that is wrong or given twice;
 *   SL_SRL_CYCLE data would go round
 */
export const parse = (text: string): Request => parseWithWarnings(text).request
