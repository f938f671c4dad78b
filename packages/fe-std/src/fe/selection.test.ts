import { type Block, END, START } from '@netstreamline/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createContext, instantiate } from '../testing/context.js'
import intersection from './intersection.js'
import union from './union.js'

const make = async (fe: typeof union, inputs: number) => {
  const context = createContext({ inputs })
  const made = await instantiate(fe, {}, context)
  const block = context.block('x')
  return {
    send: (fields: Partial<Block>) => made.process!(Object.assign(block, { flags: 0, stream: 0 }, fields)),
    made,
  }
}

/** (position, input) in the order in which they come. */
const arrivals = fc.array(fc.tuple(fc.nat(20), fc.nat(2)), { maxLength: 100 })

describe('union', () => {
  it('passes the first occurrence of a block, with the classifier that it has there', async () => {
    const { send, made } = await make(union, 2)
    expect(send({ position: 1, classifier: 7, input: 1 })).toBe(7)
    expect(send({ position: 1, classifier: 8, input: 0 })).toBe(0)
    expect(send({ position: 2, classifier: 0 })).toBe(1)
    expect(send({ position: 1, ring: 2, classifier: 9 })).toBe(9)
    expect(made.counters?.()).toEqual({ duplicates: 1, forgotten: 0 })
  })

  it('tells the marks of streams from their data and from each other', async () => {
    const { send } = await make(union, 2)
    const blocks = [
      { position: 5, stream: 2, flags: START },
      { position: 5, stream: 3, flags: START },
      { position: 5, stream: 2 },
      { position: 5, stream: 2, flags: END },
    ]
    expect(blocks.map((b) => send({ ...b, classifier: 1 }))).toEqual([1, 1, 1, 1])
    expect(blocks.map((b) => send({ ...b, classifier: 1 }))).toEqual([0, 0, 0, 0])
  })

  it('agrees with a set', () =>
    fc.assert(
      fc.asyncProperty(arrivals, async (list) => {
        const { send } = await make(union, 3)
        const seen = new Set<number>()
        for (const [position, input] of list) {
          expect(send({ position, input, classifier: 1 })).toBe(seen.has(position) ? 0 : 1)
          seen.add(position)
        }
      }),
    ))

  it('forgets after 65,536 others', async () => {
    const { send, made } = await make(union, 2)
    for (let position = 0; position < 65536; position++) send({ position, classifier: 1 })
    expect(send({ position: 0, classifier: 1 })).toBe(0)
    send({ position: 65536, classifier: 1 })
    expect(send({ position: 0, classifier: 1 })).toBe(1)
    expect(made.counters?.()).toEqual({ duplicates: 1, forgotten: 2 })
  })
})

describe('intersection', () => {
  it('passes a block when it has come by every input', () =>
    fc.assert(
      fc.asyncProperty(arrivals, async (list) => {
        const { send, made } = await make(intersection, 3)
        const inputs = new Map<number, Set<number>>()
        let duplicates = 0
        for (const [position, input] of list) {
          const came = inputs.get(position) ?? new Set()
          const again = came.has(input)
          if (again) duplicates++
          inputs.set(position, came.add(input))
          expect(send({ position, input, classifier: 5 })).toBe(!again && came.size === 3 ? 5 : 0)
        }
        const waiting = [...inputs.values()].filter((s) => s.size < 3).length
        expect(made.counters?.()).toEqual({ duplicates, waiting, incomplete: 0 })
      }),
    ))

  it('counts what it loses when its memory is full', async () => {
    const { send, made } = await make(intersection, 2)
    for (let position = 0; position <= 65536; position++) send({ position, input: 0, classifier: 1 })
    expect(send({ position: 0, input: 1, classifier: 1 })).toBe(0)
    expect(send({ position: 65536, input: 1, classifier: 1 })).toBe(1)
    expect(made.counters?.()).toMatchObject({ incomplete: 2, waiting: 65535 })
  })

  it('takes up to 32 inputs', async () => {
    const { send } = await make(intersection, 32)
    const results = Array.from({ length: 32 }, (_, input) => send({ position: 1, input, classifier: 1 }))
    expect(results).toEqual([...new Array(31).fill(0), 1])
    await expect(make(intersection, 33)).rejects.toMatchObject({ code: 'SL_USAGE' })
  })
})
