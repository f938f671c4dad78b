import { END, GAP, START } from '@netstreamline/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { POLICIES } from '../policy.js'
import { handshake, segment } from '../testing/packets.js'
import { TestSpace } from '../testing/space.js'
import tcp from './tcp.js'

/** Byte ranges of a stream in the order in which they arrive, each with a salt for its content. */
interface Piece {
  from: number
  to: number
  salt: number
  order: number
}
const isn = fc.oneof(fc.constantFrom(0, 0x7fffff00, 0xffffff00, 0xfffffffe), fc.nat(0xffffffff))
const size = fc.integer({ min: 1, max: 2000 })
const byte = (i: number, salt: number): number => (i * 31 + (i >> 3) + salt) & 255
const content = ({ from, to, salt }: Piece): Uint8Array =>
  Uint8Array.from({ length: to - from }, (_, i) => byte(from + i, salt))

/** Consecutive pieces covering all, and some more anywhere, shuffled. */
const pieces = (length: number, salts: fc.Arbitrary<number>): fc.Arbitrary<Piece[]> =>
  fc
    .tuple(
      fc.uniqueArray(fc.nat(length), { maxLength: 20 }),
      fc.array(fc.tuple(fc.nat(length - 1), fc.integer({ min: 1, max: 300 })), { maxLength: 20 }),
      fc.array(fc.tuple(salts, fc.nat(1000)), { minLength: 45, maxLength: 45 }),
    )
    .map(([cuts, extra, rest]) => {
      const borders = [...new Set([0, length, ...cuts])].sort((a, b) => a - b)
      const whole = borders.slice(1).map((to, i) => [borders[i]!, to] as const)
      const more = extra.map(([from, n]) => [from, Math.min(from + n, length)] as const)
      return [...whole, ...more]
        .map(([from, to], i) => ({ from, to, salt: rest[i]![0], order: rest[i]![1] }))
        .sort((a, b) => a.order - b.order)
    })

const run = async (start: number, arrived: Piece[], length: number, options = {}) => {
  const space = await TestSpace.of(tcp, options)
  for (const packet of handshake(start, 77)) space.packet(packet)
  for (const piece of arrived) space.packet(segment({ seq: start + 1 + piece.from, data: content(piece) }))
  space.packet(segment({ seq: start + 1 + length, flags: 'FA' }))
  await space.finish()
  const blocks = space.seen.filter((seen) => seen.stream === 0)
  const bytes = blocks.flatMap(({ data }) => [...data])
  return { space, blocks, bytes, counters: space.instance.counters!() }
}

describe('properties', () => {
  it('any cut, order, repetition and overlap gives the stream, and nothing is copied in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        isn,
        size.chain((n) => fc.tuple(fc.constant(n), pieces(n, fc.constant(0)))),
        async (start, [length, arrived]) => {
          const { space, blocks, bytes, counters } = await run(start, arrived, length)
          expect(bytes).toEqual(Array.from({ length }, (_, i) => byte(i, 0)))
          expect(blocks.map(({ flags }) => flags).filter((flags) => flags !== 0)).toEqual([START, END])
          expect(blocks.at(-1)?.flags).toBe(END)
          expect([space.holding, space.streams.size, counters['held'], counters['conflicts']]).toEqual([0, 0, 0, 0])
        },
      ),
      { seed: 3, numRuns: 300 },
    )
  })

  it('so it is under every policy, by arrival and by acknowledgement, whatever is delayed', async () => {
    const options = fc.record({
      policy: fc.constantFrom(...POLICIES),
      acknowledged: fc.boolean(),
      gap: fc.constantFrom('skip' as const, 'wait' as const, 'stop' as const),
      conflicts: fc.boolean(),
    })
    // Before each piece so many seconds pass, and then the receiver acknowledges what it has, or does not.
    const pauses = fc.array(fc.record({ seconds: fc.nat(3), answers: fc.boolean() }), { minLength: 45, maxLength: 45 })
    await fc.assert(
      fc.asyncProperty(
        isn,
        size.chain((n) => fc.tuple(fc.constant(n), pieces(n, fc.constant(0)))),
        options,
        pauses,
        async (start, [length, arrived], settings, around) => {
          const space = await TestSpace.of(tcp, settings)
          for (const packet of handshake(start, 77)) space.packet(packet)
          const here = new Array<boolean>(length).fill(false)
          let seconds = 0
          arrived.forEach((piece, i) => {
            seconds += around[i]!.seconds
            space.packet(segment({ seq: start + 1 + piece.from, ack: 78, data: content(piece), seconds }))
            here.fill(true, piece.from, piece.to)
            const whole = here.indexOf(false)
            const ack = start + 1 + (whole < 0 ? length : whole)
            if (around[i]!.answers) space.packet(segment({ from: 2, seq: 78, ack, seconds }))
          })
          space.packet(segment({ seq: start + 1 + length, flags: 'FA', seconds }))
          await space.finish()
          const blocks = space.seen.filter((seen) => seen.stream === 0)
          expect(blocks.flatMap(({ data }) => [...data])).toEqual(Array.from({ length }, (_, i) => byte(i, 0)))
          expect(blocks.map(({ flags }) => flags).filter((flags) => flags !== 0)).toEqual([START, END])
          expect([space.holding, space.instance.counters!()['conflicts']]).toEqual([0, 0])
        },
      ),
      { seed: 8, numRuns: 300 },
    )
  })

  it('by acknowledgement, nothing comes before the receiver has acknowledged it', async () => {
    const space = await TestSpace.of(tcp, { acknowledged: true })
    const got = () => space.seen.filter((s) => s.stream === 0).reduce((sum, { data }) => sum + data.length, 0)
    for (const packet of handshake(100, 77)) space.packet(packet)
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat(30)), async (steps) => {
        let sent = got()
        let acked = sent
        for (let i = 0; i < 20; i++) {
          const data = new Uint8Array(1 + steps.next().value!)
          space.packet(segment({ seq: 101 + sent, ack: 78, data }))
          sent += data.length
          expect(got()).toBe(acked)
          acked = Math.min(sent, acked + steps.next().value!)
          space.packet(segment({ from: 2, seq: 78, ack: 101 + acked }))
          expect(got()).toBe(acked)
        }
        space.packet(segment({ from: 2, seq: 78, ack: 101 + sent }))
      }),
      { seed: 9, numRuns: 30 },
    )
  })

  it('where segments differ, the byte that came first stays', async () => {
    await fc.assert(
      fc.asyncProperty(
        isn,
        size.chain((n) => fc.tuple(fc.constant(n), pieces(n, fc.nat(255)))),
        async (start, [length, arrived]) => {
          const expected = new Array<number>(length).fill(-1)
          for (const { from, to, salt } of arrived) {
            for (let i = from; i < to; i++) if (expected[i] === -1) expected[i] = byte(i, salt)
          }
          const { bytes } = await run(start, arrived, length)
          expect(bytes).toEqual(expected)
        },
      ),
      { seed: 4, numRuns: 300 },
    )
  })

  it('what is lost is marked where it is lost, once a hole', async () => {
    await fc.assert(
      fc.asyncProperty(
        isn,
        size.chain((n) => fc.tuple(fc.constant(n), pieces(n, fc.constant(0)))),
        fc.nat(40),
        async (start, [length, all], keep) => {
          const arrived = all.slice(0, keep)
          const there = new Array<boolean>(length).fill(false)
          for (const { from, to } of arrived) there.fill(true, from, to)
          const holes = there.filter((here, i) => !here && (i === 0 || there[i - 1] === true)).length
          const { bytes, blocks, counters } = await run(start, arrived, length)
          expect(bytes).toEqual(there.flatMap((here, i) => (here ? [byte(i, 0)] : [])))
          expect(blocks.filter(({ flags }) => flags === GAP)).toHaveLength(holes)
          expect(counters['lost']).toBe(there.filter((here) => !here).length)
          let at = 0
          for (const { flags, data } of blocks) {
            if (flags === GAP) while (at < length && !there[at]) at++
            for (const value of data) expect(value).toBe(byte(at++, 0))
          }
        },
      ),
      { seed: 5, numRuns: 300 },
    )
  })

  it('hostile segments neither crash nor exceed the bounds', async () => {
    const near = fc.oneof(fc.nat(3000), fc.nat(0xffffffff), fc.constantFrom(0, 1, 0x7fffffff, 0x80000000))
    const any = fc.record({
      from: fc.constantFrom(1, 2),
      sport: fc.nat(12),
      dport: fc.nat(2),
      seq: near,
      ack: near,
      urgent: fc.option(fc.nat(60), { nil: undefined }),
      flags: fc.constantFrom('S', 'SA', 'A', 'A', 'A', 'A', 'FA', 'R', 'RA', 'F', '', 'SF', 'SFRA'),
      data: fc.uint8Array({ maxLength: 40 }),
      seconds: fc.oneof(fc.nat(20), fc.nat(100000), fc.constantFrom(0xffffffff)),
      cut: fc.nat(60),
    })
    const wild = fc.record({
      policy: fc.constantFrom(...POLICIES),
      acknowledged: fc.boolean(),
      conflicts: fc.boolean(),
      midstream: fc.boolean(),
      urgent: fc.boolean(),
      gap: fc.constantFrom('skip' as const, 'wait' as const, 'stop' as const),
      checksum: fc.constantFrom('ignore' as const, 'offload' as const),
      segments: fc.nat(5),
      hold: fc.nat(30),
      opening: fc.nat(30),
      closing: fc.nat(30),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(any, { maxLength: 200 }), wild, async (segments, settings) => {
        const space = await TestSpace.of(tcp, { ...settings, connections: 4, window: 600, memory: 4000 })
        const state = new Map<number, number>()
        space.onBlock = ({ stream, flags, data }) => {
          const before = state.get(stream)
          expect(before === undefined).toBe(flags === START)
          expect(before).not.toBe(END)
          state.set(stream, flags === END ? END : START)
          if (flags !== 0) expect(data).toHaveLength(0)
        }
        for (const { cut, ...fields } of segments) {
          const packet = segment(fields)
          const wireLength = packet.data.length
          space.packet({ ...packet, data: packet.data.subarray(0, wireLength - cut), wireLength })
          expect(space.instance.counters!()['held']).toBeLessThanOrEqual(4000)
          // What is held keeps its headers: 40 bytes each, and a segment is accounted with more.
          expect(space.heldBytes).toBeLessThanOrEqual(4000)
          expect(space.streams.size).toBeLessThanOrEqual(8)
        }
        await space.finish()
        expect([space.holding, space.streams.size]).toEqual([0, 0])
        for (const last of state.values()) expect(last).toBe(END)
      }),
      { seed: 6, numRuns: 400 },
    )
  })
})
