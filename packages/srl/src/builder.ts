import type { FEOptions, OptionValue, Request } from '@netstreamline/core'
import { chain, combine, type Expression, type Link, plainLink } from './ast.js'
import { checkExpression, makeBuilderNode, type VertexOptions } from './builder-node.js'
import { condition, PLAIN } from './condition.js'
import { fail } from './fail.js'
import { lower } from './lower.js'

/** A part of a request: what {@link fe}, {@link ref}, {@link sequence}, {@link parallel}, … make. */
export type Builder = Expression

/** A condition between two items, made by {@link on}. */
export type Condition = Link

/** Options of a function: typed where its package has declared them in core's `FEOptions`. */
export type OptionsOf<N extends string> = N extends keyof FEOptions
  ? FEOptions[N]
  : Readonly<Record<string, OptionValue | undefined>>

type FEArguments<N extends string> =
  Record<never, never> extends OptionsOf<N>
    ? [options?: OptionsOf<N>, vertex?: VertexOptions]
    : [options: OptionsOf<N>, vertex?: VertexOptions]

/**
 * A functional element: `fe('bpf', { expression: 'tcp' })` is `(bpf,expression=tcp)`. A call makes one
 * vertex, however often its result stands in a request; where that is not at hand, name it and use {@link ref}. Options that are undefined are left out.
 * @throws SL_SRL_NAME, SL_SRL_SYNTAX, SL_OPTION names outside the grammar, values that are no option's
 */
export const fe = <N extends keyof FEOptions | (string & {})>(name: N, ...[options, vertex]: FEArguments<N>): Builder =>
  makeBuilderNode(name, options ?? {}, vertex ?? {})

/** The vertex of this name, defined before or after: `(name)`. */
export const ref = (name: string): Builder => ({ kind: 'reference', name })

const range = (not: boolean, lo?: number, hi?: number): Condition => {
  if (lo === undefined) return not ? { kind: 'link', condition: condition({ not: false, lo: 0, hi: 0 }) } : plainLink
  const last = hi ?? lo
  const fits = (n: number) => Number.isInteger(n) && n >= 0 && n <= 65_535
  if (!fits(lo) || !fits(last) || lo > last)
    throw fail('SL_SRL_SYNTAX', `${lo}:${last} is no range of classifiers`, {
      hint: 'Classifiers are integers from 0 to 65535, the smaller one first.',
    })
  return { kind: 'link', condition: condition({ not, lo, hi: last }) }
}

/**
 * A condition for {@link sequence} and {@link request}: `on(22)` is `22>`, `on(80, 90)` is `80:90>`, `on.not(80)` is
 * `!80>`, `on.not()` is `!>`, and `on()` a plain `>`, which only matters last, as a trailing edge.
 * @throws SL_SRL_SYNTAX outside 0..65535, or downwards
 */
export const on = Object.assign((lo?: number, hi?: number): Condition => range(false, lo, hi), {
  not: (lo?: number, hi?: number): Condition => range(true, lo, hi),
})

const misplaced = (what: string) =>
  fail('SL_SRL_SYNTAX', what, { hint: 'Items and conditions alternate: sequence(a, on(22), b), with an item first.' })

/**
 * `a > b 22> c`: items one behind the other, conditions between them; a condition at the end is a trailing edge.
 * @throws SL_SRL_SYNTAX no item, or two conditions in a row
 */
export const sequence = (...parts: readonly (Builder | Condition)[]): Builder => {
  const items: Expression[] = []
  const links: Link[] = []
  let pending: Link | undefined
  for (const part of parts) {
    if (part.kind === 'link') {
      if (items.length === 0) throw misplaced('a condition stands before the first item')
      if (pending) throw misplaced('two conditions stand side by side')
      pending = part
    } else {
      if (items.length > 0) links.push(pending ?? { kind: 'link', condition: PLAIN })
      items.push(part)
      pending = undefined
    }
  }
  if (items.length === 0) throw misplaced('a sequence without items')
  return chain(items, links, pending)
}

const combination =
  (kind: 'parallel' | 'or' | 'and') =>
  (...operands: readonly Builder[]): Builder => {
    if (operands.length === 0)
      throw fail('SL_SRL_SYNTAX', `${kind}() without operands`, { hint: 'Give it at least one.' })
    return combine(kind, operands)
  }

/** `a | b`: every branch gets every block. @throws SL_SRL_SYNTAX without branches */
export const parallel = combination('parallel')
/** `a or b`: a union. @throws SL_SRL_SYNTAX without operands */
export const or = combination('or')
/** `a and b`: an intersection. @throws SL_SRL_SYNTAX without operands */
export const and = combination('and')
/** `not a`. */
export const not = (operand: Builder): Builder => ({ kind: 'not', operand })

/**
 * A request from a {@link sequence} of the same parts. The same request from text differs in `text` and spans only.
 * @throws as `parse`, without places
 */
export const request = (...parts: readonly (Builder | Condition)[]): Request => {
  const root = sequence(...parts)
  checkExpression(root)
  return lower(root).request
}
