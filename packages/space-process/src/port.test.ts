import { createArena } from '@netstreamline/rings'
import { describe, expect, it } from 'vitest'
import { createProcessSpace } from './space.js'
import { collector, numbers, pass, type Seen, streams } from './testing/elements.js'
import { loader, type Spec, Trial } from './testing/harness.js'

const pair = (seen: Seen[], ports = {}, generate = true) => {
  const arena = createArena({ bytes: 2 ** 26 })
  const load = loader({ numbers, streams, pass, collect: collector(seen) })
  const make = (name: string) => createProcessSpace({ name, load, arena, ports, generate, log: () => {} })
  return { arena, main: make('main'), other: make('other') }
}

/** numbers > streams > pass > collect, the pass in the other space or not. */
const there = (count: number, space: string): Spec => ({
  vertices: [
    { fn: 'numbers', options: { count, size: 64, per: 700 }, state: 'global' },
    { fn: 'streams', state: 'flow' },
    { fn: 'pass', space },
    { fn: 'collect', state: 'global' },
  ],
  edges: [
    { from: 0, to: 1 },
    { from: 1, to: 2 },
    { from: 2, to: 3 },
  ],
})

const zero = { transactions: 0, nodes: 0, links: 0, rings: 0, shadows: 0 }

describe('ports between two spaces of one thread', () => {
  for (const generate of [true, false]) {
    it(`carry every field of every block, both ways (generate: ${generate})`, async () => {
      const direct: Seen[] = []
      await new Trial(there(5000, 'main'), pair(direct, {}, generate).main).run()
      const seen: Seen[] = []
      const { arena, main, other } = pair(seen, {}, generate)
      await new Trial(there(5000, 'other'), main, other).run()
      expect(seen.length).toBe(direct.length)
      const ring = (list: Seen[]) => list.map((s) => ({ ...s, ring: 0 }))
      expect(ring(seen)).toEqual(ring(direct))
      expect(new Set(seen.map((s) => s.ring)).size).toBe(1)
      expect(seen.some((s) => s.known !== undefined && s.flags === 2)).toBe(true)
      expect(await main.census()).toEqual(zero)
      expect(await other.census()).toEqual(zero)
      expect(arena.used).toBe(0)
    })
  }

  it('lose nothing and keep the order when the rings are small', async () => {
    for (const ports of [
      { slots: 2, bytes: 512 },
      { slots: 64, bytes: 1024 },
    ]) {
      const direct: Seen[] = []
      await new Trial(there(3000, 'main'), pair(direct).main).run()
      const seen: Seen[] = []
      const { arena, main, other } = pair(seen, ports)
      await new Trial(there(3000, 'other'), main, other).run()
      expect(seen.map((s) => s.data)).toEqual(direct.map((s) => s.data))
      expect(seen.map((s) => s.known)).toEqual(direct.map((s) => s.known))
      expect(arena.used).toBe(0)
    }
  })
})
