// Figures: a number each, what it is, and what it has to be.

/**
 * Is a figure within its bounds? `limit`: it may be at most that; `least`: it must be at least that. One without bounds
 * always is; one that is no number is not.
 */
export const isMet = ({ value, limit = Number.POSITIVE_INFINITY, least = Number.NEGATIVE_INFINITY }) =>
  value <= limit && value >= least

const digits = (value) => (Math.abs(value) < 10 ? 3 : 1)

const bounds = ({ limit, least, aim }) =>
  [
    limit === undefined ? undefined : `at most ${limit}`,
    least === undefined ? undefined : `at least ${least}`,
    aim === undefined ? undefined : `aim ${aim}`,
  ]
    .filter((text) => text !== undefined)
    .join(', ')

/** The figure as one line: `interval` is the 95 % interval of `value`. */
export const lineOf = (figure) => {
  const { what, value, unit = '', limit, least, interval } = figure
  const verdict = limit === undefined && least === undefined ? '' : isMet(figure) ? ': met' : ': MISSED'
  const bound = bounds(figure)
  const range = interval === undefined ? '' : ` [${interval.map((n) => n.toFixed(digits(n))).join(', ')}]`
  return `${what.padEnd(62)} ${value.toFixed(digits(value)).padStart(10)} ${unit}${range}${bound && `  (${bound}${verdict})`}`
}
