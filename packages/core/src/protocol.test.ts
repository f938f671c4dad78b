import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { ACCEPTED, type EdgeStep, type Placed, type Space, StreamlineError } from './index.js'
import { PROTOCOL, remote, serve } from './protocol.entry.js'

/** Two ends that hand over copies, one turn of the event loop later, as a process or a worker would. */
const pair = () => {
  const make = (ends: [string, string]) => {
    const handlers = new Set<(m: unknown) => void>()
    const closers = new Set<(reason: string) => void>()
    let closed: string | undefined
    const end = {
      ends,
      peer: undefined as unknown as { deliver(m: unknown): void; die(reason: string): void },
      sent: [] as unknown[],
      send(m: unknown) {
        if (closed !== undefined) throw new StreamlineError('SL_SPACE_DIED', closed)
        const copy = structuredClone(m)
        end.sent.push(copy)
        setImmediate(() => end.peer.deliver(copy))
      },
      onMessage: (h: (m: unknown) => void) => {
        handlers.add(h)
        return () => void handlers.delete(h)
      },
      onClose: (h: (reason: string) => void) => {
        if (closed !== undefined) h(closed)
        else closers.add(h)
        return () => void closers.delete(h)
      },
      close: () => {
        end.die('closed')
        end.peer.die('closed')
      },
      deliver: (m: unknown) => {
        if (closed === undefined) for (const h of [...handlers]) h(m)
      },
      die: (reason: string) => {
        if (closed !== undefined) return
        closed = reason
        for (const h of [...closers]) h(reason)
      },
    }
    return end
  }
  const near = make(['near', 'far'])
  const far = make(['far', 'near'])
  near.peer = far
  far.peer = near
  const kill = (why = 'killed') => {
    near.die(why)
    far.die(why)
  }
  return { near, far, kill }
}
const settle = async () => {
  for (let i = 0; i < 20; i++) await new Promise((r) => setImmediate(r))
}

const vertex = { name: 'a', function: 'f', options: { n: 1, list: ['x', 2], on: true } }
const placed: Placed = {
  vertex,
  runs: vertex,
  implementation: { function: 'f', package: 'p', module: 'm', target: 'js', state: 'none' },
  space: 'far',
  chain: [],
  why: '',
  lost: [],
}
const edge: EdgeStep = { from: 'a', to: 'b', accept: ACCEPTED, input: 0 }

/** Counts what lives in it, and how often each thing was reversed. */
const counting = () => {
  const log: string[] = []
  const live = new Map<string, number>()
  const gates = new Map<string, Promise<void>>()
  const failures = new Map<string, unknown>()
  const made = async (what: string, tx: string) => {
    log.push(what)
    await gates.get(what)
    if (failures.has(what)) throw failures.get(what)
    live.set(tx, (live.get(tx) ?? 0) + 1)
    return () => {
      log.push(`undo ${what}`)
      if (failures.has(`undo ${what}`)) throw failures.get(`undo ${what}`)
      if (live.has(tx)) live.set(tx, live.get(tx)! - 1)
    }
  }
  const space: Space = {
    name: 'far',
    depth: -10,
    targets: ['js'],
    discover: async (_, offers) => offers,
    instantiate: (_, tx) => made('instantiate', tx),
    connect: async (_, tx) => ({ undo: await made('connect', tx), port: { ring: 7 } }),
    activate: (_, tx) => made('activate', tx),
    done: async () => gates.get('done'),
    stop: async () => void log.push('stop'),
    async abort(tx) {
      log.push('abort')
      if (failures.has('abort')) throw failures.get('abort')
      live.delete(tx)
    },
    counters: async () => ({ vertices: {}, edges: [] }),
    census: async () => ({ steps: [...live.values()].reduce((a, b) => a + b, 0) }),
    close: async () => void log.push('close'),
  }
  return { space, log, live, gates, failures, census: () => [...live.values()].reduce((a, b) => a + b, 0) }
}

let ends: ReturnType<typeof pair>
let there: ReturnType<typeof counting>
beforeEach(() => {
  ends = pair()
  there = counting()
})
const begin = () => {
  serve(there.space, ends.far)
  return remote(ends.near)
}
const gate = (what: string) => {
  let open = () => {}
  there.gates.set(what, new Promise((resolve) => (open = resolve)))
  return () => open()
}

describe('a space over a channel', () => {
  it('looks and works like the space itself', async () => {
    const space = await begin()
    expect([space.name, space.depth, space.targets]).toEqual(['far', -10, ['js']])
    expect(await space.discover(vertex, [placed.implementation])).toEqual([placed.implementation])
    await space.instantiate(placed, 't')
    expect((await space.connect(edge, 't')).port).toEqual({ ring: 7 })
    await space.activate('a', 't')
    expect(await space.census()).toEqual({ steps: 3 })
    await space.done('t')
    await space.stop('t')
    expect(await space.counters('t')).toEqual({ vertices: {}, edges: [] })
    await space.abort('t')
    expect(await space.census()).toEqual({ steps: 0 })
    await space.close()
    expect(there.log.at(-1)).toBe('close')
  })

  it('reverses a step once, however often undo is called', async () => {
    const space = await begin()
    const undo = await space.instantiate(placed, 't')
    await Promise.all([undo(), undo()])
    await undo()
    expect(there.log.filter((l) => l === 'undo instantiate')).toHaveLength(1)
    expect(there.census()).toBe(0)
  })

  it('reverses only the step that undo belongs to', async () => {
    const space = await begin()
    await space.instantiate(placed, 't')
    const { undo } = await space.connect(edge, 't')
    await undo()
    expect(there.log).toEqual(['instantiate', 'connect', 'undo connect'])
    expect(there.census()).toBe(1)
  })

  it('does nothing at an undo after abort', async () => {
    const space = await begin()
    const undo = await space.instantiate(placed, 't')
    await space.abort('t')
    await undo()
    expect(there.log).toEqual(['instantiate', 'abort'])
  })

  it('tells of a failing undo', async () => {
    there.failures.set('undo instantiate', new StreamlineError('SL_IO', 'stuck'))
    const space = await begin()
    const undo = await space.instantiate(placed, 't')
    await expect((async () => undo())()).rejects.toMatchObject({ code: 'SL_IO' })
  })

  it('lets a failed abort be called again', async () => {
    const space = await begin()
    await space.instantiate(placed, 't')
    there.failures.set('abort', new Error('busy'))
    await expect(space.abort('t')).rejects.toMatchObject({ code: 'SL_INTERNAL' })
    there.failures.clear()
    await space.abort('t')
    expect(there.census()).toBe(0)
  })

  it('reverses a step that completes after its transaction was aborted', async () => {
    const space = await begin()
    const open = gate('activate')
    await space.instantiate(placed, 't')
    const late = space.activate('a', 't')
    const refused = expect(late).rejects.toMatchObject({ code: 'SL_ALLOCATE' })
    await settle()
    await space.abort('t')
    open()
    await refused
    expect(there.log).toContain('undo activate')
    expect(there.census()).toBe(0)
  })

  it('keeps the transactions of two ends apart', async () => {
    const space = await begin()
    await space.instantiate(placed, 'mine')
    const other = pair()
    serve(there.space, other.far, { shared: true })
    const stranger = await remote(other.near)
    await expect(stranger.instantiate(placed, 'mine')).rejects.toMatchObject({ code: 'SL_PROTOCOL' })
    await expect(stranger.counters('mine')).rejects.toMatchObject({ code: 'SL_PROTOCOL' })
    await stranger.abort('mine')
    await stranger.stop('mine')
    expect(there.census()).toBe(1)
    await stranger.instantiate(placed, 'theirs')
    await stranger.close()
    expect(there.census()).toBe(1)
    expect(there.log).not.toContain('close')
  })

  it('stops serving, and reverses what was begun, when told to', async () => {
    const off = serve(there.space, ends.far)
    const space = await remote(ends.near)
    await space.instantiate(placed, 't')
    await off()
    expect(there.census()).toBe(0)
    void space.census().catch(() => {})
    await settle()
    expect(there.log).toEqual(['instantiate', 'abort'])
    ends.kill()
  })
})

describe('errors crossing', () => {
  it('keep code, message, hint and facts', async () => {
    there.failures.set('instantiate', new StreamlineError('SL_FILTER', 'no such port', { hint: 'try 80', at: 3 }))
    const space = await begin()
    const e = await space.instantiate(placed, 't').catch((x) => x)
    expect(e).toBeInstanceOf(StreamlineError)
    expect([e.code, e.message, e.hint, e.detail.at, e.exitCode]).toEqual(['SL_FILTER', 'no such port', 'try 80', 3, 2])
  })

  it('give anything else thrown a code', async () => {
    const space = await begin()
    for (const thrown of [new TypeError('boom'), 'text', undefined, null, 7]) {
      there.failures.set('instantiate', thrown)
      await expect(space.instantiate(placed, 't')).rejects.toMatchObject({ code: 'SL_INTERNAL' })
    }
  })

  it('leave out facts that cannot cross', async () => {
    there.failures.set('instantiate', new StreamlineError('SL_IO', 'odd', { callback: () => {} }))
    const space = await begin()
    await expect(space.instantiate(placed, 't')).rejects.toMatchObject({ code: 'SL_IO', message: 'odd' })
  })

  it('are well formed whatever the other end sends', async () => {
    ends.far.onMessage((m) => ends.far.send({ v: PROTOCOL, re: (m as { id: number }).id, error: errors.shift() }))
    const errors: unknown[] = [5, null, 'x', [], { code: 'SL_NEW', message: 'm' }, { code: 8, message: {}, detail: 3 }]
    errors.push({ code: 'toString', message: 'm', detail: null }, { code: 'SL_IO', message: 'm', detail: [] })
    for (const code of [...Array(7).fill('SL_PROTOCOL'), 'SL_IO']) {
      const e = await remote(ends.near).catch((x) => x)
      expect(e).toBeInstanceOf(StreamlineError)
      expect([e.code, typeof e.message, typeof e.detail]).toEqual([code, 'string', 'object'])
    }
  })

  it('reverse a step whose answer cannot be sent', async () => {
    there.space.connect = async (_, tx) => {
      there.live.set(tx, 2)
      return { undo: () => void there.live.set(tx, 1), port: () => {} }
    }
    const space = await begin()
    await space.instantiate(placed, 't')
    await expect(space.connect(edge, 't')).rejects.toBeInstanceOf(StreamlineError)
    expect(there.census()).toBe(1)
  })

  it('name a call whose arguments cannot be sent, without taking the space for dead', async () => {
    const space = await begin()
    const bad = { ...placed, why: (() => {}) as unknown as string }
    await expect(space.instantiate(bad, 't')).rejects.toMatchObject({ code: 'SL_PROTOCOL' })
    expect(await space.census()).toEqual({ steps: 0 })
  })
})

describe('the death of a channel', () => {
  const steps = ['instantiate', 'connect', 'activate'] as const
  const run = (space: Space, what: (typeof steps)[number]) =>
    what === 'instantiate'
      ? space.instantiate(placed, 't')
      : what === 'connect'
        ? space.connect(edge, 't')
        : space.activate('a', 't')

  for (const dying of steps) {
    for (const when of ['before it is asked', 'while it works', 'before it answers'] as const) {
      it(`leaves nothing when it comes in ${dying}, ${when}`, async () => {
        const space = await begin()
        for (const what of steps.slice(0, steps.indexOf(dying))) await run(space, what)
        const open = when === 'while it works' ? gate(dying) : () => {}
        if (when === 'before it answers') ends.far.send = () => ends.kill()
        const result = run(space, dying)
        const refused = expect(result).rejects.toMatchObject({ code: 'SL_SPACE_DIED' })
        if (when === 'before it is asked') ends.kill()
        if (when === 'while it works') {
          await settle()
          expect(there.log).toContain(dying)
          ends.kill()
          await settle()
          open()
        }
        await refused
        await settle()
        expect(there.census()).toBe(0)
        await space.abort('t')
      })
    }
  }

  it('is told by every operation, and undo and abort count as done', async () => {
    const space = await begin()
    const undo = await space.instantiate(placed, 't')
    const { undo: undo2 } = await space.connect(edge, 't')
    const pending = expect(space.done('t')).resolves.toBeUndefined()
    await pending
    gate('done')
    const waiting = expect(space.done('t')).rejects.toMatchObject({ code: 'SL_SPACE_DIED', detail: { space: 'far' } })
    const racing = undo2()
    ends.kill()
    await waiting
    await racing
    for (const asked of [
      () => space.discover(vertex, []),
      () => space.instantiate(placed, 't'),
      () => space.connect(edge, 't'),
      () => space.activate('a', 't'),
      () => space.done('t'),
      () => space.stop('t'),
      () => space.counters('t'),
      () => space.census(),
    ]) {
      await expect(asked()).rejects.toMatchObject({ code: 'SL_SPACE_DIED' })
    }
    await undo()
    await space.abort('t')
    await space.close()
    expect(there.census()).toBe(0)
  })

  it('is noticed by one who connects too late', async () => {
    ends.kill('long gone')
    await expect(remote(ends.near)).rejects.toMatchObject({ code: 'SL_SPACE_DIED' })
  })

  it('tells onError what could not be reversed', async () => {
    const seen: string[] = []
    serve(there.space, ends.far, { onError: (e) => seen.push(e.message) })
    const space = await remote(ends.near)
    await space.instantiate(placed, 't')
    there.failures.set('abort', new Error('stuck'))
    ends.kill()
    await settle()
    expect(seen).toEqual(['stuck'])
  })
})

describe('hostile messages', () => {
  const tell = async (m: unknown): Promise<{ re: number; error?: { code: string } }[]> => {
    const before = ends.far.sent.length
    ends.far.deliver(m)
    await settle()
    return ends.far.sent.slice(before) as { re: number; error?: { code: string } }[]
  }

  it('that are no calls are ignored', async () => {
    serve(there.space, ends.far)
    for (const m of [
      undefined,
      null,
      1,
      'x',
      [],
      {},
      { id: 0 },
      { id: -1 },
      { id: 1.5 },
      { id: 'a' },
      { re: 1, id: 1 },
    ]) {
      expect(await tell(m)).toEqual([])
    }
  })

  it('that are bad calls are refused, and touch nothing', async () => {
    serve(there.space, ends.far)
    let id = 0
    const bad: [string, ...unknown[]][] = [
      ['constructor'],
      ['__proto__'],
      ['toString', 't'],
      ['instantiate'],
      ['instantiate', placed],
      ['instantiate', placed, 't', 'more'],
      ['instantiate', placed, 7],
      ['instantiate', placed, ''],
      ['instantiate', placed, 'x'.repeat(70_000)],
      ['instantiate', { ...placed, vertex: null }, 't'],
      ['instantiate', { ...placed, runs: { ...vertex, options: { o: { deep: 1 } } } }, 't'],
      ['instantiate', { ...placed, implementation: { ...placed.implementation, module: 3 } }, 't'],
      ['connect', edge, 't'],
      ['connect', { ...edge, accept: { not: false, lo: 3, hi: 2 } }, 't'],
      ['connect', { ...edge, accept: { not: false, lo: 0, hi: 70_000 } }, 't'],
      ['connect', { ...edge, input: -1 }, 't'],
      ['activate', 'a', 't'],
      ['done', 't'],
      ['counters', 't'],
      ['discover', vertex, [null]],
      ['discover', vertex, new Array(3)],
      ['discover', vertex, new Array(2 ** 32 - 1)],
      ['undo', 'x'],
    ]
    for (const [op, ...args] of bad) {
      const [answer, ...rest] = await tell({ v: PROTOCOL, id: ++id, op, args })
      expect([op, answer?.re, answer?.error?.code, rest]).toEqual([op, id, 'SL_PROTOCOL', []])
    }
    for (const m of [
      { v: 2, op: 'hello', args: [] },
      { op: 'hello', args: [] },
      { v: PROTOCOL, op: 5, args: [] },
    ]) {
      expect((await tell({ ...m, id: ++id }))[0]?.error?.code).toBe('SL_PROTOCOL')
    }
    expect((await tell({ v: PROTOCOL, id: ++id, op: 'undo', args: [99] }))[0]?.error).toBeUndefined()
    expect(there.log).toEqual([])
  })

  it('cannot use a number twice', async () => {
    serve(there.space, ends.far)
    await tell({ v: PROTOCOL, id: 5, op: 'instantiate', args: [placed, 't'] })
    const [answer] = await tell({ v: PROTOCOL, id: 5, op: 'activate', args: ['a', 't'] })
    expect(answer?.error?.code).toBe('SL_PROTOCOL')
    await tell({ v: PROTOCOL, id: 6, op: 'undo', args: [5] })
    expect(there.census()).toBe(0)
  })

  it('cannot pile up without end', async () => {
    serve(there.space, ends.far)
    gate('instantiate')
    for (let id = 1; id <= 5000; id++) ends.far.deliver({ v: PROTOCOL, id, op: 'instantiate', args: [placed, 't'] })
    await settle()
    expect(there.log).toHaveLength(4096)
    expect(ends.far.sent).toHaveLength(5000 - 4096)
  })

  it('of any form never throw, and leave nothing once the channel has closed', async () => {
    const op = fc.constantFrom(
      'hello',
      'instantiate',
      'connect',
      'activate',
      'undo',
      'stop',
      'abort',
      'counters',
      'census',
    )
    const arg = fc.oneof(fc.constant(placed), fc.constant(edge), fc.constantFrom('t', 'a', 1, 2), fc.anything())
    const call = fc.record({ v: fc.constant(PROTOCOL), id: fc.nat(30), op, args: fc.array(arg, { maxLength: 3 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(call, fc.anything()), { maxLength: 30 }), async (messages) => {
        const here = pair()
        const space = counting()
        serve(space.space, here.far)
        for (const m of messages) here.far.deliver(m)
        await settle()
        here.kill()
        await settle()
        expect(space.census()).toBe(0)
      }),
      { numRuns: 200 },
    )
  })

  it('as answers are refused by the calling end', async () => {
    const answers: unknown[] = [undefined, 5, {}, { name: 1 }, { name: 'n', depth: Number.NaN, targets: [] }]
    answers.push({ name: 'n', depth: 0, targets: [1] })
    for (const ok of answers) {
      const here = pair()
      here.far.onMessage((m) => here.far.send({ v: PROTOCOL, re: (m as { id: number }).id, ok }))
      await expect(remote(here.near)).rejects.toMatchObject({ code: 'SL_PROTOCOL' })
    }
    ends.far.onMessage((m) => ends.far.send({ v: 9, re: (m as { id: number }).id, ok: {} }))
    await expect(remote(ends.near)).rejects.toMatchObject({ code: 'SL_PROTOCOL' })
  })

  it('as results are refused, and answers to nothing ignored', async () => {
    ends.far.onMessage((m) => {
      const { id, op } = m as { id: number; op: string }
      ends.far.send({ v: PROTOCOL, re: 1e9, ok: 1 })
      ends.far.send(null)
      ends.far.send({ v: PROTOCOL, re: id, ok: op === 'hello' ? { name: 'n', depth: 0, targets: [] } : 'nonsense' })
    })
    const space = await remote(ends.near)
    await expect(space.discover(vertex, [])).rejects.toMatchObject({ code: 'SL_PROTOCOL' })
    await expect(space.counters('t')).rejects.toMatchObject({ code: 'SL_PROTOCOL' })
    await expect(space.census()).rejects.toMatchObject({ code: 'SL_PROTOCOL' })
    expect((await space.connect(edge, 't')).port).toBeUndefined()
  })
})
