/** `1,234,567`. */
export const count = (value: number): string => {
  const text = String(value)
  return /^-?\d+$/.test(text) ? text.replace(/\B(?=(\d{3})+$)/g, ',') : text
}

const scaled = (value: number, base: number, units: readonly string[]): string => {
  let step = 0
  while (value >= base && step < units.length - 1) {
    value /= base
    step++
  }
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[step]}`
}

/** `1.2 MB`; units of 1000. */
export const bytes = (value: number): string => scaled(value, 1000, ['B', 'kB', 'MB', 'GB', 'TB', 'PB'])

/** `1.2 M`, for rates; nothing behind small numbers. */
export const short = (value: number): string => scaled(value, 1000, ['', 'k', 'M', 'G']).trimEnd()

/** `0.8 ms`, `12.3 s`, `4:05 min`, `2:03:04 h`. */
export const seconds = (value: number): string => {
  if (value < 1) return `${(value * 1000).toFixed(value < 0.1 ? 1 : 0)} ms`
  if (value < 60) return `${value.toFixed(1)} s`
  const whole = Math.round(value)
  const two = (n: number) => String(n).padStart(2, '0')
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  return h ? `${h}:${two(m)}:${two(s)} h` : `${m}:${two(s)} min`
}

/** Breaks words into lines of at most `width` columns; a longer word stands alone. */
export const wrap = (words: readonly string[], width: number): string[] => {
  const lines: string[] = []
  let line = ''
  for (const word of words) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = ''
    }
    line += line === '' ? word : ` ${word}`
  }
  return line === '' ? lines : [...lines, line]
}

/** Text of at most `width` characters, an ellipsis for the rest. */
export const cut = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text
