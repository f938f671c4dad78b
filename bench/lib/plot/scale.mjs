// Scales of axes: numbers to places, where the ticks stand, and what is written at them.

/** 64 → '64 B', 65536 → '64 KB'. */
export const bytesText = (n) => {
  const units = ['B', 'KB', 'MB', 'GB']
  let unit = 0
  for (; n >= 1024 && unit < 3; unit++) n /= 1024
  return `${Number(n.toPrecision(3))} ${units[unit]}`
}

/** No more digits than needed: 0.001, 1, 25, 10k, 2M. */
export const plainText = (n) => {
  if (Math.abs(n) >= 1e6) return `${Number((n / 1e6).toPrecision(3))}M`
  if (Math.abs(n) >= 1e4) return `${Number((n / 1e3).toPrecision(3))}k`
  return String(Number(n.toPrecision(6)))
}

const niceStep = (range, count) => {
  const rough = range / count
  const power = 10 ** Math.floor(Math.log10(rough))
  return [1, 2, 5, 10].map((n) => n * power).find((step) => step >= rough)
}

const linear = ({ from, to }) => {
  const step = niceStep(to - from, 6)
  const end = Math.ceil(to / step) * step
  const ticks = []
  for (let n = 0; n * step <= end - from + step / 1e6; n++) ticks.push(from + n * step)
  return { at: (n) => (n - from) / (end - from), ticks, minor: [] }
}

/** Powers of `base` as ticks; between powers of ten lines at 2 to 9. */
const logarithmic = ({ from, to, base, most = 10 }) => {
  const log = (n) => Math.log(n) / Math.log(base)
  const first = base === 10 ? Math.floor(log(from) + 1e-9) : log(from)
  const last = base === 10 ? Math.ceil(log(to) - 1e-9) : log(to)
  const count = Math.floor(last - first + 1e-9) + 1
  const step = Math.ceil(count / most)
  const ticks = []
  const minor = []
  for (let n = Math.ceil(first - 1e-9); n <= last + 1e-9; n++) {
    if ((n - Math.ceil(first - 1e-9)) % step === 0) ticks.push(base ** n)
    if (base === 10) for (let m = 2; m < 10; m++) if (n + Math.log10(m) < last) minor.push(m * 10 ** n)
  }
  // One decade or two say little: 2 and 5 get names as well.
  if (base === 10 && count <= 3) ticks.push(...minor.filter((n) => /^[25]/.test(n.toExponential())))
  return { at: (n) => (log(n) - first) / (last - first || 1), ticks, minor }
}

/** Has the axis a place for that value? Logarithmic ones have none for 0. */
export const canShow = ({ scale = 'linear' }, n) => Number.isFinite(n) && (scale === 'linear' || n > 0)

/**
 * The scale of an axis over these values. `scale`: 'linear' (from 0 unless `from` says otherwise), 'log10' or 'log2'.
 * `at` gives the place of a value, from 0 to 1.
 */
export const scaleOf = ({ scale = 'linear', from, to, ticks, format = plainText }, all) => {
  const values = all.filter((n) => canShow({ scale }, n))
  if (values.length === 0) throw new Error('there is nothing to draw')
  const low = from ?? (scale === 'linear' ? 0 : Math.min(...values))
  const high = to ?? Math.max(...values)
  const of = scale === 'linear' ? linear : logarithmic
  const result = of({ from: low, to: high, base: scale === 'log2' ? 2 : 10, most: scale === 'log2' ? 8 : 10 })
  return { ...result, ticks: ticks ?? result.ticks, format }
}
