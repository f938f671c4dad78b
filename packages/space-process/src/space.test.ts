import { type Held, type Instance, type Space, StreamlineError } from '@netstreamline/core'
import { createArena } from '@netstreamline/rings'
import { describe, expect, it } from 'vitest'
import { createProcessSpace } from './space.js'
import { collector, numbers, pass, type Seen } from './testing/elements.js'
import { element, loader, type Spec, type SpecVertex, Trial } from './testing/harness.js'

const zero = { transactions: 0, nodes: 0, links: 0, rings: 0, shadows: 0 }
const turn = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms))

/** What a test looks at: instances made and stopped, and what the elements saw. */
const setup = (generate = true) => {
  const arena = createArena({ bytes: 2 ** 24, shared: false })
  const seen: Seen[] = []
  const calls: string[] = []
  const made = new Map<string, number>()
  const note = (name: string, instance: Instance): Instance => {
    made.set(name, (made.get(name) ?? 0) + 1)
    return { ...instance, stop: () => void made.set(name, made.get(name)! - 1) }
  }
  /** A source without end, of one block a pull. */
  const endless = element('endless', (_o, context) => {
    const ring = context.alloc(64)
    let n = 0
    return note('endless', {
      pull(batch) {
        batch.ring = ring.id
        batch.offset[0] = ring.base
        batch.length[0] = 10
        batch.position[0] = n++
        batch.count = 1
      },
    })
  })
  /** A live source that has nothing to say until it is told to. */
  const wake: (() => void)[] = []
  const silent = element('silent', (_o, context) => {
    const ring = context.alloc(64)
    let resolve: (() => void) | undefined
    let said = 0
    wake.push(() => resolve?.())
    return {
      ...note('silent', {}),
      pull: (batch) =>
        new Promise<void>((r) => {
          resolve = () => {
            batch.ring = ring.id
            batch.offset[0] = ring.base
            batch.length[0] = 4
            batch.position[0] = said++
            batch.count = 1
            r()
          }
        }),
      stop: () => {
        made.set('silent', made.get('silent')! - 1)
        resolve?.()
      },
    }
  })
  const count = element(
    'count',
    () => {
      let blocks = 0
      return note('count', {
        process: () => {
          blocks++
          return 1
        },
        finish: () => void calls.push('count finished'),
        counters: () => ({ blocks }),
      })
    },
    'global',
  )
  const fail = element('fail', ({ at }) => {
    if (at === 'create') throw new Error('create')
    let n = 0
    return note('fail', {
      start: () => {
        if (at === 'start') throw new StreamlineError('SL_NO_FILE', 'start')
      },
      process: () => {
        if (at === 'process' && ++n > 3) throw new Error('process')
        return 1
      },
      tick: () => {
        if (at === 'tick') throw new Error('tick')
      },
      finish: () => {
        if (at === 'finish') throw new Error('finish')
      },
    })
  })
  const shared = element('shared', () => note('shared', { process: () => 1 }))
  const load = loader({ endless, silent, numbers, pass, count, fail, shared, collect: collector(seen) })
  const space = createProcessSpace({ load, arena, generate, log: () => {} })
  return { arena, seen, calls, made, wake, space }
}
const chain = (...vertices: SpecVertex[]): Spec => ({
  vertices,
  edges: vertices.slice(1).map((_, i) => ({ from: i, to: i + 1 })),
})
const alone = async (space: Space, made: Map<string, number>, used: number) => {
  expect(await space.census()).toEqual(zero)
  expect([...made.values()].every((n) => n === 0)).toBe(true)
  expect(used).toBe(0)
}
const counted = async (space: Space, trial: Trial, name: string) => (await space.counters(trial.tx)).vertices[name]!

const live = { fn: 'silent', state: 'none' } as const
const state = (fn: string): SpecVertex => ({ fn, state: 'global' })

describe('sharing (§4)', () => {
  it('joins what is stateless at any time; counters count from then on', async () => {
    const { space, made, wake, arena } = setup()
    const one = await new Trial(chain(live, { fn: 'shared' }, state('count')), space).start()
    const two = await new Trial(chain(live, { fn: 'shared' }, state('count')), space).start()
    expect([made.get('silent'), made.get('shared'), made.get('count')]).toEqual([1, 1, 1])
    await turn(1)
    wake[0]!()
    await turn(1)
    // Something has passed: the source is not joined any more, so nothing behind it is.
    const three = await new Trial(chain(live, { fn: 'shared' }, state('count')), space).start()
    expect([made.get('silent'), made.get('shared'), made.get('count')]).toEqual([2, 2, 2])
    expect(await counted(space, one, 'count2')).toMatchObject({ blocksIn: 1, counters: { blocks: 1 } })
    expect(await counted(space, two, 'count2')).toMatchObject({ blocksIn: 1 })
    expect(await counted(space, three, 'count2')).toMatchObject({ blocksIn: 0 })
    await one.stop()
    wake[0]!()
    await turn(1)
    expect(await counted(space, two, 'count2')).toMatchObject({ blocksIn: 2, blocksOut: 2 })
    expect(await counted(space, two, 'silent0')).toMatchObject({ blocksOut: 2, bytesOut: 8 })
    for (const trial of [one, two, three]) await trial.abort()
    await alone(space, made, arena.used)
  })

  it('shares inside a request by inputs, options and function; state only before anything has passed', async () => {
    const { space, made, arena } = setup()
    const spec: Spec = {
      vertices: [
        live,
        { fn: 'shared', options: { a: 1, b: 2 } },
        { fn: 'shared', options: { b: 2, a: 1 } },
        { fn: 'shared', options: { a: 2 } },
        state('count'),
        state('count'),
        { ...state('count'), unshared: true },
      ],
      edges: [
        { from: 0, to: 1 },
        { from: 0, to: 2 },
        { from: 0, to: 3 },
        { from: 1, to: 4 },
        { from: 2, to: 5 },
        { from: 2, to: 6 },
      ],
    }
    const trial = await new Trial(spec, space).start()
    expect([made.get('shared'), made.get('count')]).toEqual([2, 2])
    await trial.stop()
    await alone(space, made, arena.used)
  })

  it('never shares what is unshared, sources among it, nor what other edges lead to', async () => {
    const { space, made, arena } = setup()
    const source = { ...live, unshared: true }
    const one = await new Trial(chain(source, { fn: 'shared' }), space).start()
    const two = await new Trial(chain(source, { fn: 'shared' }), space).start()
    expect([made.get('silent'), made.get('shared')]).toEqual([2, 2])
    for (const trial of [one, two]) await trial.abort()
    const three = await new Trial(chain(live, { fn: 'shared' }), space).start()
    const accept = { not: false, lo: 5, hi: 5 }
    const other: Spec = { vertices: [live, { fn: 'shared' }], edges: [{ from: 0, to: 1, accept }] }
    const four = await new Trial(other, space).start()
    expect([made.get('silent'), made.get('shared')]).toEqual([1, 2])
    for (const trial of [three, four]) await trial.abort()
    await alone(space, made, arena.used)
  })

  it('a source that is joined waits for who has joined it', async () => {
    const { space, seen, arena } = setup()
    const source: SpecVertex = { fn: 'numbers', options: { count: 100 } }
    const one = new Trial(chain(source, { fn: 'collect', unshared: true, name: 'a' }), space)
    const two = new Trial(chain(source, { fn: 'collect', unshared: true, name: 'b' }), space)
    const steps = two.steps()
    await steps[0]!()
    await one.start()
    // The second has the first's source and is not connected yet.
    for (const step of steps.slice(1)) {
      await turn(2)
      expect(seen.length).toBe(0)
      await step()
    }
    await Promise.all([one.done(), two.done()])
    expect(seen.length).toBe(200)
    for (const trial of [one, two]) await trial.abort()
    expect(arena.used).toBe(0)
  })

  it('whoever joins and gives up does not keep the others waiting', async () => {
    const { space, seen, arena } = setup()
    const source: SpecVertex = { fn: 'numbers', options: { count: 100 } }
    const two = new Trial(chain(source, { fn: 'collect', unshared: true }), space)
    await two.steps()[0]!()
    const one = await new Trial(chain(source, { fn: 'collect', unshared: true }), space).start()
    await turn(2)
    await two.reverse()
    await one.done()
    expect(seen.length).toBe(100)
    await one.abort()
    expect(arena.used).toBe(0)
  })

  for (const generate of [true, false]) {
    it(`one's failure is not the other's (generate: ${generate})`, async () => {
      for (const at of ['process', 'tick']) {
        const { space, seen, calls, made, arena } = setup(generate)
        const source: SpecVertex = { fn: 'numbers', options: { count: 1000, per: 10 } }
        const bad = new Trial(
          {
            vertices: [source, { fn: 'fail', options: { at } }, state('count')],
            edges: [
              { from: 0, to: 1 },
              { from: 1, to: 2 },
            ],
          },
          space,
        )
        const good = new Trial(chain(source, { fn: 'collect', unshared: true }), space)
        await bad.steps()[0]!()
        await good.start()
        for (const step of bad.steps().slice(1)) await step()
        await expect(bad.done()).rejects.toMatchObject({ code: 'SL_FE_FAILED', message: `(fail1) failed: ${at}` })
        // What it had got so far is flushed.
        expect(calls).toEqual(['count finished'])
        await good.done()
        expect(seen.length).toBe(1000)
        expect(new Set(seen.map((s) => s.position)).size).toBe(1000)
        for (const trial of [bad, good]) await trial.abort()
        await alone(space, made, arena.used)
      }
    })
  }
})

describe('the life of a request', () => {
  it('leaves timers their turn while a source without end runs', async () => {
    const { space, made, arena } = setup()
    const trial = await new Trial(chain({ fn: 'endless' }, state('count')), space).start()
    let longest = 0
    for (let i = 0; i < 20; i++) {
      const from = performance.now()
      await turn()
      longest = Math.max(longest, performance.now() - from)
    }
    expect((await counted(space, trial, 'count1')).blocksIn).toBeGreaterThan(0)
    await trial.stop()
    await alone(space, made, arena.used)
  })

  it('keeps its counters after done and stop, until abort', async () => {
    const { space } = setup()
    const trial = await new Trial(chain({ fn: 'numbers', options: { count: 50 } }, state('count')), space).start()
    await trial.done()
    const { vertices } = await space.counters(trial.tx)
    expect(vertices['count1']).toMatchObject({ blocksIn: 50, counters: { blocks: 50 } })
    await trial.stop()
    expect((await space.counters(trial.tx)).vertices).toEqual(vertices)
    await trial.abort()
    expect(await space.counters(trial.tx)).toEqual({ vertices: {}, edges: [] })
  })

  it('ends what blocks: a live source that says nothing, by stop, abort and failure', async () => {
    for (const how of ['stop', 'abort'] as const) {
      const { space, made, arena } = setup()
      const trial = await new Trial(chain(live, state('count')), space).start()
      await turn(1)
      await trial[how]()
      await alone(space, made, arena.used)
    }
    const { space, made, arena } = setup()
    const failing = new Trial(chain(live, state('count')), space)
    await failing.start()
    await turn(1)
    await expect(Promise.race([failing.done(), Promise.reject(new Error('still running'))])).rejects.toThrow('still')
    await failing.abort()
    await alone(space, made, arena.used)
  })

  it('reverses every step', async () => {
    const { space, made, arena } = setup()
    const spec: Spec = {
      vertices: [{ fn: 'endless' }, { fn: 'shared' }, state('count'), state('collect'), { fn: 'pass' }],
      edges: [
        { from: 0, to: 1 },
        { from: 1, to: 2 },
        { from: 0, to: 3 },
        { from: 2, to: 4 },
        { from: 3, to: 4 },
      ],
    }
    const { length } = new Trial(spec, space).steps()
    for (let fails = 0; fails <= length; fails++) {
      for (const how of ['reverse', 'abort'] as const) {
        const trial = new Trial(spec, space)
        for (const step of trial.steps().slice(0, fails)) await step()
        if (fails === length) await turn(5)
        await trial[how]()
        await alone(space, made, arena.used)
        for (const undo of trial.undos) await undo()
        await alone(space, made, arena.used)
      }
    }
  })

  it('fails with a code, wherever an element fails, and leaves nothing', async () => {
    for (const [at, code] of [
      ['create', 'create'],
      ['start', 'start'],
    ] as const) {
      const { space, made, arena } = setup()
      const trial = new Trial(chain({ fn: 'endless' }, { fn: 'fail', options: { at } }), space)
      await expect(trial.start()).rejects.toThrow(code)
      await trial.reverse()
      await alone(space, made, arena.used)
    }
    for (const at of ['process', 'tick', 'finish']) {
      const { space, made, arena } = setup()
      const spec = chain({ fn: 'numbers', options: { count: 500 } }, { fn: 'fail', options: { at } }, state('count'))
      const trial = await new Trial(spec, space).start()
      await expect(trial.done()).rejects.toMatchObject({ code: 'SL_FE_FAILED', detail: { vertex: 'fail1' } })
      await trial.abort()
      await alone(space, made, arena.used)
    }
  })
})

describe('held blocks', () => {
  it('keep their data and headers while the ring is overwritten, and do not outlive their element', async () => {
    const { arena } = setup()
    const held: { block: Held; was: string; l3: number }[] = []
    const hex = (b: Uint8Array) => Buffer.from(b).toString('hex')
    const keep = element('keep', (_o, context) => (b) => {
      const [offset, length] = [b.offset, b.length]
      b.l3 = offset
      b.l4 = offset + 2
      b.offset += 3
      b.length -= 3
      const block = context.hold(b)
      const whole = hex(b.bytes.subarray(offset, offset + length))
      held.push({ block, was: whole, l3: (block as unknown as { l3: number }).l3 })
      return -1
    })
    // A source that writes every block to the same place.
    const same = element('same', (_o, context) => {
      const ring = context.alloc(16)
      let n = 0
      return {
        pull(batch) {
          ring.reclaim(ring.base, 16)
          context.bytes.fill(n, ring.base, ring.base + 16)
          batch.offset[0] = ring.base
          batch.length[0] = 16
          batch.count = 1
          batch.end = ++n === 50
        },
      }
    })
    const space = createProcessSpace({ load: loader({ same, keep }), arena })
    const trial = await new Trial(chain({ fn: 'same' }, { fn: 'keep' }), space).start()
    await trial.done()
    held.forEach(({ block, was }, i) => {
      const { l3, offset, length } = block as unknown as { l3: number; offset: number; length: number }
      expect(offset - l3).toBe(3)
      expect(hex(arena.bytes.subarray(l3, offset + length))).toBe(was)
      expect(arena.bytes[offset]).toBe(i)
    })
    await trial.abort()
    expect(await space.census()).toEqual(zero)
    expect(arena.used).toBe(0)
  })

  it('an edited block keeps the headers before it', async () => {
    const { arena } = setup()
    const seen: Seen[] = []
    const strip = element('strip', (_o, context) => (b) => {
      b.l3 = b.offset
      b.l4 = b.offset + 1
      b.offset += Math.min(2, b.length)
      b.length = Math.max(0, b.length - 2)
      context.edit(b)
      if (b.length > 0) b.bytes[b.offset] = 0xee
      return 1
    })
    const space = createProcessSpace({ load: loader({ numbers, strip, collect: collector(seen) }), arena })
    await new Trial(
      chain({ fn: 'numbers', options: { count: 5, size: 8 } }, { fn: 'strip' }, { fn: 'collect' }),
      space,
    ).run()
    expect(seen.map((s) => [s.before, s.data, s.l3, s.l4])).toEqual([
      ['00', '', -1, 0],
      ['0708', '', -2, -1],
      ['0e0f', 'ee', -2, -1],
      ['1516', 'ee18', -2, -1],
      ['1c1d', 'ee1f20', -2, -1],
    ])
    expect(arena.used).toBe(0)
  })
})
