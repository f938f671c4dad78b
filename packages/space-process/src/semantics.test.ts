import { CONSUMED, type Process } from '@netstreamline/core'
import { createArena } from '@netstreamline/rings'
import { describe, expect, it } from 'vitest'
import { createProcessSpace } from './space.js'
import { collector, numbers, type Seen } from './testing/elements.js'
import { element, loader, type Spec, Trial } from './testing/harness.js'

const exactly = (value: number) => ({ not: false, lo: value, hi: value })

for (const generate of [true, false]) {
  const run = async (process: Process, edges: Spec['edges'], count = 3) => {
    const seen: Seen[] = []
    const arena = createArena({ bytes: 2 ** 22, shared: false })
    const load = loader({ numbers, it: element('it', () => process), collect: collector(seen) })
    const space = createProcessSpace({ load, arena, generate })
    const vertices = [{ fn: 'numbers', options: { count, size: 8 } }, { fn: 'it' }, { fn: 'collect' }]
    const trial = await new Trial({ vertices, edges }, space).start()
    await trial.done()
    const { vertices: counted } = await space.counters(trial.tx)
    await trial.stop()
    await trial.abort()
    expect(arena.used).toBe(0)
    return { seen, counted }
  }
  const taken = (accept?: Spec['edges'][number]['accept']) => [
    { from: 0, to: 1 },
    { from: 1, to: 2, ...(accept && { accept }) },
  ]

  describe(`one element (generate: ${generate})`, () => {
    it('0 is dropped by a plain edge and taken by !>, with the window as it came', async () => {
      const spoil: Process = (b) => {
        b.offset += b.length
        b.length = 0
        b.stream = 9
        return 0
      }
      expect((await run(spoil, taken())).seen).toEqual([])
      const { seen } = await run(spoil, taken(exactly(0)))
      expect(seen.map((s) => [s.data, s.stream, s.classifier])).toEqual([
        ['00', 0, 0],
        ['0708', 0, 0],
        ['0e0f10', 0, 0],
      ])
    })
    it('reading outside makes the result 0, whatever it says, for that block only', async () => {
      const greedy: Process = (b) => {
        expect(b.length < 2 ? b.u16(0) : 0).toBe(0)
        return 7
      }
      expect((await run(greedy, taken())).seen.map((s) => s.data)).toEqual(['0708', '0e0f10'])
      expect((await run(greedy, taken(exactly(0)))).seen.map((s) => s.data)).toEqual(['00'])
      const before: Process = (b) => b.u8(-1) + 1
      expect((await run(before, taken())).seen).toEqual([])
    })
    it('CONSUMED is taken by no edge, not even by one that takes all but a value', async () => {
      expect((await run(() => CONSUMED, taken())).seen).toEqual([])
      expect((await run(() => CONSUMED, taken(exactly(0)))).seen).toEqual([])
      expect((await run(() => CONSUMED, taken({ not: true, lo: 5, hi: 5 }))).seen).toEqual([])
      expect((await run(() => 0, taken({ not: true, lo: 5, hi: 5 }))).seen.length).toBe(3)
    })
    it('classifiers reach to 65535, ranges include both ends', async () => {
      const value: Process = (b) => [65535, 22, 24][b.length - 1]!
      expect((await run(value, taken({ not: false, lo: 22, hi: 23 }))).seen.map((s) => s.classifier)).toEqual([22])
      expect((await run(value, taken({ not: true, lo: 22, hi: 24 }))).seen.map((s) => s.classifier)).toEqual([65535])
    })
    it('a result that is no classifier is taken by no edge', async () => {
      for (const value of [65536, -2, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY]) {
        expect((await run(() => value, taken())).seen).toEqual([])
      }
    })
    it('is counted: what came, what it accepted', async () => {
      const { counted } = await run((b) => (b.length === 2 ? 0 : 4), taken(exactly(4)))
      expect(counted['numbers0']).toMatchObject({ blocksIn: 0, blocksOut: 3, bytesOut: 6 })
      expect(counted['it1']).toMatchObject({ blocksIn: 3, bytesIn: 6, blocksOut: 2, bytesOut: 4 })
      expect(counted['collect2']).toMatchObject({ blocksIn: 2, bytesIn: 4 })
    })
  })
}

describe('a deep request', () => {
  const deep = async (depth: number, generate: boolean) => {
    const seen: Seen[] = []
    const load = loader({ numbers, pass: element('pass', () => () => 1), collect: collector(seen) })
    const arena = createArena({ bytes: 2 ** 22, shared: false })
    const space = createProcessSpace({ load, arena, generate })
    const middle = Array.from({ length: depth }, (_, i) => ({ fn: 'pass', options: { i } }))
    const vertices = [{ fn: 'numbers', options: { count: 5, size: 8 } }, ...middle, { fn: 'collect' }]
    const edges = vertices.slice(1).map((_, i) => ({ from: i, to: i + 1 }))
    const trial = await new Trial({ vertices, edges }, space).start()
    const failure = await trial.done().catch((e: unknown) => e)
    await trial.abort()
    expect(arena.used).toBe(0)
    return { seen: seen.length, failure }
  }
  for (const generate of [true, false]) {
    it(`runs as far as the stack goes, and says so beyond (generate: ${generate})`, async () => {
      expect(await deep(400, generate)).toEqual({ seen: 5, failure: undefined })
      const { failure } = await deep(12_000, generate)
      expect(failure).toMatchObject({ code: 'SL_FE_FAILED', message: expect.stringContaining('stack') })
    })
  }
})
