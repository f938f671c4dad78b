// What all benches of speed do: sides in interleaved rounds with a probe beside each, and quotients with intervals.
import { twoProcessors } from './machine.mjs'
import { probe } from './peers.mjs'
import { numberOf, ratio, rounds } from './rounds.mjs'
import { median, summary } from './stats.mjs'

/** How many pairs; --quick has only one, which says nothing. */
export const PAIRS = 11

/** Runs all sides so many times. @returns `value` and `quotient`, which make figures, and what to keep */
export const measure = async (sides, { quick, times = PAIRS, cpus = twoProcessors() }) => {
  const { results, besides } = await rounds(quick ? 1 : times, sides, () => probe(cpus))
  const kept = Object.fromEntries(Object.entries(results).map(([name, all]) => [name, all.map(numberOf)]))
  return {
    results,
    kept: { ...kept, probe: besides },
    /** The median of a side. */
    value(name, what, unit, scale = 1) {
      const { median: value, interval } = summary(kept[name])
      return { what, value: value * scale, unit, interval: interval.map((n) => n * scale) }
    },
    /** The median of the quotients of two sides, which has to be as `bounds` say. */
    quotient(a, b, what, bounds = {}) {
      const { median: value, interval } = ratio(results[a], results[b])
      return { what, value, interval, ...bounds }
    },
    distance: (what = 'round trip between the processors') => ({ what, value: median(besides), unit: 'ns' }),
  }
}
