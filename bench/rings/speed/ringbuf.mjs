// Our rings between two threads against ringbuf.js.
import { twoProcessors } from '../lib/machine.mjs'
import { measure } from '../lib/speed.mjs'
import { ours, rateOf, ringbuf } from '../lib/transfers.mjs'

export const title = 'between two threads, against ringbuf.js'

const RING = 2 ** 20

export const run = async ({ quick }) => {
  const base = { cpus: twoProcessors(), ring: RING, seconds: quick ? 0.05 : 0.25, warm: quick ? 0.05 : 0.15 }
  const kept = {}
  const figures = []
  for (const [bytes, least] of [
    [64, 2],
    [16384, 10],
  ]) {
    const rate = (way, more) => () => rateOf(way({ ...base, bytes, ...more }))
    const m = await measure(
      {
        copied: rate(ours, { by: 'threads' }),
        placed: rate(ours, { by: 'threads', make: 'place', take: 'peek' }),
        bytes: rate(ringbuf(1)),
        words: rate(ringbuf(4)),
      },
      { quick },
    )
    const name = `${bytes} B`
    const value = (side, what) => m.value(side, `${name}: ${what}`, 'GB/s', bytes / 1e9)
    kept[bytes] = m.kept
    figures.push(
      value('copied', 'our d-DBuf, copied in and out'),
      value('placed', 'our d-DBuf, made in place and peeked'),
      value('bytes', 'ringbuf.js, Uint8Array'),
      value('words', 'ringbuf.js, Uint32Array'),
      m.quotient('copied', 'bytes', `${name}: copied : ringbuf.js, Uint8Array`, { least }),
      m.quotient('placed', 'bytes', `${name}: in place : ringbuf.js, Uint8Array`),
      m.quotient('copied', 'words', `${name}: copied : ringbuf.js, Uint32Array`),
      m.quotient('placed', 'words', `${name}: in place : ringbuf.js, Uint32Array`),
      m.distance(),
    )
  }
  return { pairs: kept, figures }
}
