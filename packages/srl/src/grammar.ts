import P from 'parsimmon'
import { chain, combine, type Expression, type Link, type Node, type Span, spanOf } from './ast.js'
import { condition, PLAIN } from './condition.js'
import { fail } from './fail.js'
import { blank, classifier, keyword, nameOf, symbol, type Token, value } from './lexical.js'
import { makeNode, type NodeOption } from './node.js'

// request   = parallel
// parallel  = sequence { "|" sequence }
// sequence  = union { [ condition ] ">" union } [ [ condition ] ">" ]
// condition = [ "!" ] [ number [ ":" number ] ]
// union     = inter { "or" inter }        inter = unary { "and" unary }
// unary     = "not" unary | node
// node      = "(" name { "," option } ")" | "(" request ")"
// option    = name [ "=" value ]
//
// A node begins with a name and a request never does, so nothing is parsed twice. Repetition is by `many`, which
// loops; only brackets recurse. `union`, `inter` and the chain of `not`s are one rule here, which keeps the stack of
// 256 nested brackets to less than half of what engines grant.

const conditionOf = (text: string, not: boolean, range: readonly Token<number>[]) => {
  const [first, last = first] = range
  if (first === undefined || last === undefined) return not ? condition({ not: false, lo: 0, hi: 0 }) : PLAIN
  if (first.value > last.value)
    throw fail('SL_SRL_SYNTAX', `the range ${first.value}:${last.value} goes downwards`, {
      text,
      at: [first.from, last.to],
      hint: `Write ${last.value}:${first.value}.`,
    })
  return condition({ not, lo: first.value, hi: last.value })
}

/** Splits `a and b or c` at its operators: `or` first, since it binds less. */
const join = (first: Expression, rest: readonly (readonly [Token<string>, Expression])[]): Expression => {
  const unions: Expression[][] = [[first]]
  for (const [operator, operand] of rest)
    if (operator.value === 'or') unions.push([operand])
    else unions.at(-1)!.push(operand)
  const inters = unions.map((operands) => combine('and', operands, spanOf(operands[0]!, operands.at(-1)!)))
  return combine('or', inters, spanOf(inters[0]!, inters.at(-1)!))
}

/** The grammar for one text (which errors quote). */
const requestRule = (text: string): P.Parser<Expression> => {
  const none: readonly never[] = []

  const range = P.seqMap(classifier, symbol(':').then(classifier).times(0, 1), (first, last) => [first, ...last])
  const link: P.Parser<Link> = P.seqMap(
    symbol('!').times(0, 1),
    P.alt(range, P.succeed(none)),
    symbol('>'),
    (not, numbers, arrow) => ({
      kind: 'link',
      condition: conditionOf(text, not.length > 0, numbers),
      span: [(not[0] ?? numbers[0] ?? arrow).from, arrow.to] as Span,
    }),
  )

  const option: P.Parser<NodeOption> = P.seqMap(
    nameOf('the name of an option'),
    symbol('=').then(value).times(0, 1),
    (name, [given]) => ({ name, value: given }),
  )
  const node: P.Parser<Node> = P.seqMap(
    nameOf('the name of a function'),
    symbol(',').then(option).many(),
    (name, options) => makeNode(text, name, options),
  )
  const bracket: P.Parser<Expression> = P.seqMap(
    symbol('('),
    P.alt<Expression>(
      node,
      P.lazy(() => request),
    ),
    symbol(')'),
    (open, inner, close) => ({ ...inner, span: [open.from, close.to] }),
  )

  const unary = P.seqMap(keyword('not').many(), bracket, (nots, operand) =>
    nots.reduceRight<Expression>(
      (inner, not) => ({ kind: 'not', operand: inner, span: [not.from, inner.span![1]] }),
      operand,
    ),
  )
  const union = P.seqMap(unary, P.seq(P.alt(keyword('and'), keyword('or')), unary).many(), join)

  const sequence = P.seqMap(union, P.seq(link, union).many(), link.times(0, 1), (first, rest, [trailing]) => {
    const items = [first, ...rest.map(([, item]) => item)]
    const span = spanOf(first, trailing ?? items.at(-1)!)
    return chain(
      items,
      rest.map(([l]) => l),
      trailing,
      span,
    )
  })
  const request: P.Parser<Expression> = P.seqMap(sequence, symbol('|').then(sequence).many(), (first, rest) =>
    combine('parallel', [first, ...rest], spanOf(first, rest.at(-1) ?? first)),
  )
  return request
}

/** The result of the grammar alone: an expression, or the furthest place and what could have stood there. */
export type Outcome = { expression: Expression } | { at: number; expected: readonly string[] }

/** Runs the grammar over a text within {@link LIMITS}. @throws SL_SRL_SYNTAX for what a token or node has wrong */
export const runGrammar = (text: string): Outcome => {
  // The line end closes a last comment. It also keeps the text from being `__proto__` or `constructor`: parsimmon
  // uses its input as a key of a plain object when it computes an error's line.
  const result = blank.then(requestRule(text)).parse(`${text}\n`)
  if (result.status) return { expression: result.value }
  return { at: Math.min(result.index.offset, text.length), expected: result.expected }
}
