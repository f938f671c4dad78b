import { CONSUMED, defineFE, END, type FunctionMeta, type Held, KIND, START } from '@netstreamline/core'
import { describe, expect, test } from 'vitest'
import { runFE } from './index.js'

const meta: FunctionMeta = {
  name: 'mine',
  summary: 'Mine.',
  inputs: ['any'],
  outputs: ['any'],
  state: 'global',
  targets: ['js'],
}
const bytes = (text: string) => new TextEncoder().encode(text)
const text = (data: Uint8Array) => new TextDecoder().decode(data)

describe('runFE', () => {
  test('hands over every field and collects what comes out', async () => {
    const fe = defineFE(meta, () => (block) => {
      block.offset += 1
      block.length -= 1
      return block.u8(0)
    })
    const { blocks, refused, counters } = await runFE(fe, {
      blocks: [
        {
          data: bytes('..HTAbc'),
          offset: 3,
          l3: 2,
          l4: 3,
          kind: KIND.ip,
          proto: 6,
          stream: 7,
          seconds: 5,
          nanoseconds: 9,
        },
        { data: bytes('x\0'), wireLength: 1500 },
      ],
    })
    expect(blocks).toHaveLength(1)
    expect(blocks[0]).toMatchObject({ classifier: 65, kind: KIND.ip, l3: -2, l4: -1, proto: 6, stream: 7 })
    expect(blocks[0]).toMatchObject({ seconds: 5, nanoseconds: 9, wireLength: 7 })
    expect(text(blocks[0]!.data)).toBe('Abc')
    expect(refused).toMatchObject([{ classifier: 0, wireLength: 1500 }])
    expect(counters).toMatchObject({ blocksIn: 2, bytesIn: 6, blocksOut: 1, bytesOut: 3 })
  })

  test('streams are known from their opening until after END', async () => {
    const fe = defineFE(meta, () => () => 1)
    const open = { id: 3, src: '192.0.2.1', name: 'a' }
    const { blocks } = await runFE(fe, {
      blocks: [
        { data: new Uint8Array(0), stream: 3, flags: START, open },
        { data: new Uint8Array(0), stream: 3, flags: END },
        { data: bytes('late'), stream: 3 },
      ],
    })
    expect(blocks.map((b) => b.info)).toEqual([open, open, undefined])
  })

  test('each block comes by its input, with its identity', async () => {
    const fe = defineFE(meta, (_options, context) => {
      context.log(`${context.inputs} inputs`)
      return (block) => 1 + block.input
    })
    const data = bytes('same')
    const { blocks, logged } = await runFE(fe, {
      inputs: 2,
      blocks: [
        { data, input: 1, position: 8 },
        { data, input: 0, position: 8 },
      ],
    })
    expect(blocks.map(({ classifier, position }) => [classifier, position])).toEqual([
      [2, 8],
      [1, 8],
    ])
    expect(logged).toEqual(['2 inputs'])
  })

  test('between breaths the ring is overwritten: held blocks stay, others do not', async () => {
    const keeper = (hold: boolean) =>
      defineFE(meta, (_options, context) => {
        const kept: (Held | { offset: number; length: number; release?: undefined })[] = []
        return {
          process(block) {
            kept.push(hold ? context.hold(block) : { offset: block.offset, length: block.length })
            return CONSUMED
          },
          finish() {
            for (const k of kept) {
              context.print(text(context.bytes.slice(k.offset, k.offset + k.length)))
              k.release?.()
            }
          },
        }
      })
    const run = { blocks: ['one', 'two', 'six'].map((word) => ({ data: bytes(word) })), per: 1 }
    expect((await runFE(keeper(true), run)).printed).toEqual(['one', 'two', 'six'])
    expect((await runFE(keeper(false), run)).printed).not.toContain('one')
  })

  test('a source stands first when no blocks are given', async () => {
    const fe = defineFE({ ...meta, inputs: [] }, (_options, context) => {
      const ring = context.alloc(8)
      return {
        pull(batch) {
          batch.ring = ring.id
          batch.offset[0] = ring.base
          batch.length[0] = 2
          batch.kind[0] = 1
          batch.count = 1
          batch.end = true
        },
      }
    })
    const { blocks, counters } = await runFE(fe)
    expect(blocks).toHaveLength(1)
    expect(counters.blocksOut).toBe(1)
  })

  test('throws what the FE throws', async () => {
    const fe = defineFE(meta, () => () => {
      throw new Error('broken')
    })
    await expect(runFE(fe, { blocks: [{ data: bytes('x') }] })).rejects.toMatchObject({ code: 'SL_FE_FAILED' })
  })
})
