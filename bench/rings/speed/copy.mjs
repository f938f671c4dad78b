// Blocks copied in and out between two processes.
import { twoProcessors } from '../lib/machine.mjs'
import { measure } from '../lib/speed.mjs'
import { cPipe, cRing, ours, rateOf } from '../lib/transfers.mjs'

export const title = 'blocks copied in and out between two processes, against pipe(2) and a ring by hand in C'

const RING = 2 ** 20

export const run = async ({ quick }) => {
  const base = { cpus: twoProcessors(), ring: RING, seconds: quick ? 0.05 : 0.25, warm: quick ? 0.05 : 0.15 }
  const rate = (way, more) => () => rateOf(way({ ...base, ...more }))
  const small = await measure(
    {
      ours: rate(ours, { bytes: 64 }),
      v: rate(ours, { bytes: 64, kind: 'v' }),
      arrays: rate(ours, { bytes: 64, make: 'array', take: 'array' }),
      pipe: rate(cPipe, { bytes: 64 }),
      ring: rate(cRing, { bytes: 64 }),
    },
    { quick },
  )
  const figures = [
    small.value('ours', '64 B: our d-DBuf', 'M blocks/s', 1e-6),
    small.value('v', '64 B: our v-DBuf', 'M blocks/s', 1e-6),
    small.value('arrays', '64 B: our d-DBuf, from and to arrays outside the arena', 'M blocks/s', 1e-6),
    small.value('pipe', '64 B: pipe(2) in C', 'M blocks/s', 1e-6),
    small.value('ring', '64 B: ring in C', 'M blocks/s', 1e-6),
    small.quotient('ours', 'pipe', '64 B: ours : pipe(2)', { least: 8, aim: 20 }),
    small.quotient('ours', 'ring', '64 B: ours : ring in C', { least: 0.2, aim: 0.5 }),
    small.distance(),
  ]
  const kept = { 64: small.kept }
  for (const bytes of [16384, 65536]) {
    const name = `${bytes / 1024} KB`
    const large = await measure({ ours: rate(ours, { bytes }), ring: rate(cRing, { bytes }) }, { quick })
    figures.push(
      large.value('ours', `${name}: our d-DBuf`, 'GB/s', bytes / 1e9),
      large.value('ring', `${name}: ring in C`, 'GB/s', bytes / 1e9),
      large.quotient('ours', 'ring', `${name}: ours : ring in C`, { least: 0.8 }),
      large.distance(),
    )
    kept[bytes] = large.kept
  }
  return { pairs: kept, figures }
}
