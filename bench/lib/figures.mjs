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

const numberText = ({ value, unit, interval }) => {
  const range = interval === undefined ? '' : ` [${interval.map((n) => n.toFixed(digits(n))).join(', ')}]`
  return `${value.toFixed(digits(value))}${unit === undefined ? '' : ` ${unit}`}${range}`
}

const verdictOf = (figure) => {
  const { limit, least } = figure
  const verdict = limit === undefined && least === undefined ? '' : isMet(figure) ? ': met' : ': MISSED'
  return `${bounds(figure)}${verdict}`
}

/** The figure as one line: `interval` is the 95 % interval of `value`. */
export const lineOf = (figure) => {
  const verdict = verdictOf(figure)
  return `${figure.what.padEnd(66)} ${numberText(figure).padStart(12)}${verdict && `  (${verdict})`}`
}

/** The same as a row of a table in Markdown. */
export const rowOf = (figure) => `| ${figure.what} | ${numberText(figure)} | ${verdictOf(figure)} |`
