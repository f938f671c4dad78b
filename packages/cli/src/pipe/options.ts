import { StreamlineError } from '@netstreamline/core'

const UNITS: Record<string, number> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }
const bad = (option: string, text: string, hint: string): StreamlineError =>
  new StreamlineError('SL_USAGE', `--${option}: '${text}' makes no sense`, { hint })

/** Bytes of `65536`, `64k`, `1M`, `1MiB`; units of 1024. @throws SL_USAGE */
export const size = (option: string, text: string): number => {
  const match = /^(\d{1,10})([kmg]?)(?:i?b)?$/i.exec(text)
  const bytes = match ? Number(match[1]) * UNITS[match[2]!.toLowerCase()]! : 0
  if (bytes >= 64 && bytes <= 2 ** 30) return bytes
  throw bad(option, text, 'write 64k, 1M or 16M: 64 bytes to 1 GiB')
}

/** @throws SL_USAGE */
export const number = (option: string, text: string, least: number, most: number): number => {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw bad(option, text, `write a number from ${least} to ${most}`)
}

/** @throws SL_USAGE */
export const choice = <T extends string>(option: string, text: string, choices: readonly T[]): T => {
  const found = choices.find((one) => one === text)
  if (found !== undefined) return found
  throw bad(option, text, `choose ${choices.join(', ')}`)
}
