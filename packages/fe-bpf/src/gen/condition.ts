import { JMP } from '../cbpf/opcodes.js'

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
 * first argument's list, so that a thousand terms make a flat list and not a deep tree. What always or never holds is
 * known as such and makes no code, nor does what it decides: `x or always` looks at nothing.
 */
export type Condition =
  | Test
  | { readonly type: 'constant'; readonly holds: boolean }
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
  const neutral = type === 'and'
  if (a.type === 'constant') return a.holds === neutral ? b : a
  if (b.type === 'constant') return b.holds === neutral ? a : b
  if (a.type !== type) return { type, list: [a, b] }
  a.list.push(b)
  return a
}

/** Both hold; `b` is looked at only where `a` holds. */
export const and = (a: Condition, b: Condition): Condition => join('and', a, b)
/** One holds; `b` is looked at only where `a` doesn't hold. */
export const or = (a: Condition, b: Condition): Condition => join('or', a, b)
export const not = (of: Condition): Condition =>
  of.type === 'constant' ? { type: 'constant', holds: !of.holds } : { type: 'not', of }

const several = (type: 'and' | 'or', list: readonly Condition[]): Condition => {
  const neutral = type === 'and'
  const decided = list.find((c) => c.type === 'constant' && c.holds !== neutral)
  if (decided) return decided
  const open = list.filter((c) => c.type !== 'constant')
  return open.length > 1 ? { type, list: open } : (open[0] ?? { type: 'constant', holds: neutral })
}

/** All of them, in this order. */
export const all = (...list: Condition[]): Condition => several('and', list)
/** Any of them, looked at in this order. */
export const any = (...list: Condition[]): Condition => several('or', list)

export const always = (): Condition => ({ type: 'constant', holds: true })
export const never = (): Condition => ({ type: 'constant', holds: false })

/** The test that is made first; undefined where nothing is tested. */
export const firstTest = (condition: Condition): Test | undefined => {
  let c = condition
  for (;;) {
    if (c.type === 'test') return c
    if (c.type === 'constant') return undefined
    c = c.type === 'not' ? c.of : c.list[0]!
  }
}
