import type { OptionValue } from '@netstreamline/core'
import { type Condition, PLAIN } from './condition.js'

/** UTF-16 units of the text, [from, to). Absent in what the builder makes. */
export type Span = readonly [number, number]

/** `(function,option=value,…)`: a vertex, or (`bare`, from text only) perhaps a reference to one of that name. */
export interface Node {
  readonly kind: 'node'
  readonly function: string
  readonly options: readonly (readonly [string, OptionValue])[]
  readonly name?: string
  readonly space?: string
  readonly export?: boolean
  /** Written in text without any option, so that a vertex of this name takes precedence. */
  readonly bare?: boolean
  readonly span?: Span
  /** Place of the value of `name=`. */
  readonly nameSpan?: Span
}

/** A vertex defined elsewhere in the request; made by the builder (text has bare nodes). */
export interface Reference {
  readonly kind: 'reference'
  readonly name: string
  readonly span?: Span
}

/** What stands between two items: `>`, `22>`, `!>`. */
export interface Link {
  readonly kind: 'link'
  readonly condition: Condition
  readonly span?: Span
}

/** `a > b 22> c [>]`. `links[i]` leads from `items[i]` to `items[i + 1]`; at least two items, or one and `trailing`. */
export interface Sequence {
  readonly kind: 'sequence'
  readonly items: readonly Expression[]
  readonly links: readonly Link[]
  readonly trailing?: Link
  readonly span?: Span
}

/** `a | b`, `a or b`, `a and b`: at least two operands. */
export interface Combination {
  readonly kind: 'parallel' | 'or' | 'and'
  readonly operands: readonly Expression[]
  readonly span?: Span
}

/** `not a`. */
export interface Negation {
  readonly kind: 'not'
  readonly operand: Expression
  readonly span?: Span
}

/** The abstract syntax that text and builder share. Brackets leave no trace but nesting. */
export type Expression = Node | Reference | Sequence | Combination | Negation

/** A link without a condition. */
export const plainLink: Link = { kind: 'link', condition: PLAIN }

/** A combination, or the operand itself when there is but one. */
export const combine = (kind: Combination['kind'], operands: readonly Expression[], span?: Span): Expression =>
  operands.length === 1 ? operands[0]! : { kind, operands, span }

/** A sequence, or the item itself when nothing is linked. */
export const chain = (
  items: readonly Expression[],
  links: readonly Link[],
  trailing: Link | undefined,
  span?: Span,
): Expression =>
  items.length === 1 && trailing === undefined ? items[0]! : { kind: 'sequence', items, links, trailing, span }

/** From the start of the first to the end of the last. */
export const spanOf = (first: { span?: Span }, last: { span?: Span }): Span | undefined =>
  first.span && last.span ? [first.span[0], last.span[1]] : undefined

/** Operands below an expression, in text order. */
export const childrenOf = (e: Expression): readonly Expression[] =>
  e.kind === 'sequence' ? e.items : e.kind === 'not' ? [e.operand] : 'operands' in e ? e.operands : []
