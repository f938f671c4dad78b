import { describe, expect, it } from 'vitest'
import { type Spec, Trial } from './testing/harness.js'
import { alone, chain, counted, live, setup, state, turn } from './testing/setup.js'

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
    const failing = await new Trial(chain(live, { fn: 'later' }), space).start()
    await expect(failing.done()).rejects.toMatchObject({
      code: 'SL_FE_FAILED',
      message: expect.stringContaining('later'),
    })
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
