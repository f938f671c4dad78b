import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createArena } from '../arena.js'
import type { Strategy } from '../format.js'
import type { DBufKind } from './area.js'
import { attachRingReader, createRingWriter, type RingOptions } from './local.js'
import type { RingReader } from './reader.js'
import type { RingWriter } from './writer.js'

const KINDS: DBufKind[] = ['c', 'p', 'v', 'd']
const STRATEGIES: Strategy[] = ['srp', 'mrp', 'frp']

/** Block number `n` of `length` bytes: each byte depends on the number, its place and the length. */
const fill = (bytes: Uint8Array, n: number): void => {
  for (let i = 0; i < bytes.length; i++) bytes[i] = n * 31 + i * 7 + bytes.length
}

/** One for all: each takes 10 GiB of addresses. Tests leave it empty. */
const arena = createArena({ bytes: 2 ** 22 })

const writers: RingWriter[] = []

/** Also after a failure, or all later runs would fail for want of memory. */
const emptyArena = (): void => {
  for (const writer of writers.splice(0)) writer.free()
  expect(arena.used).toBe(0)
}

type Step =
  | { do: 'write'; length: number; isInArena: boolean }
  | { do: 'publish' }
  | { do: 'read' | 'copy' | 'peek' | 'join' | 'leave' | 'release'; reader: number; oldest: boolean }
  | { do: 'perceive'; bytes: number }
  | { do: 'move'; bytes: number }

const reader = fc.nat(2)
const step = (largest: number): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ do: fc.constant('write' as const), length: fc.nat(largest), isInArena: fc.boolean() }),
    },
    { weight: 3, arbitrary: fc.constant({ do: 'publish' as const }) },
    {
      weight: 10,
      arbitrary: fc.record({
        do: fc.constantFrom(
          'read' as const,
          'read' as const,
          'copy' as const,
          'copy' as const,
          'copy' as const,
          'peek' as const,
          'peek' as const,
          'join' as const,
          'leave' as const,
          'release' as const,
        ),
        reader,
        oldest: fc.boolean(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('perceive' as const), bytes: fc.integer({ min: 64, max: 600 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('move' as const), bytes: fc.constantFrom(256, 512, 1024) }) },
  )

/** A reader, and what it has to see: every block from `next` on. */
interface Follower {
  readonly reader: RingReader
  readonly isLive: boolean
  readonly first: number
  seen: number[]
}

describe.each(KINDS.filter((k) => k !== 'c'))('a ring of kind %s', (kind) => {
  it.each(STRATEGIES)('behaves like a list of blocks for any steps of three readers, %s', (strategy) => {
    fc.assert(
      fc
        .property(fc.array(step(100), { minLength: 1, maxLength: 300 }), (steps) => {
          const options: RingOptions = { kind, bytes: 512, slotBytes: 100, strategy, maxReaders: 4 }
          const writer = createRingWriter(arena, options)
          writers.push(writer)
          const lengths: number[] = []
          const published = (): number => writer.published
          const followers: (Follower | undefined)[] = []
          const from = arena.alloc(100)
          const to = arena.alloc(100)
          /** The same by `readTo`, which does not tell the number of the block: an srp reader knows it. */
          const copy = (f: Follower): void => {
            if (strategy !== 'srp' || (!f.isLive && f.seen.length === 0)) {
              take(f, false)
              return
            }
            const length = f.reader.readTo(to, 100)
            if (length < 0) return
            const sequence = (f.seen.at(-1) ?? f.first - 1) + 1
            expect(length).toBe(lengths[sequence])
            const wanted = new Uint8Array(length)
            fill(wanted, sequence)
            expect(arena.bytes.slice(to, to + length)).toEqual(wanted)
            f.seen.push(sequence)
          }
          const take = (f: Follower, peekOnly: boolean): void => {
            const r = f.reader
            if (r.peek() < 0) return
            const { sequence, length } = r
            expect(sequence).toBeGreaterThan(f.seen.at(-1) ?? f.first - 1)
            expect(sequence).toBeLessThan(published())
            const got = new Uint8Array(length)
            got.set(arena.bytes.subarray(r.offset, r.offset + length))
            if (r.intact()) {
              expect(length).toBe(lengths[sequence])
              const wanted = new Uint8Array(length)
              fill(wanted, sequence)
              expect(got).toEqual(wanted)
            } else expect(strategy).not.toBe('srp')
            if (peekOnly) return
            f.seen.push(sequence)
            r.next()
          }
          let writes = 0
          for (const s of steps) {
            if (s.do === 'write') {
              const block = new Uint8Array(s.length)
              fill(block, writes)
              if (s.isInArena) arena.bytes.set(block, from)
              if ((s.isInArena ? writer.writeFrom(from, s.length) : writer.write(block)) >= 0) {
                lengths.push(s.length)
                writes++
              } else {
                expect(strategy).not.toBe('frp')
                writer.publish()
              }
            } else if (s.do === 'publish') writer.publish()
            else if (s.do === 'perceive') writer.perceive(s.bytes)
            else if (s.do === 'move') {
              writer.moveTo({ bytes: s.bytes })
            } else if (s.do === 'join') {
              if (followers[s.reader]) continue
              const from = s.oldest ? 'oldest' : 'live'
              const before = published()
              const r = attachRingReader(arena, writer.descriptor, { from })
              followers[s.reader] = { reader: r, isLive: !s.oldest, first: s.oldest ? 0 : before, seen: [] }
            } else {
              const f = followers[s.reader]
              if (!f) continue
              if (s.do === 'read') take(f, false)
              else if (s.do === 'copy') copy(f)
              else if (s.do === 'peek') take(f, true)
              else if (s.do === 'release') f.reader.release()
              else {
                f.reader.leave()
                followers[s.reader] = undefined
              }
            }
          }
          writer.end()
          arena.free(from)
          arena.free(to)
          for (const f of followers) {
            if (!f) continue
            while (f.reader.peek() >= 0) take(f, false)
            expect(f.reader.state).toBe('ended')
            // Who joined live knows where it began, so that nothing is uncounted, not even before the first block it saw.
            if (f.isLive) expect(f.reader.blocks + f.reader.lostBlocks).toBe(writes - f.first)
            if (strategy === 'srp') {
              expect(f.reader.lostBlocks).toBe(0)
              // All in order, without a gap, up to the last.
              expect(f.seen).toEqual(f.seen.map((_, i) => f.seen[0]! + i))
              if (f.seen.length > 0) expect(f.seen.at(-1)).toBe(writes - 1)
              if (f.first > 0 && writes > f.first) expect(f.seen[0]).toBe(f.first)
            } else if (f.seen.length > 0) {
              expect(f.reader.blocks + f.reader.lostBlocks).toBeGreaterThanOrEqual(writes - f.seen[0]!)
            }
          }
        })
        .afterEach(emptyArena),
      { numRuns: 300 },
    )
  })
})

describe('a c ring', () => {
  it.each(STRATEGIES)('is a stream of bytes, %s', (strategy) => {
    fc.assert(
      fc
        .property(fc.array(step(300), { minLength: 1, maxLength: 300 }), (steps) => {
          const writer = createRingWriter(arena, { kind: 'c', bytes: 256, strategy })
          writers.push(writer)
          const r = attachRingReader(arena, writer.descriptor)
          let written = 0
          const byte = (at: number): number => (at * 7 + (at >> 8)) & 0xff
          let at = 0
          const readAll = (): void => {
            const lostBefore = r.lostBytes
            const into = new Uint8Array(100)
            const n = r.read(into)
            if (n < 0) return
            if (strategy === 'srp') {
              expect(r.lostBytes).toBe(0)
              for (let i = 0; i < n; i++) expect(into[i]).toBe(byte(at + i))
            } else if (r.lostBytes === lostBefore && lostBefore === 0) {
              for (let i = 0; i < n; i++) expect(into[i]).toBe(byte(at + i))
            }
            at += n
          }
          for (const s of steps) {
            if (s.do === 'write') {
              const n = writer.write(Uint8Array.from({ length: s.length }, (_, i) => byte(written + i)))
              if (n > 0) written += n
              else if (s.length > 0) {
                expect(strategy).not.toBe('frp')
                writer.publish()
              }
            } else if (s.do === 'publish') writer.publish()
            else if (s.do === 'perceive') writer.perceive(s.bytes)
            else if (s.do === 'move') writer.moveTo({ bytes: s.bytes })
            else readAll()
          }
          writer.end()
          while (r.peek() >= 0) readAll()
          expect(r.state).toBe('ended')
          if (strategy === 'srp') expect(at).toBe(written)
          else expect(at).toBeLessThanOrEqual(written)
        })
        .afterEach(emptyArena),
      { numRuns: 300 },
    )
  })
})

describe('a ring that moves to another kind', () => {
  it('loses nothing', () => {
    const writer = createRingWriter(arena, { kind: 'v', bytes: 4096 })
    const r = attachRingReader(arena, writer.descriptor)
    const slow = attachRingReader(arena, writer.descriptor)
    let n = 0
    for (const kind of ['d', 'p', 'v', 'd'] as const) {
      for (let i = 0; i < 20; i++) {
        const block = new Uint8Array(20)
        fill(block, n++)
        expect(writer.write(block)).toBe(20)
      }
      writer.moveTo({ kind, slotBytes: 32 })
    }
    writer.end()
    for (const each of [r, slow]) {
      for (let i = 0; i < n; i++) {
        const got = new Uint8Array(20)
        const wanted = new Uint8Array(20)
        fill(wanted, i)
        expect(each.read(got)).toBe(20)
        expect(got).toEqual(wanted)
      }
      expect(each.peek()).toBe(-1)
      expect(each.state).toBe('ended')
    }
    writer.free()
    expect(arena.used).toBe(0)
  })
})
