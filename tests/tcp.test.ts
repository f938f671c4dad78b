// (tcp) in the process space: what comes out does not depend on how packets fall into breaths and rings, nor on what
// lies beside them in memory; a slice of the campaign `tcp`.
import { join } from 'node:path'
import { tcp } from '@netstreamline/fe-tcp'
import { type RunOptions, runFE } from '@netstreamline/testkit'
import { describe, expect, it } from 'vitest'
import { anyOptions, check, essence } from '../scripts/campaigns/tcp-check.mjs'
import { malformedPackets, traffic } from '../scripts/campaigns/tcp-packets.mjs'
import { root } from './support/application.js'

const generator = (seed: number) => (n: number) => {
  seed = (seed + 0x9e3779b9) | 0
  let z = Math.imul(seed ^ (seed >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return ((z ^ (z >>> 15)) >>> 0) % n
}
const run = async (options: RunOptions) => {
  const result = await runFE(tcp as never, options)
  return { ...result, counters: { counters: result.counters.counters as Record<string, number> } }
}

describe('(tcp)', () => {
  it('gives the same, in the same order, whatever the breaths, on both datapaths', async () => {
    for (let round = 0; round < 30; round++) {
      const random = generator(round)
      const blocks = traffic(random, 300, { damage: round % 3 ? 0 : 100 })
      const options = anyOptions(random)
      const results: string[] = []
      for (const per of [1, 3, 16, 300])
        for (const generate of [true, false]) results.push(essence(await run({ blocks, options, per, generate })))
      expect(new Set(results).size, `round ${round}`).toBe(1)
    }
  })

  it('hands on segments in order where they lie; early ones are copied only when their ring is used again', async () => {
    const random = generator(1)
    const blocks = traffic(random, 2000)
    const counters = async (per: number) => (await run({ blocks, per })).counters.counters
    const whole = await counters(4000)
    expect(whole['copied']).toBe(0)
    expect(whole['outOfOrder']).toBeGreaterThan(10)
    const single = await counters(1)
    expect(single['copied']).toBeGreaterThan(10)
    expect(single['copied']).toBeLessThanOrEqual(single['outOfOrder']!)
    expect(single['bytes']).toBe(whole['bytes'])
    expect(single['copiedBytes']).toBeLessThan(single['bytes']! / 2)
  })

  it('holds, whatever is done to packets', async () => {
    const seeds = malformedPackets(root)
    if (seeds.length === 0) console.warn(`No packets of malformed captures: ${join('..', 'shared', 'material')} is absent.`)
    for (let round = 0; round < 60; round++) {
      const random = generator(1000 + round)
      const blocks = traffic(random, 500, { damage: [20, 300, 1000][random(3)]!, seeds: seeds as never })
      const options = anyOptions(random)
      check(blocks, options, await run({ blocks, options, per: 1 + random(64) }))
    }
  })
})
