// Medians, quantiles and what can be said about them.

/** The value below which the part `q` of the numbers lies. */
export const quantile = (numbers, q) => {
  const sorted = [...numbers].sort((a, b) => a - b)
  const at = (sorted.length - 1) * q
  const below = Math.floor(at)
  return sorted[below] + (sorted[Math.ceil(at)] - sorted[below]) * (at - below)
}

export const median = (numbers) => quantile(numbers, 0.5)

/** The same numbers every time, so that the same measurements give the same intervals. */
const randomOf = (seed) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return seed / 2 ** 32
}

/** 95 % interval of the median: medians of `times` samples drawn from the numbers themselves. */
export const bootstrap = (numbers, times = 2000) => {
  const random = randomOf(20080401)
  const medians = Array.from({ length: times }, () =>
    median(numbers.map(() => numbers[(random() * numbers.length) | 0])),
  )
  return [quantile(medians, 0.025), quantile(medians, 0.975)]
}

/** Median, interval and the numbers. */
export const summary = (numbers) => ({ median: median(numbers), interval: bootstrap(numbers), of: numbers })
