import { filterError, type Span } from '../error.js'
import { type Token, type TokenKind, tokenize } from './lexer.js'

/** How deep parentheses, indices and signs may nest. */
export const MAX_NESTING = 256

/** Reads tokens one after another and says where a syntax error is. */
export class Cursor {
  private readonly tokens: readonly Token[]
  private position = 0
  private depth = 0

  constructor(readonly expression: string) {
    this.tokens = tokenize(expression)
  }

  /** The token at hand; the last one is always `end`. */
  get token(): Token {
    return this.tokens[this.position]!
  }

  atEnd(): boolean {
    return this.token.kind === 'end'
  }

  /** The token after the one at hand. */
  following(): Token {
    return this.tokens[Math.min(this.position + 1, this.tokens.length - 1)]!
  }

  /** Passes the token at hand. */
  next(): Token {
    const t = this.token
    if (t.kind !== 'end') this.position++
    return t
  }

  is(kind: TokenKind, text: string): boolean {
    return this.token.kind === kind && this.token.text === text
  }

  /** Passes the sign `text` if it is next. */
  take(text: string): boolean {
    if (!this.is('op', text)) return false
    this.position++
    return true
  }

  /** Passes the keyword `text` if it is next. */
  takeWord(text: string): boolean {
    if (!this.is('word', text)) return false
    this.position++
    return true
  }

  expect(sign: string): void {
    if (!this.take(sign)) this.fail()
  }

  number(): number {
    if (this.token.kind !== 'num') this.fail()
    return this.next().value
  }

  /** From `at` to the end of the last token passed. */
  since(at: number): Span {
    return { at, to: this.tokens[Math.max(0, this.position - 1)]!.to }
  }

  /** One level deeper. @throws SL_FILTER beyond {@link MAX_NESTING} */
  nested<T>(parse: () => T): T {
    if (++this.depth > MAX_NESTING) {
      throw filterError(
        `expression nests deeper than ${MAX_NESTING}`,
        this.expression,
        this.token,
        'write it with fewer parentheses',
      )
    }
    const result = parse()
    this.depth--
    return result
  }

  /** @throws SL_FILTER: a syntax error at the token at hand. */
  fail(hint?: string): never {
    const t = this.token
    const what =
      t.kind === 'end' ? 'the expression ends too early' : `'${this.expression.slice(t.at, t.to)}' cannot stand here`
    throw filterError("can't parse filter expression: syntax error", this.expression, t, hint ?? what)
  }

  /** @throws SL_FILTER */
  error(message: string, span: Span, hint?: string): never {
    throw filterError(message, this.expression, span, hint)
  }
}
