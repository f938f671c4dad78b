// Measures several things in turns, so that what else the machine does meets all of them.
import { summary } from './stats.mjs'

/**
 * Runs every side once in each round; who comes first changes from round to round. `sides`: functions that give a
 * number each (more is better or worse, as one likes), or an object with the number as `value`.
 * @returns per side all its results in order; and what `beside` said in each round
 */
export const rounds = async (times, sides, beside = () => undefined) => {
  const names = Object.keys(sides)
  const results = Object.fromEntries(names.map((name) => [name, []]))
  const besides = []
  for (let n = 0; n < times; n++) {
    besides.push(await beside())
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + n) % names.length]
      results[name].push(await sides[name]())
    }
  }
  return { results, besides }
}

export const numberOf = (result) => (typeof result === 'number' ? result : result.value)

/** The median of the quotients of the rounds, with its interval. */
export const ratio = (a, b) => summary(a.map((x, n) => numberOf(x) / numberOf(b[n])))

/** Two sides in pairs A, B, B, A, … @returns medians of both, and of the quotients a / b with their interval */
export const pairs = async (times, a, b, beside) => {
  const { results, besides } = await rounds(times, { a, b }, beside)
  const { a: first, b: second } = results
  const { median, interval, of } = ratio(first, second)
  return {
    a: summary(first.map(numberOf)).median,
    b: summary(second.map(numberOf)).median,
    ratio: median,
    interval,
    pairs: first.map((x, n) => ({ a: numberOf(x), b: numberOf(second[n]), ratio: of[n], beside: besides[n] })),
  }
}
