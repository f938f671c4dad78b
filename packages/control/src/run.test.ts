import { StreamlineError } from '@netstreamline/core'
import { describe, expect, it } from 'vitest'
import { resultOf } from './result.js'
import { createStreamline } from './streamline.js'
import { census, type FakeOptions, fakeSpace } from './testing/fake-space.js'
import { fn, registryOf, request, source } from './testing/requests.js'

const functions = [source('src', { probe: true }), fn('up', { targets: ['top'] }), fn('null', { outputs: [] })]
const r = request(
  ['src', 'up', 'null'],
  [
    [0, 1],
    [0, 2],
  ],
)
const counted = (blocks: number) => ({
  vertices: {
    'src#1': {
      blocksIn: 0,
      blocksOut: blocks,
      bytesIn: 0,
      bytesOut: blocks * 10,
      counters: { bytesRead: blocks * 26 },
    },
  },
  edges: [],
})
const world = (low: FakeOptions = {}, high: FakeOptions = {}) => {
  const modules = { './dist/fe/src.js': { probe: async () => ({ kinds: [1], size: 26_000 }) } }
  const bottom = fakeSpace('bottom', { depth: -1, ...low })
  const top = fakeSpace('top', { targets: ['top'], ...high })
  return {
    bottom,
    top,
    streamline: createStreamline({ registry: registryOf(functions, {}, modules), spaces: [top, bottom] }),
  }
}
const turn = () => new Promise((resolve) => setTimeout(resolve, 0))

describe('a request that runs', () => {
  it('ends by itself when its sources have, and is then released, sources first', async () => {
    const order: string[] = []
    const note = (name: string) => ({ before: (s: string) => void order.push(`${name} ${s}`) })
    const { bottom, top, streamline } = world({ ...note('bottom'), counters: () => counted(7) }, note('top'))
    const running = await streamline.start(r)
    order.length = 0
    let ended = false
    void running.done.then(() => (ended = true))
    bottom.finish()
    await turn()
    expect(ended).toBe(false)
    top.finish()
    const result = await running.result()
    expect(result.nodes[0]).toMatchObject({ name: 'src#1', space: 'bottom', blocksOut: 7, bytesOut: 70 })
    expect(result.duration).toBeGreaterThanOrEqual(0)
    expect(order).toEqual(['bottom stop', 'top stop', 'bottom abort', 'top abort'])
    expect(await census(bottom, top)).toBe(0)
  })

  it('is stopped sources first, each space once, however often it is told', async () => {
    const { bottom, top, streamline } = world()
    const running = await streamline.start(r)
    await Promise.all([running.stop(), running.stop()])
    await running.stop()
    for (const space of [bottom, top]) expect(space.log.filter((l) => l === 'stop')).toHaveLength(1)
    expect((await running.result()).nodes).toHaveLength(3)
    expect(await census(bottom, top)).toBe(0)
  })

  it('waits for the sources to drain before the rest is stopped', async () => {
    let release = () => {}
    const gate = new Promise<void>((resolve) => (release = resolve))
    const { top, streamline } = world({ before: (s) => (s === 'stop' ? gate : undefined) })
    const running = await streamline.start(r)
    const stopped = running.stop()
    await turn()
    expect(top.log).not.toContain('stop')
    release()
    await stopped
    expect(top.log).toContain('stop')
  })

  it('counts while it runs', async () => {
    let n = 0
    const { streamline } = world({ counters: () => counted(++n) })
    const running = await streamline.start(r)
    expect((await running.counters()).nodes[0]?.blocksOut).toBe(1)
    expect((await running.counters()).nodes[0]?.blocksOut).toBe(2)
    await running.stop()
  })

  it('that fails says what it had done, outside of JSON', async () => {
    const { bottom, streamline } = world({ counters: () => counted(5) })
    const running = await streamline.start(r)
    bottom.fail(new StreamlineError('SL_CAPTURE', 'cut off', { hint: 'h', offset: 96 }))
    const e = await running.result().catch((x) => x)
    expect([e.code, e.message, e.detail]).toEqual(['SL_CAPTURE', 'cut off', { hint: 'h', offset: 96 }])
    expect(resultOf(e)?.nodes[0]?.blocksOut).toBe(5)
    expect(JSON.parse(JSON.stringify(e))).toEqual({
      code: 'SL_CAPTURE',
      message: 'cut off',
      detail: { hint: 'h', offset: 96 },
    })
    expect(Object.keys(e)).not.toContain('result')
    await expect(running.done).rejects.toMatchObject({ code: 'SL_CAPTURE' })
    await expect(running.stop()).rejects.toMatchObject({ code: 'SL_CAPTURE' })
  })

  it('that fails by something without a code gets one', async () => {
    const { bottom, streamline } = world()
    const running = await streamline.start(r)
    bottom.fail('just text')
    await expect(running.done).rejects.toMatchObject({ code: 'SL_FE_FAILED', message: 'just text' })
  })

  it('that fails stops its sources side by side, and what they feed after them', async () => {
    const offered = [source('one'), source('two', { targets: ['second'] }), fn('up', { targets: ['top'] })]
    const order: string[] = []
    let stopSecond = () => {}
    const second = new Promise<void>((resolve) => (stopSecond = resolve))
    // The first source drains only when the second one has been told to stop.
    const note = (name: string, wait: () => Promise<void> | void) => ({
      before: (s: string) => {
        if (s !== 'stop') return
        order.push(name)
        return wait()
      },
    })
    const first = fakeSpace('first', { depth: -2, ...note('first', () => second) })
    const other = fakeSpace('second', { depth: -1, targets: ['second'], ...note('second', () => stopSecond()) })
    const top = fakeSpace('top', { targets: ['top'], ...note('top', () => {}) })
    const failing = fakeSpace('failing', { targets: ['failing'] })
    const all = [first, other, top, failing]
    const streamline = createStreamline({
      registry: registryOf([...offered, fn('bad', { targets: ['failing'] })]),
      spaces: all,
    })
    const edges: [number, number][] = [
      [0, 2],
      [1, 2],
      [0, 3],
    ]
    const running = await streamline.start(request(['one', 'two', 'up', 'bad'], edges))
    failing.fail(new StreamlineError('SL_FE_FAILED', 'bad luck'))
    await expect(running.done).rejects.toMatchObject({ code: 'SL_FE_FAILED' })
    expect(order).toEqual(['first', 'second', 'top'])
    expect(await census(...all)).toBe(0)
  })

  it('shares its failure with others, but not what it had done', async () => {
    let n = 0
    const { bottom, streamline } = world({ counters: () => counted(++n) })
    const [one, two] = [await streamline.start(r), await streamline.start(r)]
    bottom.die()
    const [a, b] = [await one.result().catch((x) => x), await two.result().catch((x) => x)]
    expect([a.code, b.code]).toEqual(['SL_SPACE_DIED', 'SL_SPACE_DIED'])
    expect(resultOf(a)).not.toBe(resultOf(b))
  })

  it('keeps what a space said last when that dies', async () => {
    const { bottom, streamline } = world({ counters: () => counted(9) })
    const running = await streamline.start(r)
    await running.counters()
    bottom.die()
    expect(resultOf(await running.result().catch((x) => x))?.nodes[0]?.blocksOut).toBe(9)
  })

  it('keeps what a space said last when that forgets the request at the stop', async () => {
    let stopped = false
    const counters = () => (stopped ? { vertices: {}, edges: [] } : counted(4))
    const { bottom, top, streamline } = world({ counters, after: (s) => void (stopped ||= s === 'stop') })
    const running = await streamline.start(r)
    bottom.finish()
    top.finish()
    expect((await running.result()).nodes[0]?.blocksOut).toBe(4)
  })

  it('fails when stopping fails, and leaves nothing', async () => {
    const full = (s: string) => {
      if (s === 'stop') throw new StreamlineError('SL_DISK_FULL', 'full')
    }
    const { bottom, top, streamline } = world({ before: full })
    await expect((await streamline.start(r)).stop()).rejects.toMatchObject({ code: 'SL_DISK_FULL' })
    const second = await streamline.start(r)
    bottom.finish()
    top.finish()
    await expect(second.done).rejects.toMatchObject({ code: 'SL_DISK_FULL' })
    expect(await census(bottom, top)).toBe(0)
  })

  it('explains what was done, step by step', async () => {
    const seen: string[] = []
    const { streamline } = world()
    const running = await streamline.start(r, { onExplain: (e) => seen.push(e.step) })
    expect(running.explain.map((e) => e.step)).toEqual(seen)
    for (const step of ['resolve', 'probe', 'spaces', 'discover', 'select', 'instantiate', 'connect', 'activate']) {
      expect(seen).toContain(step)
    }
    expect(running.explain.every((e) => e.ms >= 0)).toBe(true)
    await running.stop()
  })
})

describe('run', () => {
  it('stops in order at a signal, and resolves with what was done', async () => {
    const { bottom, top, streamline } = world({ counters: () => counted(3) })
    const control = new AbortController()
    const result = streamline.run(r, { signal: control.signal })
    await turn()
    control.abort()
    expect((await result).nodes[0]?.blocksOut).toBe(3)
    expect(await census(bottom, top)).toBe(0)
  })

  it('gives up what has not begun at a signal', async () => {
    const { bottom, top, streamline } = world()
    await expect(streamline.run(r, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'SL_INTERRUPTED' })
    expect(bottom.log).toEqual([])
    const control = new AbortController()
    const late = world({ after: (s) => void (s === 'instantiate null#1' && control.abort()) })
    await expect(late.streamline.run(r, { signal: control.signal })).rejects.toMatchObject({ code: 'SL_INTERRUPTED' })
    expect(await census(late.bottom, late.top, bottom, top)).toBe(0)
  })

  it('stops in order when its time is over', async () => {
    const { bottom, top, streamline } = world()
    expect((await streamline.run(r, { for: 20 })).duration).toBeGreaterThanOrEqual(0.015)
    expect(await census(bottom, top)).toBe(0)
  })

  it('tells how far it has come', async () => {
    const { streamline } = world({ counters: () => counted(100) })
    const progress: unknown[] = []
    await streamline.run(r, {
      for: 600,
      onProgress: (p) => void progress.push([p.blocks, p.bytes, p.position, p.size]),
    })
    expect(progress.length).toBeGreaterThan(0)
    expect(progress[0]).toEqual([100, 1000, 2600, 26_000])
  })

  it('goes on when the one who is told throws', async () => {
    const { streamline } = world()
    const tell = () => {
      throw new Error('not my problem')
    }
    expect((await streamline.run(r, { for: 600, onProgress: tell })).nodes).toHaveLength(3)
  })
})

it('keeps requests apart', async () => {
  const { bottom, top, streamline } = world()
  const [one, two] = [await streamline.start(r), await streamline.start(r)]
  await one.stop()
  expect(await census(bottom, top)).toBeGreaterThan(0)
  await two.stop()
  expect(await census(bottom, top)).toBe(0)
})
