import type { Accept } from '@netstreamline/core'
import { createArena } from '@netstreamline/rings'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createProcessSpace } from './space.js'
import { numbers, see } from './testing/elements.js'
import { filters } from './testing/filters.js'
import { element, loader, type Spec, type SpecVertex, Trial } from './testing/harness.js'

const arena = createArena({ bytes: 2 ** 26 })
const zero = { transactions: 0, nodes: 0, links: 0, rings: 0, shadows: 0 }

/** Runs a graph; what all sinks saw, in order, and what was counted. `split`: vertices of odd index in another space. */
const run = async (spec: Spec, how: { generate: boolean; split?: boolean }) => {
  const seen: unknown[] = []
  const collect = element(
    'collect',
    (_options, context) => (b) => {
      // A ring's id is its place in the arena, which other rings move.
      seen.push({ at: context.name, ...see(b, context), ring: 0 })
      return 1
    },
    'global',
  )
  const load = loader({ ...filters, numbers, collect })
  const make = (name: string) => createProcessSpace({ name, load, arena, generate: how.generate, log: () => {} })
  const spaces = how.split ? [make('main'), make('other')] : [make('main')]
  const trial = await new Trial(spec, ...spaces).start()
  await trial.done()
  await trial.stop()
  const counted = await Promise.all(spaces.map((s) => s.counters(trial.tx)))
  const counters = counted.map(({ vertices, edges }) => ({ vertices, edges }))
  await trial.abort()
  for (const space of spaces) expect(await space.census()).toEqual(zero)
  expect(arena.used).toBe(0)
  return { seen, counters }
}

const accepts: fc.Arbitrary<Accept> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ not: true, lo: 0, hi: 0 }) },
  { weight: 2, arbitrary: fc.constant({ not: false, lo: 0, hi: 0 }) },
  { weight: 2, arbitrary: fc.constantFrom(1, 2, 3, 9, 1000).map((lo) => ({ not: false, lo, hi: lo })) },
  fc.tuple(fc.nat(3000), fc.nat(3000), fc.boolean()).map(([a, b, not]) => ({
    not,
    lo: Math.min(a, b),
    hi: Math.max(a, b),
  })),
)

/** Random graphs: every filter has one to three inputs among those before it; every vertex without outputs a sink. */
const graphs: fc.Arbitrary<Spec> = fc
  .array(
    fc.record({
      fn: fc.constantFrom(...Object.keys(filters)),
      n: fc.nat(6),
      inputs: fc.array(fc.tuple(fc.nat(), accepts), { minLength: 1, maxLength: 3 }),
      sink: fc.boolean(),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((parts) => {
    const source: SpecVertex = { fn: 'numbers', options: { count: 120, size: 30, per: 50 }, state: 'global' }
    const vertices: SpecVertex[] = [source]
    const edges: { from: number; to: number; accept?: Accept }[] = []
    for (const { fn, n, inputs } of parts) {
      const to = vertices.length
      // Named apart, so that nothing is shared inside a request by accident of its options.
      vertices.push({ fn, options: { n, nth: to }, state: filters[fn]!.meta.state })
      for (const [pick, accept] of inputs) edges.push({ from: pick % to, to, accept })
    }
    const inner = vertices.length
    for (let v = 1; v < inner; v++) {
      if (!parts[v - 1]!.sink && edges.some((e) => e.from === v)) continue
      for (const accept of [undefined, { not: false, lo: 0, hi: 0 }]) {
        edges.push({ from: v, to: vertices.length, ...(accept && { accept }) })
        vertices.push({ fn: 'collect', options: { nth: vertices.length }, state: 'global' })
      }
    }
    return { vertices, edges }
  })

describe('the two datapaths', () => {
  it('give the same blocks, in the same order, with the same counters, on random graphs', async () => {
    let blocks = 0
    await fc.assert(
      fc.asyncProperty(graphs, async (spec) => {
        const fused = await run(spec, { generate: true })
        const walked = await run(spec, { generate: false })
        expect(walked).toEqual(fused)
        blocks += fused.seen.length
      }),
      { numRuns: 150, seed: 20240611 },
    )
    expect(blocks).toBeGreaterThan(5000)
  })

  it('give the same blocks when half of the graph runs in another space', async () => {
    const bySink = (seen: unknown[]) => {
      const sinks: Record<string, unknown[]> = {}
      for (const s of seen as { at: string }[]) (sinks[s.at] ??= []).push(s)
      return sinks
    }
    const trees = graphs.map((spec) => ({
      vertices: spec.vertices.map((v, i) => ({ ...v, ...(i % 2 === 1 && { space: 'other' }) })),
      // Where several edges meet, the order of blocks depends on who is faster: one input each.
      edges: spec.edges.filter((e, i) => spec.edges.findIndex((o) => o.to === e.to) === i),
    }))
    await fc.assert(
      fc.asyncProperty(trees, async (spec) => {
        const one = await run(
          { ...spec, vertices: spec.vertices.map((v) => ({ ...v, space: 'main' })) },
          { generate: true },
        )
        const two = await run(spec, { generate: true, split: true })
        expect(bySink(two.seen)).toEqual(bySink(one.seen))
      }),
      { numRuns: 100, seed: 7 },
    )
  })
})
