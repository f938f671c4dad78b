// What a peek costs the reader: not more for larger blocks.
import { processors } from '../lib/machine.mjs'
import { runNode } from '../lib/peers.mjs'
import { ratio } from '../lib/rounds.mjs'
import { summary } from '../lib/stats.mjs'

export const title = "the reader's cost of peek, by the size of blocks"

const SIZES = [64, 1024, 16384, 65536]

/** Rounds differ by so much when nothing else does. */
const NOISE = 1.2

export const run = async ({ quick }) => {
  const options = { kind: 'd', sizes: SIZES, rounds: quick ? 2 : 21, cpus: processors().slice(0, 1) }
  const all = runNode('sides/peek.mjs', { ...options, seconds: quick ? 0.002 : 0.02 })
  const of = SIZES.map((_, n) => all.map((round) => round[n]))
  const figures = SIZES.map((bytes, n) => {
    const { median: value, interval } = summary(of[n])
    return { what: `peek and next, blocks of ${bytes} B`, value, interval, unit: 'ns' }
  })
  for (let n = 1; n < SIZES.length; n++) {
    const { median: value, interval } = ratio(of[n], of[0])
    figures.push({ what: `${SIZES[n]} B : 64 B`, value, interval, limit: NOISE })
  }
  return { rounds: all, figures }
}
