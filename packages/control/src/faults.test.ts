import { type Request, type Space, StreamlineError } from '@netstreamline/core'
import { remote, serve } from '@netstreamline/core/protocol'
import { describe, expect, it } from 'vitest'
import { resultOf } from './result.js'
import { createStreamline } from './streamline.js'
import { census, type FakeOptions, type FakeSpace, fakeSpace } from './testing/fake-space.js'
import { memoryChannel } from './testing/memory-channel.js'
import { fn, registryOf, request, source } from './testing/requests.js'

/**
 * Ten elements over two spaces: a source, a fork into two branches, a join; every second branch lies low, behind
 * the control protocol. It crosses between the spaces in both directions.
 */
const registry = registryOf([
  source('src', { targets: ['low'] }),
  ...['a', 'b', 'c', 'd'].map((name) => fn(name, { targets: ['low'] })),
  ...['w', 'x', 'y', 'z', 'join'].map((name) => fn(name, { targets: ['high'] })),
])
const ten: Request = request(
  ['src', 'a', 'w', 'b', 'x', 'c', 'y', 'd', 'z', 'join'],
  [
    [0, 1],
    [0, 2],
    [1, 3],
    [2, 4],
    [3, 5],
    [4, 7],
    [5, 6],
    [6, 8],
    [7, 9],
    [8, 9],
  ],
)

type Hooks = Pick<FakeOptions, 'before' | 'after'>
const setUp = async (low: Hooks = {}, high: Hooks = {}) => {
  const there = fakeSpace('low', { depth: -10, targets: ['low'], ...low })
  const here = fakeSpace('high', { targets: ['high'], ...high })
  const { near, far, kill } = memoryChannel('high', 'low')
  serve(there, far)
  const streamline = createStreamline({ registry, spaces: [here, await remote(near)] })
  return { here, there, kill, streamline }
}
const settle = () => new Promise((r) => setTimeout(r, 0))

/** Steps of allocating, in both spaces, in the order in which they are made. */
const steps = async (): Promise<string[]> => {
  const all: string[] = []
  const { here, there, streamline } = await setUp(
    { before: (s) => void all.push(`low ${s}`) },
    { before: (s) => void all.push(`high ${s}`) },
  )
  const running = await streamline.start(ten)
  const made = [...all]
  expect(await census(here, there)).toBeGreaterThan(30)
  await running.stop()
  expect(await census(here, there)).toBe(0)
  return made
}
const all = await steps()

/** A hook for both spaces that acts at the n-th step. */
const at = (n: number, act: (step: string) => void): [Hooks['before'], Hooks['before']] => {
  let count = 0
  const hook = (step: string) => {
    if (!step.startsWith('undo') && step !== 'abort' && count++ === n) act(step)
  }
  return [hook, hook]
}

describe('an allocation', () => {
  it('makes every step once: ten instances, each edge in each space that it touches, ten activations', () => {
    const crossings = 4
    expect(all).toHaveLength(10 + 10 + crossings + 10)
    const phase = (s: string) => s.split(' ')[1]
    const order = ['instantiate', 'connect', 'activate']
    expect(all.map(phase)).toEqual([...all.map(phase)].sort((a, b) => order.indexOf(a!) - order.indexOf(b!)))
    expect(all[0]).toBe('low instantiate src#1')
    expect(all.at(-1)).toBe('low activate src#1')
    const reader = all.indexOf('high connect src#1 > w#1 from')
    expect(all[reader + 1]).toBe('low connect src#1 > w#1 to')
  })
})

describe('a reversal', () => {
  it('goes back step by step, last first, in both spaces, and then aborts', async () => {
    const done: string[] = []
    const note = (name: string) => (step: string) => {
      if (step === 'activate src#1') throw new Error('last step fails')
      done.push(`${name} ${step.replace(/ (from|to)$/, '')}`)
    }
    const { streamline } = await setUp({ before: note('low') }, { before: note('high') })
    await expect(streamline.run(ten)).rejects.toMatchObject({ code: 'SL_INTERNAL' })
    const made = done.slice(0, all.length - 1)
    const undone = made.map((step) => step.replace(/^(low|high) /, '$1 undo ')).reverse()
    expect(done.slice(made.length)).toEqual([...undone, 'high abort', 'low abort'])
  })
})

describe.each(all.map((step, n) => [n, step] as const))('at step %i (%s)', (n) => {
  const boom = () => {
    throw new StreamlineError('SL_IO', 'boom', { hint: 'none' })
  }

  it('a failure before its effect leaves nothing', async () => {
    const [low, high] = at(n, boom)
    const { here, there, streamline } = await setUp({ before: low }, { before: high })
    await expect(streamline.run(ten)).rejects.toMatchObject({ code: 'SL_IO', message: 'boom' })
    expect(await census(here, there)).toBe(0)
  })

  it('a failure after its effect leaves nothing', async () => {
    const [low, high] = at(n, boom)
    const { here, there, streamline } = await setUp({ after: low }, { after: high })
    await expect(streamline.run(ten)).rejects.toMatchObject({ code: 'SL_IO' })
    expect(await census(here, there)).toBe(0)
  })

  it('a failure whose reversal also fails is told, and reverses the rest', async () => {
    const [low, high] = at(n, boom)
    const stuck = (hook: Hooks['before']) => (step: string) => {
      hook?.(step)
      if (step.startsWith('undo')) throw new StreamlineError('SL_RING', 'stuck')
    }
    const { here, there, streamline } = await setUp({ before: stuck(low) }, { before: stuck(high) })
    const e = await streamline.run(ten).catch((x) => x)
    expect([e.code, e.message, e.detail.undone?.length ?? 0]).toEqual(['SL_IO', 'boom', n])
    expect(await census(here, there)).toBe(0)
  })

  for (const when of ['before', 'after'] as const) {
    it(`the death of the remote space, ${when} its effect, leaves nothing on either side`, async () => {
      const all: { kill?: () => void } = {}
      const [low, high] = at(n, () => all.kill?.())
      const { here, there, kill, streamline } = await setUp({ [when]: low }, { [when]: high })
      all.kill = kill
      const e = await streamline.run(ten).catch((x) => x)
      await settle()
      expect(e.code).toBe('SL_SPACE_DIED')
      expect(await census(here, there)).toBe(0)
    })

    it(`the death of the local space, ${when} its effect, leaves nothing in the other`, async () => {
      const all: { space?: FakeSpace } = {}
      const [low, high] = at(n, () => all.space?.die())
      const { here, there, streamline } = await setUp({ [when]: low }, { [when]: high })
      all.space = here
      const e = await streamline.run(ten).catch((x) => x)
      expect(e.code).toBe('SL_SPACE_DIED')
      expect(await census(there)).toBe(0)
    })
  }
})

describe('while it runs', () => {
  const begun = async () => {
    const world = await setUp()
    return { ...world, running: await world.streamline.start(ten) }
  }
  const nothingLeft = async ({ here, there }: { here: Space; there: Space }) => {
    await settle()
    expect(await census(here, there)).toBe(0)
  }

  it('the end of all sources leaves nothing', async () => {
    const world = await begun()
    world.there.finish()
    world.here.finish()
    await world.running.done
    await nothingLeft(world)
  })

  it('the death of the remote space aborts the local one', async () => {
    const world = await begun()
    world.kill()
    await expect(world.running.done).rejects.toMatchObject({ code: 'SL_SPACE_DIED' })
    await nothingLeft(world)
    expect(world.here.log).not.toContain('stop')
  })

  it('the death of the local space aborts the remote one', async () => {
    const world = await begun()
    world.here.die()
    await expect(world.running.done).rejects.toMatchObject({ code: 'SL_SPACE_DIED' })
    await settle()
    expect(await census(world.there)).toBe(0)
  })

  it('a failure in one space stops the other in order, after what failed is gone', async () => {
    for (const which of ['here', 'there'] as const) {
      const world = await begun()
      world[which].fail(new StreamlineError('SL_DISK_FULL', 'full'))
      const e = await world.running.result().catch((x) => x)
      expect(e.code).toBe('SL_DISK_FULL')
      expect(resultOf(e)?.nodes).toHaveLength(10)
      const other = which === 'here' ? world.there : world.here
      expect(other.log.filter((l) => l === 'stop')).toHaveLength(1)
      expect(world[which].log).not.toContain('stop')
      await nothingLeft(world)
    }
    // The other could wait for ever for what failed to take its blocks.
    const order: string[] = []
    const note = (name: string) => ({ before: (step: string) => void order.push(`${name} ${step}`) })
    const world = await setUp(note('low'), note('high'))
    const running = await world.streamline.start(ten)
    order.length = 0
    world.here.fail(new Error('x'))
    await running.result().catch(() => {})
    expect(order.slice(0, 2)).toEqual(['high abort', 'low stop'])
  })

  it('the death of a space while it is stopped leaves nothing', async () => {
    const all: { kill?: () => void } = {}
    const before = (step: string) => void (step === 'stop' && all.kill?.())
    const world = await setUp({ before })
    all.kill = world.kill
    const running = await world.streamline.start(ten)
    await expect(running.stop()).rejects.toMatchObject({ code: 'SL_SPACE_DIED' })
    await nothingLeft(world)
  })

  it('abort leaves nothing and says so', async () => {
    const world = await begun()
    await world.running.abort()
    await expect(world.running.done).rejects.toMatchObject({ code: 'SL_INTERRUPTED' })
    await nothingLeft(world)
  })

  it('closing leaves nothing', async () => {
    const world = await begun()
    await world.streamline.close()
    await nothingLeft(world)
    expect(world.there.log.at(-1)).toBe('close')
  })
})
