// Mutated TCP traffic through (tcp), in the process space.
import { root } from '../lib.mjs'
import { anyOptions, check, essence } from './tcp-check.mjs'
import { malformedPackets, traffic } from './tcp-packets.mjs'

/** Packets of a round. */
const PACKETS = 1000

export const tcp = {
  about: `traffic of ${PACKETS} packets a round, damaged, with packets of malformed captures among them where they are there, goes through (tcp) under any options: nothing is thrown, streams begin and end once, bounds hold, nothing is left; and every fourth round gives the same, in the same order, however packets fall into breaths and rings, on both datapaths`,
  rounds: 10_000,
  async make() {
    const { runFE } = await import('@netstreamline/testkit')
    const { tcp: fe } = await import('@netstreamline/fe-tcp')
    const seeds = malformedPackets(root)
    console.log(`${seeds.length} packets of malformed captures`)
    return async (random) => {
      const blocks = traffic(random, PACKETS, { damage: [0, 20, 300, 1000][random(4)], seeds })
      const options = anyOptions(random)
      const one = await runFE(fe, { blocks, options, per: 1 + random(64) })
      check(blocks, options, one)
      if (random(4) > 0) return 'held'
      const other = await runFE(fe, { blocks, options, per: [1, 2, 7, 1000][random(4)], generate: random(2) === 0 })
      if (essence(one) !== essence(other)) throw new Error('depends on how packets fall into breaths')
      return 'held, and the same in other breaths'
    }
  },
}
