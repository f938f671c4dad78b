import type { Span } from './ast.js'
import { both, type Condition, hasZero, invert, isEmpty, PLAIN, positive } from './condition.js'
import type { Draft, Exit, Graph } from './graph.js'

/**
 * A lowered sub-expression, seen from outside. Both sides of it can be asked for: `accepted(c)` are the exits of
 * blocks that pass it and then condition c; `rejected(c)` those of blocks that enter but do not. That is all `not`
 * needs. `c` undefined: nothing follows; the exit stays without condition where none is inside.
 *
 * The vertices for a side (union, intersection) are made when that side is first asked for, so that `not (a or b)`
 * holds no union that nobody reads.
 */
export interface Fragment {
  readonly entries: readonly Draft[]
  accepted(c: Condition | undefined): Exit[]
  rejected(c: Condition | undefined): Exit[]
}

/** One vertex: its classifier decides both sides. */
export const single = (vertex: Draft): Fragment => ({
  entries: [vertex],
  accepted: (condition) => [{ vertex, condition }],
  rejected: (c) => [{ vertex, condition: invert(c ?? PLAIN) }],
})

/** `not`: the sides change places. So `not (port) 22>` is `(port) !22>`, and two of them cancel out. */
export const negated = (f: Fragment): Fragment => ({
  entries: f.entries,
  accepted: (c) => f.rejected(c),
  rejected: (c) => f.accepted(c),
})

/** Operands of one construct and where they and it stand in text order, for the vertices synthesized there. */
export interface Operands {
  readonly graph: Graph
  readonly fragments: readonly Fragment[]
  readonly ends: readonly number[]
  readonly end: number
  readonly span?: Span
}

/** Each branch for itself; rejected is what every branch rejects. */
export const parallel = (operands: Operands): Fragment => ({
  entries: operands.fragments.flatMap((f) => f.entries),
  accepted: (c) => operands.fragments.flatMap((f) => f.accepted(c)),
  rejected: (c) => {
    const rejects = operands.fragments.map((f) => f.rejected(c ?? PLAIN))
    return [{ vertex: join(operands, 'intersection', rejects), condition: c && PLAIN }]
  },
})

/** A union or intersection of streams, one for each operand; a stream may have several exits. */
const join = (
  { graph, ends, end, span }: Operands,
  fn: 'union' | 'intersection',
  streams: readonly (readonly Exit[])[],
): Draft => {
  const feed = (into: Draft, exits: readonly Exit[]) => {
    for (const { vertex, condition } of exits) graph.connect(vertex, condition ?? PLAIN, into)
  }
  const edges = (exits: readonly Exit[]) => exits.reduce((n, e) => n + (e.condition ?? PLAIN).accepts.length, 0)
  // An intersection counts its edges, so a stream that comes by several of them is made one first.
  const inputs = streams.map((exits, i): readonly Exit[] => {
    if (fn === 'union' || edges(exits) <= 1) return exits
    const vertex = graph.synthesize('union', ends[i]!, span)
    feed(vertex, exits)
    return [{ vertex, condition: PLAIN }]
  })
  const vertex = graph.synthesize(fn, end, span)
  for (const exits of inputs) feed(vertex, exits)
  return vertex
}

/**
 * `or` (a union of what the operands accept) or `and` (an intersection). Its classifier is that of the block that
 * passes; 0 means that the expression does not hold, which is what De Morgan's other half hands out.
 */
export const boolean = (kind: 'or' | 'and', operands: Operands): Fragment => {
  let holding: Draft | undefined
  let failing: Draft | undefined
  const { fragments } = operands
  const [yes, no] = kind === 'or' ? (['union', 'intersection'] as const) : (['intersection', 'union'] as const)
  const holds = () =>
    (holding ??= join(
      operands,
      yes,
      fragments.map((f) => f.accepted(PLAIN)),
    ))
  const fails = () =>
    (failing ??= join(
      operands,
      no,
      fragments.map((f) => f.rejected(PLAIN)),
    ))
  const exits = (c: Condition): Exit[] => {
    const part = positive(c)
    const out: Exit[] = isEmpty(part) ? [] : [{ vertex: holds(), condition: part }]
    return hasZero(c) ? [...out, { vertex: fails(), condition: PLAIN }] : out
  }
  return {
    entries: fragments.flatMap((f) => f.entries),
    accepted: (c) => (c === undefined ? [{ vertex: holds(), condition: c }] : exits(c)),
    rejected: (c) => (c === undefined ? [{ vertex: fails(), condition: c }] : exits(invert(c))),
  }
}

/**
 * Items one behind the other, already linked. `conditions[i]` follows item i; the last is the trailing edge's, if
 * there is one. A block is rejected where it first fails to go on.
 */
export const series = (items: readonly Fragment[], conditions: readonly (Condition | undefined)[]): Fragment => {
  const last = items.at(-1)!
  const trailing = conditions.at(-1)
  const full = (c: Condition | undefined) => both(trailing, c)
  return {
    entries: items[0]!.entries,
    accepted: (c) => last.accepted(full(c)),
    rejected: (c) => [
      ...items.slice(0, -1).flatMap((item, i) => item.rejected(conditions[i])),
      ...last.rejected(full(c) ?? PLAIN),
    ],
  }
}
