import { ACCEPTED, type Request } from '@netstreamline/core'
import { describe, expect, it } from 'vitest'
import type { FakeOptions } from './testing/fake-space.js'
import { request } from './testing/requests.js'
import { world } from './testing/world.js'

describe('functions', () => {
  const { streamline } = world([], [['process']])
  const text = '(src) >\n  (coutn)'
  const typo: Request = { ...request(['src', ['coutn', {}, { span: [10, 17] }]]), text }

  it('that nobody provides are reported with what may have been meant and where', async () => {
    const e = await streamline.check(typo).catch((x) => x)
    expect([e.code, e.message]).toEqual(['SL_FUNCTION_UNKNOWN', "no function 'coutn' (did you mean 'count'?)"])
    expect(e.detail).toMatchObject({
      vertex: 'coutn#1',
      function: 'coutn',
      line: 2,
      column: 3,
      frame: '  (coutn)\n  ^^^^^^^',
    })
    expect(e.hint).toContain('streamline-plugin')
    await expect(streamline.run(typo)).rejects.toMatchObject({ code: 'SL_FUNCTION_UNKNOWN' })
  })

  it('are found by their aliases and run by their name', async () => {
    const plan = await streamline.plan(request(['origin', 'counter']))
    expect(plan.vertices.map((v) => [v.vertex.function, v.runs.function])).toEqual([
      ['origin', 'src'],
      ['counter', 'count'],
    ])
  })

  it('refuse wrong options with the place', async () => {
    const e = await streamline.check(request(['src', ['count', { x: '1' }]])).catch((x) => x)
    expect([e.code, e.detail.vertex]).toEqual(['SL_OPTION', 'count#1'])
  })
})

describe('a request', () => {
  const { streamline } = world([], [['process']])
  it.each([
    ['empty', request([]), 'SL_USAGE'],
    ['with an edge to nowhere', request(['src'], [[0, 5]]), 'SL_USAGE'],
    ['with a negative edge', request(['src'], [[-1, 0]]), 'SL_USAGE'],
    [
      'in a circle',
      request(
        ['src', 'count', 'count'],
        [
          [0, 1],
          [1, 2],
          [2, 1],
        ],
      ),
      'SL_SRL_CYCLE',
    ],
    [
      'with a name twice',
      { ...request([]), vertices: [...request(['src']).vertices, ...request(['src']).vertices] },
      'SL_SRL_NAME',
    ],
  ])('%s is refused', async (_, r, code) => {
    await expect(streamline.plan(r)).rejects.toMatchObject({ code })
    await expect(streamline.check(r)).rejects.toMatchObject({ code })
  })
})

describe('selection', () => {
  const two = (process: FakeOptions = {}, kernel: FakeOptions = {}) =>
    world(
      [],
      [
        ['process', process],
        ['kernel', { depth: -10, targets: ['js', 'ebpf'], ...kernel }],
      ],
    )

  it('says why each place won and the others lost', async () => {
    const plan = await two({ targets: ['js'] }).streamline.plan(request(['src', 'count']))
    expect(plan.vertices[1]).toMatchObject({
      space: 'kernel',
      why: 'the lowest space that can run it (kernel, depth -10)',
      lost: [{ space: 'process', why: 'higher: depth 0' }],
    })
    const alone = await two({}, { targets: ['ebpf'] }).streamline.plan(request(['src', 'count']))
    expect(alone.vertices[1]).toMatchObject({
      space: 'process',
      why: 'the only space that can run it',
      lost: [{ space: 'kernel', why: 'runs ebpf, not js' }],
    })
    const up = await two({}, { accepts: (v) => v.function === 'count' }).streamline.plan(request(['src', 'count']))
    expect(up.vertices[1]).toMatchObject({
      space: 'process',
      lost: [{ space: 'kernel', why: expect.stringContaining('data cannot pass') }],
    })
  })

  it('says what feeds each vertex, in the order of its inputs', async () => {
    const edges = [
      [0, 2],
      [0, 1, { not: false, lo: 22, hi: 22 }],
      [1, 2],
    ] as const
    const plan = await two().streamline.plan(request(['src', 'count', 'count'], edges))
    expect(plan.vertices.map((v) => v.inputs)).toEqual([
      [],
      [{ from: 'src#1', accept: { not: false, lo: 22, hi: 22 } }],
      [
        { from: 'src#1', accept: ACCEPTED },
        { from: 'count#1', accept: ACCEPTED },
      ],
    ])
  })

  it('heeds space=', async () => {
    const plan = await two().streamline.plan(request([['src', {}, { space: 'process' }], 'count']))
    expect(plan.vertices.map((v) => v.space)).toEqual(['process', 'process'])
    expect(plan.vertices[0]?.why).toBe('space=process pins it')
    const e = await two()
      .streamline.plan(request([['src', {}, { space: 'kernl' }]]))
      .catch((x) => x)
    expect([e.code, e.message, e.hint]).toEqual([
      'SL_SPACE_UNKNOWN',
      "no space 'kernl' (did you mean 'kernel'?)",
      'the spaces here are process, kernel',
    ])
    await expect(two().streamline.check(request([['src', {}, { space: 'x' }]]))).rejects.toMatchObject({
      code: 'SL_SPACE_UNKNOWN',
    })
    const impossible = request([
      ['src', {}, { space: 'process' }],
      ['count', {}, { space: 'kernel' }],
    ])
    const stuck = await two()
      .streamline.plan(impossible)
      .catch((x) => x)
    expect(stuck.code).toBe('SL_NO_PLACE')
    expect(stuck.message).toContain('that its data can reach')
  })

  it('uses the channels that spaces come with', async () => {
    const { streamline } = two({ channels: [{ ends: ['process', 'kernel'] }] })
    const plan = await streamline.plan(request([['src', {}, { space: 'process' }], 'count']))
    expect(plan.vertices.map((v) => v.space)).toEqual(['process', 'kernel'])
  })

  it('does without a space that does not answer, and says so', async () => {
    const { spaces, streamline } = two()
    spaces[1]!.die()
    const plan = await streamline.plan(request(['src', 'count']))
    expect(plan.vertices[1]).toMatchObject({
      space: 'process',
      lost: [{ space: 'kernel', why: "did not answer: space 'kernel' is gone" }],
    })
  })

  it('is not misled by a space that answers what it was not offered', async () => {
    const { spaces, streamline } = two()
    spaces[1]!.discover = async (_, offers) => [
      ...offers.map((o) => ({ ...o, module: 'file:///evil.js' })),
      null as never,
    ]
    expect((await streamline.plan(request(['src']))).vertices[0]?.space).toBe('process')
    spaces[1]!.discover = async () => 'nonsense' as never
    expect((await streamline.plan(request(['src']))).vertices[0]?.space).toBe('process')
  })

  it('asks the same question once', async () => {
    const { spaces, streamline } = two()
    let asked = 0
    const discover = spaces[0]!.discover
    spaces[0]!.discover = (v, offers) => {
      asked++
      return discover(v, offers)
    }
    await streamline.plan(request(['src', 'count', 'count', 'count']))
    expect(asked).toBe(2)
  })
})
