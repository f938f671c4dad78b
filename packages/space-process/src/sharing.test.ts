import { describe, expect, it } from 'vitest'
import { type Spec, type SpecVertex, Trial } from './testing/harness.js'
import { alone, chain, counted, live, setup, state, turn } from './testing/setup.js'

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
