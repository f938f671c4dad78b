import { StreamlineError } from '@netstreamline/core'

const units: Record<string, number> = { '': 1000, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
/** Longest time that timers can wait: 24 days. */
const MAX = 2 ** 31 - 1

/** Milliseconds of `500ms`, `10s`, `1.5m`, `2h`, or a bare number of seconds. @throws SL_USAGE */
export const milliseconds = (text: string, option = '--for'): number => {
  const match = /^(\d{1,10}(?:\.\d{1,6})?)(ms|s|m|h|)$/.exec(text)
  const ms = match ? Number(match[1]) * units[match[2]!]! : Number.NaN
  if (ms <= MAX) return ms
  throw new StreamlineError('SL_USAGE', `${option}: '${text}' is no duration`, {
    hint: 'write 500ms, 10s, 5m or 1h (24 days at most)',
  })
}
