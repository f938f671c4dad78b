import { ACCEPTED, type Accept } from '@netstreamline/core'

const MAX = 65_535
/** An edge that stands in the graph (an intersection counts it) but carries nothing. */
const NEVER: Accept = { not: true, lo: 0, hi: MAX }

/** Disjoint, ascending, not adjacent ranges of classifiers. */
type Ranges = readonly (readonly [number, number])[]

/**
 * A set of classifiers 0..65535. `accepts` says it in edges' terms: one {@link Accept} as the user wrote it where the
 * set was not computed, else the fewest that make up the set.
 */
export interface Condition {
  readonly ranges: Ranges
  readonly accepts: readonly Accept[]
}

const complement = (ranges: Ranges): Ranges => {
  const out: [number, number][] = []
  let next = 0
  for (const [lo, hi] of ranges) {
    if (lo > next) out.push([next, lo - 1])
    next = hi + 1
  }
  if (next <= MAX) out.push([next, MAX])
  return out
}

const same = (a: Ranges, b: Ranges) =>
  a.length === b.length && a.every((r, i) => r[0] === b[i]![0] && r[1] === b[i]![1])

const fromRanges = (ranges: Ranges): Condition => {
  if (ranges.length === 0) return { ranges, accepts: [NEVER] }
  const others = complement(ranges)
  const accepts =
    ranges.length > 1 && others.length === 1
      ? [{ not: true, lo: others[0]![0], hi: others[0]![1] }]
      : ranges.map(([lo, hi]) => ({ not: false, lo, hi }))
  return { ranges, accepts }
}

/** The condition that one edge states. */
export const condition = (accept: Accept): Condition => {
  const inside: Ranges = [[accept.lo, accept.hi]]
  return { ranges: accept.not ? complement(inside) : inside, accepts: [accept] }
}

/** What a plain `>` takes. Compared by identity: after a group it adds nothing to the conditions inside. */
export const PLAIN: Condition = condition(ACCEPTED)
const ANY_ACCEPTED: Condition = condition(ACCEPTED)

/** No classifier meets it. */
export const isEmpty = (c: Condition): boolean => c.ranges.length === 0

/** 0, "not mine", meets it. */
export const hasZero = (c: Condition): boolean => c.ranges[0]?.[0] === 0

/** All others. `22` becomes `!22`, plain becomes exactly 0. */
export const invert = (c: Condition): Condition => {
  const accept = c.accepts[0]
  return c.accepts.length === 1 && accept
    ? condition({ ...accept, not: !accept.not })
    : fromRanges(complement(c.ranges))
}

const meet = (a: Condition, b: Condition): Condition => {
  const out: [number, number][] = []
  for (let i = 0, j = 0; i < a.ranges.length && j < b.ranges.length; ) {
    const [alo, ahi] = a.ranges[i]!
    const [blo, bhi] = b.ranges[j]!
    const lo = Math.max(alo, blo)
    const hi = Math.min(ahi, bhi)
    if (lo <= hi) out.push([lo, hi])
    if (ahi < bhi) i++
    else j++
  }
  return same(out, a.ranges) ? a : same(out, b.ranges) ? b : fromRanges(out)
}

/**
 * Both: an exit's own condition and the one after its group. `undefined` is no condition at all; a plain one outside
 * takes whatever the group hands out.
 */
export const both = (inner: Condition | undefined, outer: Condition | undefined): Condition | undefined => {
  if (inner === undefined || outer === undefined) return inner ?? outer
  if (outer === PLAIN) return inner
  return meet(inner === PLAIN ? ANY_ACCEPTED : inner, outer)
}

/** Without classifier 0. */
export const positive = (c: Condition): Condition => meet(c, ANY_ACCEPTED)
