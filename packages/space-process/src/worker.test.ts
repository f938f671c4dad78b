import type { Space } from '@netstreamline/core'
import { createArena } from '@netstreamline/rings'
import { afterEach, describe, expect, it } from 'vitest'
import { createProcessSpace } from './space.js'
import { numbers } from './testing/elements.js'
import { element, loader, type Spec, type SpecVertex, Trial } from './testing/harness.js'
import { createWorkerSpace } from './worker.node.js'

const fixture = (name: string) => new URL(`../test-fixtures/${name}.mjs`, import.meta.url).href
const remote = (fn: string, options = {}): SpecVertex => ({
  fn,
  module: fixture(fn),
  space: 'worker',
  state: 'global',
  options,
})
const chain = (...vertices: SpecVertex[]): Spec => ({
  vertices,
  edges: vertices.slice(1).map((_, i) => ({ from: i, to: i + 1 })),
})
const zero = { transactions: 0, nodes: 0, links: 0, rings: 0, shadows: 0 }
const source = (count: number): SpecVertex => ({
  fn: 'numbers',
  options: { count, size: 64, per: 4096 },
  state: 'global',
})
const sink: SpecVertex = { fn: 'sum', state: 'global' }

const open: Space[] = []
afterEach(async () => {
  for (const space of open.splice(0)) await space.close()
})

const setup = (arena = createArena({ bytes: 2 ** 26 })) => {
  const lines: string[] = []
  const result = { blocks: 0, sum: 0, last: -1, ordered: true, classified: true }
  const sum = element(
    'sum',
    () => (b) => {
      result.blocks++
      for (let i = 0; i < b.length; i++) result.sum = (result.sum + b.bytes[b.offset + i]!) >>> 0
      if (b.position <= result.last) result.ordered = false
      if (b.classifier !== 1 + b.bytes[b.offset]!) result.classified = false
      result.last = b.position
      return 1
    },
    'global',
  )
  const main = createProcessSpace({ name: 'process', load: loader({ numbers, sum }), arena })
  const worker = createWorkerSpace({
    arena,
    print: (line) => lines.push(line),
    log: (line) => lines.push(`log: ${line}`),
  })
  open.push(worker, main)
  return { arena, main, worker, lines, result }
}

describe('the worker space', () => {
  it('takes 10^5 blocks from the main thread and gives them back', async () => {
    const { arena, main, worker, lines, result } = setup()
    const trial = await new Trial(chain(source(100_000), remote('double'), sink), main, worker).start()
    await trial.done()
    // Lines come before the end that they were printed before.
    expect(lines).toEqual(['blocks 100000', `sum ${result.sum}`])
    const before = await worker.counters(trial.tx)
    expect(before.vertices['double1']).toMatchObject({ blocksIn: 100_000, counters: { sum: result.sum } })
    await trial.stop()
    expect(await worker.counters(trial.tx)).toEqual(before)
    await trial.abort()
    expect(result).toMatchObject({ blocks: 100_000, ordered: true, classified: true })
    expect(await worker.census()).toEqual(zero)
    expect(await main.census()).toEqual(zero)
    await worker.close()
    expect(arena.used).toBe(0)
  })

  it('is not started by planning, and says no to modules that it cannot import', async () => {
    const { arena, worker } = setup()
    const offer = (module: string) => ({ function: 'x', package: 'p', module, target: 'js', state: 'none' }) as const
    const vertex = { name: 'x', function: 'x', options: {} }
    expect(await worker.discover(vertex, [offer(fixture('double')), offer('bundled')])).toEqual([
      offer(fixture('double')),
    ])
    expect(await worker.census()).toEqual(zero)
    await worker.close()
    expect(arena.used).toBe(0)
  })

  it('runs a source of its own; stop ends it in order', async () => {
    const { main, worker, result, arena } = setup()
    const trial = await new Trial(chain(remote('forever'), sink), main, worker).start()
    while (result.blocks < 10_000) await new Promise((resolve) => setTimeout(resolve, 1))
    await trial.stop()
    await trial.done()
    const { blocksOut } = (await worker.counters(trial.tx)).vertices['forever0']!
    expect(result.blocks).toBe(blocksOut)
    await trial.abort()
    expect(await main.census()).toEqual(zero)
    await worker.close()
    expect(arena.used).toBe(0)
  })

  it('says SL_SPACE_DIED when its thread ends in the middle, leaves nothing, and starts again', async () => {
    const { arena, main, worker, result } = setup()
    for (let round = 0; round < 3; round++) {
      const trial = await new Trial(
        chain(source(1e9), remote('fail', { at: 20_000, exit: true }), sink),
        main,
        worker,
      ).start()
      await expect(main.done(trial.tx)).rejects.toMatchObject({ code: 'SL_SPACE_DIED' })
      await expect(worker.done(trial.tx)).rejects.toMatchObject({ code: 'SL_SPACE_DIED' })
      await trial.abort()
      expect(await main.census()).toEqual(zero)
      expect(await worker.census()).toEqual(zero)
      expect(arena.used).toBe(0)
    }
    const before = result.blocks
    await new Trial(chain(source(1000), remote('double'), sink), main, worker).run()
    expect(result.blocks - before).toBe(1000)
  })

  it('frees everything when it is closed in the middle', async () => {
    const { arena, main, worker, result } = setup()
    const trial = await new Trial(chain(source(1e9), remote('double'), sink), main, worker).start()
    while (result.blocks < 1000) await new Promise((resolve) => setTimeout(resolve, 1))
    await worker.close()
    await expect(main.done(trial.tx)).rejects.toMatchObject({ code: 'SL_SPACE_DIED' })
    await trial.abort()
    expect(await main.census()).toEqual(zero)
    expect(arena.used).toBe(0)
  })

  it('tells which function has failed', async () => {
    const { arena, main, worker } = setup()
    const trial = await new Trial(chain(source(1e9), remote('fail', { at: 5 }), sink), main, worker).start()
    await expect(worker.done(trial.tx)).rejects.toMatchObject({
      code: 'SL_FE_FAILED',
      message: '(fail1) failed: broken on purpose',
    })
    await trial.abort()
    expect(await main.census()).toEqual(zero)
    expect(await worker.census()).toEqual(zero)
    await worker.close()
    expect(arena.used).toBe(0)
  })

  it('refuses modules that hold no such function', async () => {
    const { main, worker } = setup()
    for (const [fn, module] of [
      ['x', fixture('not-an-element')],
      ['x', fixture('double')],
      ['x', fixture('missing')],
    ]) {
      const spec = chain(source(1), { fn: fn!, module: module!, space: 'worker' })
      const trial = new Trial(spec, main, worker)
      await expect(trial.start()).rejects.toMatchObject({ code: 'SL_PLUGIN' })
      await trial.reverse()
      expect(await worker.census()).toEqual(zero)
      expect(await main.census()).toEqual(zero)
    }
  })

  it('leaves nothing when allocation fails at any step, on either side', async () => {
    const { arena, main, worker } = setup()
    const spec = chain(source(1e9), remote('double'), sink)
    const count = new Trial(spec, main, worker).steps().length
    for (let fails = 0; fails <= count; fails++) {
      const trial = new Trial(spec, main, worker)
      for (const step of trial.steps().slice(0, fails)) await step()
      await trial.reverse()
      expect(await main.census()).toEqual(zero)
      expect(await worker.census()).toEqual(zero)
    }
    await worker.close()
    expect(arena.used).toBe(0)
  })

  it('needs memory that can be shared', async () => {
    const { main, worker } = setup(createArena({ bytes: 2 ** 24, shared: false }))
    const trial = new Trial(chain(source(1), remote('double')), main, worker)
    await expect(trial.start()).rejects.toMatchObject({ code: 'SL_NO_PLACE' })
    await trial.reverse()
  })
})
