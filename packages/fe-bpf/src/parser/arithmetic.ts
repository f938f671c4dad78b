import type { Arithmetic, ArithmeticOperator, Relation } from './ast.js'
import type { Cursor } from './cursor.js'

/** How tightly an operator binds. `%` and `^` have no strength of their own: they take all that follows them. */
const strength: Record<string, number> = { '|': 1, '&': 2, '<<': 3, '>>': 3, '+': 4, '-': 4, '*': 5, '/': 5 }
const greedy = new Set(['%', '^'])
const relations = new Set<string>(['>', '>=', '=', '<=', '<', '!='])

/** Does arithmetic or a comparison go on here? */
export const continues = (c: Cursor): boolean => {
  const { kind, text } = c.token
  return kind === 'op' && (strength[text] !== undefined || greedy.has(text) || relations.has(text))
}

/** The relation at the cursor, which is moved past it; undefined when there is none. */
export const relation = (c: Cursor): Relation | undefined =>
  c.token.kind === 'op' && relations.has(c.token.text) ? (c.next().text as Relation) : undefined

/** A number, `len`, `proto[index:size]`, `-x` or something in parentheses. */
const operand = (c: Cursor): Arithmetic => {
  const t = c.token
  const from = t.at
  if (t.kind === 'num') return { type: 'num', value: c.next().value, span: t }
  if (t.kind === 'word' && t.text === 'len') {
    c.next()
    return { type: 'len', span: t }
  }
  if (t.kind === 'proto') {
    c.next()
    c.expect('[')
    const index = c.nested(() => arithmetic(c, 0))
    let size = 1
    if (c.take(':')) size = c.number()
    c.expect(']')
    return { type: 'load', proto: t.text, index, size, span: c.since(from) }
  }
  if (c.take('-')) {
    const of = c.nested(() => arithmetic(c, 6))
    return { type: 'neg', of, span: c.since(from) }
  }
  if (c.take('(')) {
    const inner = c.nested(() => arithmetic(c, 0))
    c.expect(')')
    return inner
  }
  return c.fail()
}

/** Arithmetic whose operators bind at least as tightly as `least`; `start` is its first operand, when already read. */
export const arithmetic = (c: Cursor, least: number, start?: Arithmetic): Arithmetic => {
  let left = start ?? operand(c)
  for (;;) {
    if (c.token.kind !== 'op') return left
    const op = c.token.text
    const own = strength[op]
    if (!greedy.has(op) && (own === undefined || own < least)) return left
    c.next()
    const right = c.nested(() => arithmetic(c, greedy.has(op) ? 0 : own! + 1))
    left = { type: 'binary', op: op as ArithmeticOperator, left, right, span: c.since(left.span.at) }
  }
}
