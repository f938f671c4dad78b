import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { createArena } from '../arena.js'
import { block, coded, joined, KINDS, Rigs } from '../testing/files.js'
import type { WritingFile } from './writing-file.js'

/** One for all: each takes 10 GiB of addresses. */
const rigs = new Rigs(createArena({ bytes: 2 ** 22 }))
afterEach(rigs.end)

type Step =
  | { do: 'write'; length: number; parts: number }
  | { do: 'read' | 'peek'; most: number }
  | { do: 'block' | 'poll' | 'release' | 'flush' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      // Up to three times the ring.
      length: fc.oneof(fc.nat(64), fc.nat(300), fc.nat(1500)),
      parts: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom('read' as const, 'peek' as const),
      most: fc.integer({ min: 1, max: 200 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('block' as const, 'poll' as const, 'release' as const, 'flush' as const),
    }),
  },
)

/** Writes whole blocks as far as there is room, and goes on later; all blocks are known from the beginning. */
class Feeder {
  readonly blocks: Uint8Array[] = []
  private readonly pieces: { bytes: Uint8Array; more: boolean }[] = []
  private readonly file: WritingFile
  constructor(file: WritingFile) {
    this.file = file
  }
  add(length: number, parts: number): void {
    const bytes = block(this.blocks.length, length)
    this.blocks.push(bytes)
    for (let i = 0; i < parts; i++) {
      const from = Math.floor((length * i) / parts)
      const to = Math.floor((length * (i + 1)) / parts)
      this.pieces.push({ bytes: bytes.subarray(from, to), more: i < parts - 1 })
    }
    this.run()
  }
  run(): boolean {
    for (let next = this.pieces[0]; next !== undefined; next = this.pieces[0]) {
      const n = this.file.tryWrite(next.bytes, next.more)
      if (n < 0) break
      if (n < next.bytes.length) {
        next.bytes = next.bytes.subarray(n)
        break
      }
      this.pieces.shift()
    }
    this.file.flush()
    return this.pieces.length === 0
  }
}

describe.each(KINDS)('a file over a ring of kind %s', (kind) => {
  it('gives the same bytes in the same blocks, however they are written and read', () => {
    fc.assert(
      fc
        .property(fc.array(step, { minLength: 1, maxLength: 150 }), (steps) => {
          const { writing, reading } = rigs.pair(kind)
          const feeder = new Feeder(writing)
          /** What was read, cut where a block began. */
          const seen: Uint8Array[][] = []
          const take = (bytes: Uint8Array): void => {
            if (reading.begins || seen.length === 0) seen.push([])
            seen.at(-1)!.push(bytes.slice())
          }
          let isJoining = false
          const readOne = (s: Step): boolean => {
            // What tryReadBlock has begun it must end.
            if (s.do === 'read' && !isJoining) {
              const target = new Uint8Array(s.most)
              const n = reading.tryRead(target)
              if (n > 0) take(target.subarray(0, n))
              return n > 0
            } else if (s.do === 'peek' && !isJoining) {
              const view = reading.tryPeek(s.most)
              if (view) {
                expect(view.length).toBeLessThanOrEqual(s.most)
                take(view)
              }
              return !!view
            }
            const bytes = reading.tryReadBlock()
            isJoining = bytes === undefined && reading.more
            if (bytes) take(bytes)
            return !!bytes
          }
          for (const s of steps) {
            if (s.do === 'write') feeder.add(s.length, s.parts)
            else if (s.do === 'flush') feeder.run()
            else if (s.do === 'poll') reading.pollSync()
            else if (s.do === 'release') reading.release()
            else readOne(s)
          }
          for (;;) {
            const isAll = feeder.run()
            if (!readOne({ do: 'peek', most: 1000 }) && isAll) break
          }
          // The end of a block that was cut may have had no room.
          writing.closeSync()
          while (readOne({ do: 'peek', most: 1000 })) {}
          expect(reading.tryRead(new Uint8Array(1))).toBe(0)
          expect(reading.tryPeek()).toBe(null)
          expect(reading.tryReadBlock()).toBe(null)
          expect(reading.lost).toEqual({ blocks: 0, bytes: 0, broken: 0 })
          const wanted = feeder.blocks
          if (kind === 'c') expect(joined(seen.flat())).toEqual(joined(wanted))
          else {
            // Reading steps over blocks without bytes, peeking does not.
            const full = (list: Uint8Array[]): Uint8Array[] => list.filter(({ length }) => length > 0)
            expect(full(seen.map(joined))).toEqual(full(wanted))
          }
          reading.closeSync()
        })
        .afterEach(rigs.end),
      { numRuns: 300 },
    )
  })

  it('joins a block of any size', async () => {
    const { writing, reading } = rigs.pair(kind)
    const large = block(1, 10_000)
    const [n] = await Promise.all([
      writing.write(large).then(async (bytes) => {
        await writing.write(block(2, 3))
        await writing.close()
        return bytes
      }),
      (async () => {
        if (kind === 'c') {
          const parts: Uint8Array[] = []
          for await (const bytes of reading) parts.push(bytes)
          expect(joined(parts)).toEqual(joined([large, block(2, 3)]))
        } else {
          expect(await reading.readBlock()).toEqual(large)
          expect(await reading.readBlock()).toEqual(block(2, 3))
          expect(await reading.readBlock()).toBe(null)
        }
      })(),
    ])
    expect(n).toBe(10_000)
  })

  it('writes each block once, wherever the room ends', async () => {
    const { writing, reading } = rigs.pair(kind)
    const sizes = Array.from({ length: 600 }, (_, n) => n)
    const writer = (async () => {
      for (const n of sizes) {
        await writing.write(block(n, n).subarray(0, n >> 1), true)
        await writing.write(block(n, n).subarray(n >> 1, n - 1), true)
        await writing.write(block(n, n).subarray(n - 1), n % 3 === 0)
        // The end of a block may come by itself.
        if (n % 3 === 0) await writing.write(new Uint8Array(0))
      }
      await writing.close()
    })()
    const got: Uint8Array[] = []
    for await (const bytes of reading) got.push(bytes)
    await writer
    const wanted = sizes.map((n) => block(n, n))
    if (kind === 'c') expect(joined(got)).toEqual(joined(wanted))
    else expect(got).toEqual(wanted)
  })

  it('refuses to be used when it is closed, and ends what waits', async () => {
    const { writing, reading } = rigs.pair(kind)
    const waiting = reading.read(new Uint8Array(4))
    expect(() => reading.tryPeek()).toThrow(coded('SL_USAGE'))
    await reading.close()
    expect(await waiting).toBe(0)
    expect(() => reading.tryRead(new Uint8Array(1))).toThrow(coded('SL_USAGE'))
    await writing.close()
    await expect(writing.write(new Uint8Array(1))).rejects.toMatchObject({ code: 'SL_USAGE' })
  })
})
