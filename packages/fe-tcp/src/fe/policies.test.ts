import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { POLICIES, type Policy } from '../policy.js'
import { handshake, segment } from '../testing/packets.js'
import { TestSpace } from '../testing/space.js'
import { type Segment, STACKS } from '../testing/stacks.js'
import tcp, { type TcpOptions } from './tcp.js'

const fill = ({ from, to, mark }: Segment) => new Uint8Array(to - from).fill(mark)

/** Hands segments of one direction to `tcp`; returns what came out of it, losers apart. */
const run = async (segments: readonly Segment[], options: TcpOptions, start = 100) => {
  const space = await TestSpace.of(tcp, options)
  for (const packet of handshake(start, 500)) space.packet(packet)
  const got: number[][] = []
  const of = (classifier: number) =>
    space.seen.filter((s) => s.stream === 0 && s.classifier === classifier).flatMap(({ data }) => [...data])
  for (const s of segments) {
    space.packet(segment({ seq: start + 1 + s.from, ack: 501, data: fill(s) }))
    got.push(of(1))
  }
  await space.finish()
  expect(space.holding).toBe(0)
  return { got, losers: of(2), space }
}
const text = (marks: readonly number[]) => String.fromCharCode(...marks)
const letters = (...list: [string, number, number][]): Segment[] =>
  list.map(([letter, from, to]) => ({ mark: letter.charCodeAt(0), from, to }))

// Two segments that wait for byte 0: the held one, the new one, and what each policy makes of them.
const A = (from: number, to: number): [string, number, number] => ['a', from, to]
const B = (from: number, to: number): [string, number, number] => ['b', from, to]
const PAIRS: [string, [string, number, number], [string, number, number], Record<Policy, string>][] = [
  ['begins before and ends inside', A(3, 7), B(1, 5), of('bbaaaa', 'bbbbaa', 'bbbbaa', 'bbbbaa', 'bbaaaa')],
  ['begins before and ends with it', A(3, 5), B(1, 5), of('bbaa', 'bbbb', 'bbbb', 'bbbb', 'bbbb')],
  ['covers it on both sides', A(3, 5), B(1, 7), of('bbaabb', 'bbbbbb', 'bbbbbb', 'bbbbbb', 'bbbbbb')],
  ['begins with it and is shorter', A(1, 5), B(1, 3), of('aaaa', 'bbaa', 'aaaa', 'aaaa', 'aaaa')],
  ['is in the same place', A(1, 5), B(1, 5), of('aaaa', 'bbbb', 'aaaa', 'aaaa', 'bbbb')],
  ['begins with it and is longer', A(1, 3), B(1, 5), of('aabb', 'bbbb', 'aabb', 'bbbb', 'bbbb')],
  ['lies inside', A(1, 6), B(2, 4), of('aaaaa', 'abbaa', 'aaaaa', 'aaaaa', 'aaaaa')],
  ['begins inside and ends with it', A(1, 5), B(3, 5), of('aaaa', 'aabb', 'aaaa', 'aaaa', 'aaaa')],
  ['begins inside and reaches further', A(1, 4), B(2, 6), of('aaabb', 'abbbb', 'aaabb', 'aaabb', 'abbbb')],
]
function of(first: string, last: string, bsd: string, linux: string, solaris: string): Record<Policy, string> {
  return { first, last, bsd, windows: bsd, linux, solaris }
}

describe('overlap policies', () => {
  it.each(PAIRS)('a new segment that %s', async (_what, held, fresh, expected) => {
    for (const policy of POLICIES) {
      const { got, space } = await run(letters(held, fresh, ['0', 0, 1]), { policy })
      expect([policy, text(got.at(-1)!)]).toEqual([policy, `0${expected[policy]}`])
      const { overlaps, conflicts, conflictBytes, outOfOrder } = space.instance.counters!()
      expect([overlaps, conflicts, outOfOrder]).toEqual([1, 1, 2])
      expect(conflictBytes).toBe(Math.min(held[2], fresh[2]) - Math.max(held[1], fresh[1]))
    }
  })

  // The arrangement that V. Paxson and U. Shankar tell systems apart with: six segments, all but the last overlapping.
  it.each([
    ['first', '111422333666'],
    ['last', '144442555666'],
    ['bsd', '111442333666'],
    ['windows', '111442333666'],
    ['linux', '111442333666'],
    ['solaris', '144422555666'],
  ] as const)('%s makes %s of six segments', async (policy, expected) => {
    const six = letters(['1', 1, 4], ['2', 5, 7], ['3', 7, 10], ['4', 2, 6], ['5', 7, 10], ['6', 10, 13], ['0', 0, 1])
    expect(text((await run(six, { policy })).got.at(-1)!)).toBe(`0${expected}`)
  })

  it.each(POLICIES)('%s is what such a receiver does, whatever comes in whatever order', async (policy) => {
    const some = fc
      .tuple(fc.nat(40), fc.integer({ min: 1, max: 16 }))
      .map(([from, length]) => ({ from, to: from + length }))
    const isn = fc.oneof(fc.constantFrom(0x7ffffff0, 0xfffffff0), fc.nat(0xffffffff))
    await fc.assert(
      fc.asyncProperty(fc.array(some, { minLength: 1, maxLength: 14 }), isn, async (ranges, start) => {
        const segments = ranges.map((range, i) => ({ ...range, mark: i + 1 }))
        const stack = STACKS[policy]()
        const read = segments.map((s) => {
          stack.take(s)
          return [...stack.got]
        })
        expect((await run(segments, { policy }, start)).got).toEqual(read)
      }),
      { seed: 7, numRuns: 150 },
    )
  })

  it('the bytes that lost are handed on with classifier 2, on demand', async () => {
    const segments = letters(['a', 3, 7], ['b', 1, 5], ['0', 0, 1])
    for (const [policy, loser] of [
      ['first', 'bb'],
      ['last', 'aa'],
    ] as const) {
      expect(text((await run(segments, { policy, conflicts: true })).losers)).toBe(loser)
      expect(text((await run(segments, { policy })).losers)).toBe('')
    }
  })

  it('equal bytes are no conflict', async () => {
    const { losers, space } = await run(letters(['a', 3, 7], ['a', 1, 5], ['0', 0, 1]), {
      policy: 'last',
      conflicts: true,
    })
    expect(losers).toEqual([])
    expect(space.logged).toEqual([])
    expect(space.instance.counters!()).toMatchObject({ overlaps: 1, conflicts: 0 })
  })

  it('the first conflict is logged, with the stream and the policy; further ones are counted', async () => {
    const { space } = await run(letters(['a', 3, 5], ['b', 3, 5], ['c', 3, 5]), {})
    expect(space.logged).toEqual([expect.stringMatching(/10\.0\.0\.1\.1000-10\.0\.0\.2\.80 .*'first'/)])
    expect(space.instance.counters!()['conflicts']).toBe(2)
  })
})
