import { defineTranslator, StreamlineError } from '@netstreamline/core'
import { describe, expect, it } from 'vitest'
import { createStreamline } from './streamline.js'
import { fakeSpace } from './testing/fake-space.js'
import { registryOf, request, source, translator } from './testing/requests.js'
import { both, bpf, functions, type Step, world } from './testing/world.js'

const fail = (code: 'SL_FILTER' | 'SL_IR', message: string) => async () => {
  throw new StreamlineError(code, message)
}

describe('translation', () => {
  it('leads through a chain to what a space runs', async () => {
    const { calls, streamline } = world(both, [['process', { targets: ['js', 'ir'] }]])
    const plan = await streamline.plan(bpf())
    expect(calls).toEqual(['bpf → cbpf for ir', 'cbpf → ir for ir'])
    expect(plan.vertices[1]).toMatchObject({
      vertex: { function: 'bpf', options: { expression: 'tcp' } },
      chain: ['cbpf', 'ir'],
      implementation: { function: 'ir', target: 'ir' },
    })
  })

  it('takes the shortest chain, and none where the function runs as it is', async () => {
    const short = world(both, [['process', { targets: ['js', 'cbpf', 'ir'] }]])
    expect((await short.streamline.plan(bpf())).vertices[1]?.chain).toEqual(['cbpf'])
    const direct = world(both, [['process', { targets: ['js', 'none', 'ir'] }]])
    expect((await direct.streamline.plan(bpf())).vertices[1]?.chain).toEqual([])
    expect(direct.calls).toEqual([])
  })

  it('keeps the vertex where it is, whatever the translator returns', async () => {
    const rename: Step = [
      'bpf',
      'cbpf',
      ['cbpf'],
      async () => ({ name: 'evil', function: 'src', options: { a: 1 }, space: 'x' }),
    ]
    const { streamline } = world([rename], [['process', { targets: ['js', 'cbpf'] }]])
    await expect(streamline.plan(bpf())).rejects.toMatchObject({ code: 'SL_PLUGIN' })
    const fine: Step = [
      'bpf',
      'cbpf',
      ['cbpf'],
      async () => ({ name: 'evil', function: 'src', options: {}, space: 'x' }),
    ]
    const plan = await world([fine], [['process', { targets: ['js', 'cbpf'] }]]).streamline.plan(bpf())
    expect(plan.vertices[1]?.runs).toEqual({ name: 'bpf#1', function: 'cbpf', options: {} })
  })

  it('runs after selection, and only for the winner', async () => {
    const steps: Step[] = [...both, ['bpf', 'code', ['ebpf']]]
    const { calls, streamline } = world(steps, [
      ['process', { targets: ['js', 'ir'] }],
      ['kernel', { depth: -10, targets: ['ebpf'] }],
    ])
    expect((await streamline.plan(bpf())).vertices.map((v) => v.space)).toEqual(['kernel', 'kernel', 'process'])
    expect(calls).toEqual(['bpf → code for ebpf'])
  })

  it.each([
    ['throws', fail('SL_IR', 'too long for the kernel')],
    ['cannot', async () => undefined],
  ])('that %s gives way to the next candidate', async (_, translate) => {
    const steps: Step[] = [...both, ['bpf', 'code', ['ebpf'], translate]]
    const { calls, streamline } = world(steps, [
      ['process', { targets: ['js', 'ir'] }],
      ['kernel', { depth: -10, targets: ['ebpf'] }],
    ])
    const plan = await streamline.plan(bpf())
    expect(plan.vertices[1]).toMatchObject({ space: 'process', chain: ['cbpf', 'ir'] })
    expect(plan.vertices[1]?.lost).toContainEqual({
      space: 'kernel',
      why: expect.stringContaining('translation failed'),
    })
    expect(calls).toEqual(['bpf → code for ebpf', 'bpf → cbpf for ir', 'cbpf → ir for ir'])
  })

  it('that nothing else replaces says what the user wrote wrongly, and where', async () => {
    const steps: Step[] = [
      ['bpf', 'cbpf', ['cbpf'], fail('SL_FILTER', "unknown protocol 'tpc'")],
      ['cbpf', 'ir', ['ir']],
    ]
    const { streamline } = world(steps, [['process', { targets: ['js', 'ir'] }]])
    const text = '(src) > (bpf,expression=tpc) > (count)'
    const e = await streamline.plan({ ...bpf({ span: [8, 28] }), text }).catch((x) => x)
    expect([e.code, e.message, e.detail.vertex, e.detail.column]).toEqual([
      'SL_FILTER',
      "unknown protocol 'tpc'",
      'bpf#1',
      9,
    ])
  })

  it('does not walk in circles', async () => {
    const steps: Step[] = [
      ['bpf', 'cbpf', ['x']],
      ['cbpf', 'bpf', ['x']],
      ['cbpf', 'cbpf', ['x']],
      ['ir', 'bpf', ['x']],
    ]
    const { streamline } = world(steps, [['process', { targets: ['js', 'ir'] }]])
    await expect(streamline.plan(bpf())).rejects.toMatchObject({
      code: 'SL_NO_PLACE',
      message: 'no space can run (bpf)',
    })
  })

  it('only ends in code of a label that the translator makes', async () => {
    const { streamline } = world([['bpf', 'ir', ['other']]], [['process', { targets: ['js', 'ir'] }]])
    await expect(streamline.plan(bpf())).rejects.toMatchObject({
      code: 'SL_NO_PLACE',
      hint: expect.stringContaining('runs js, ir, not none'),
    })
  })

  it('knows what the source delivers', async () => {
    let seen: unknown
    const registry = registryOf(
      [source('cap', { probe: true }), ...functions],
      { translators: [translator('bpf', 'ir', { targets: ['ir'] })] },
      {
        './dist/fe/cap.js': { probe: async () => ({ kinds: [113], snaplen: 96 }) },
        './dist/translators/bpf-ir.js': {
          default: defineTranslator({
            from: 'bpf',
            to: 'ir',
            targets: ['ir'],
            translate: async (vertex, about) => {
              seen = [vertex.options, about]
              return { ...vertex, options: {} }
            },
          }),
        },
      },
    )
    const streamline = createStreamline({ registry, spaces: [fakeSpace('process', { targets: ['js', 'ir'] })] })
    await streamline.plan(request(['cap', 'count', ['bpf', { expression: 'x' }]]))
    expect(seen).toEqual([{ expression: 'x' }, { kinds: [113], snaplen: 96, target: 'ir' }])
  })

  it('by a module that holds no translator is a fault of the plugin', async () => {
    const registry = registryOf(
      functions,
      { translators: [translator('bpf', 'ir', { targets: ['ir'] })] },
      { './dist/translators/bpf-ir.js': {} },
    )
    const streamline = createStreamline({ registry, spaces: [fakeSpace('process', { targets: ['js', 'ir'] })] })
    await expect(streamline.plan(bpf())).rejects.toMatchObject({ code: 'SL_PLUGIN' })
  })
})

describe('an implementation that proves unsuitable when instantiated', () => {
  it('gives way to the next, and leaves nothing', async () => {
    const { spaces, streamline } = world(
      [],
      [
        ['process'],
        [
          'kernel',
          {
            depth: -10,
            targets: ['js', 'ebpf'],
            before: (s) => (s === 'instantiate count#1' ? fail('SL_IR', 'the verifier refuses it')() : undefined),
          },
        ],
      ],
    )
    const running = await streamline.start(request(['src', 'count']))
    expect(running.plan.vertices.map((v) => v.space)).toEqual(['kernel', 'process'])
    await running.stop()
    expect(spaces[1]!.log.filter((l) => l === 'undo instantiate src#1')).toHaveLength(1)
  })

  it('is reported when nothing else is left', async () => {
    const { streamline } = world(
      [],
      [['process', { before: (s) => (s.startsWith('instantiate') ? fail('SL_IR', 'no')() : undefined) }]],
    )
    await expect(streamline.start(request(['src', 'count']))).rejects.toMatchObject({ code: 'SL_IR', message: 'no' })
  })
})
