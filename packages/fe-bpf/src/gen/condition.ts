import { IMM, JEQ, JMP, K, LD } from '../cbpf/opcodes.js'

/**
 * A statement of straight-line code. `jt` and `jf` are set on the few conditional jumps inside a list of statements
 * (802.11 header length, `protochain`); such code is never optimised.
 */
export interface Statement {
  code: number
  k: number
  jt?: Statement
  jf?: Statement
}

/** Statements, and a comparison of the A register that decides. */
export interface Test {
  readonly type: 'test'
  statements: Statement[]
  code: number
  k: number
}

/**
 * A condition on a packet. A condition becomes part of at most one other: {@link and} and {@link or} lengthen their
 * first argument's list, so that a thousand terms make a flat list and not a deep tree.
 */
export type Condition =
  | Test
  | { readonly type: 'not'; readonly of: Condition }
  | { readonly type: 'and' | 'or'; readonly list: Condition[] }

export const statement = (code: number, k = 0): Statement => ({ code, k: k >>> 0 })

export const test = (statements: Statement[], code: number, k: number): Test => ({
  type: 'test',
  statements,
  code: code | JMP,
  k: k >>> 0,
})

const join = (type: 'and' | 'or', a: Condition, b: Condition): Condition => {
  if (a.type !== type) return { type, list: [a, b] }
  a.list.push(b)
  return a
}

/** Both hold; `b` is looked at only where `a` holds. */
export const and = (a: Condition, b: Condition): Condition => join('and', a, b)
/** One holds; `b` is looked at only where `a` doesn't hold. */
export const or = (a: Condition, b: Condition): Condition => join('or', a, b)
export const not = (of: Condition): Condition => ({ type: 'not', of })

/** All of them, in this order. */
export const all = (...list: Condition[]): Condition => ({ type: 'and', list })
/** Any of them, looked at in this order. */
export const any = (...list: Condition[]): Condition => ({ type: 'or', list })

export const always = (): Condition => test([statement(LD | IMM, 0)], JEQ | K, 0)
export const never = (): Condition => test([statement(LD | IMM, 1)], JEQ | K, 0)

/** The test that is made first. */
export const firstTest = (condition: Condition): Test => {
  let c = condition
  while (c.type !== 'test') c = c.type === 'not' ? c.of : c.list[0]!
  return c
}
