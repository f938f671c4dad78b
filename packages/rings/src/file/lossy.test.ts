import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { createArena } from '../arena.js'
import { block, byteOf, KINDS, Rigs } from '../testing/files.js'

const rigs = new Rigs(createArena({ bytes: 2 ** 22 }))
afterEach(rigs.end)

/** The block that begins with these bytes' number, found by its contents. */
const isBlock = (bytes: Uint8Array, n: number, length: number): boolean =>
  bytes.length === length && bytes.every((byte, at) => byte === byteOf(n, at))

const steps = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('write' as const), length: fc.integer({ min: 1, max: 900 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constantFrom('block' as const, 'read' as const, 'peek' as const, 'begin' as const),
        length: fc.integer({ min: 1, max: 200 }),
      }),
    },
  ),
  { minLength: 1, maxLength: 200 },
)

describe.each(KINDS.filter((kind) => kind !== 'c'))('a file over a ring of kind %s that overwrites', (kind) => {
  it('gives whole blocks, in order, and says where one does not continue', () => {
    fc.assert(
      fc
        .property(steps, (list) => {
          const { writing, reading } = rigs.pair(kind, { strategy: 'frp', bytes: 1024, slotBytes: 120 })
          const lengths: number[] = []
          let next = 0
          /** Bytes of a block of which a part was read. */
          let part: Uint8Array = new Uint8Array(0)
          const check = (bytes: Uint8Array): void => {
            while (next < lengths.length && !isBlock(bytes, next, lengths[next]!)) next++
            expect(next).toBeLessThan(lengths.length)
            next++
          }
          const take = (bytes: Uint8Array): void => {
            if (reading.begins) part = new Uint8Array(0)
            const whole = new Uint8Array(part.length + bytes.length)
            whole.set(part)
            whole.set(bytes, part.length)
            part = whole
            if (!reading.more) {
              check(part)
              part = new Uint8Array(0)
            }
          }
          let isJoining = false
          for (const s of list) {
            if (s.do === 'write') {
              const length = kind === 'i' ? Math.min(s.length, 500) : s.length
              if (writing.tryWrite(block(lengths.length, length)) < length) continue
              lengths.push(length)
              writing.flush()
            } else if (isJoining || s.do === 'block') {
              const bytes = reading.tryReadBlock()
              isJoining = bytes === undefined && reading.more
              if (bytes) take(bytes)
            } else if (s.do === 'peek') {
              const view = reading.tryPeek(s.length)
              if (view) take(view.slice())
            } else {
              const target = new Uint8Array(s.do === 'begin' ? 1 : s.length)
              const n = reading.tryRead(target)
              if (n > 0) take(target.subarray(0, n))
            }
          }
          reading.closeSync()
        })
        .afterEach(rigs.end),
      { numRuns: 300 },
    )
  })
})

describe('a file that reads a stream which is overwritten', () => {
  it.each(['frp', 'mrp'] as const)('says where it does not continue, and counts what it lost: %s', (strategy) => {
    fc.assert(
      fc
        .property(fc.array(fc.tuple(fc.nat(400), fc.nat(300)), { maxLength: 100 }), (list) => {
          const { writing, reading } = rigs.pair('c', { strategy })
          let written = 0
          let at = 0
          let lost = 0
          const byte = (place: number): number => (place * 7 + (place >> 8) * 3) & 0xff
          for (const [write, read] of list) {
            const n = writing.tryWrite(Uint8Array.from({ length: write }, (_, i) => byte(written + i)))
            if (n > 0) written += n
            writing.flush()
            const target = new Uint8Array(read)
            const got = reading.tryRead(target)
            if (got <= 0) continue
            const from = reading.position
            expect(Array.from(target.subarray(0, got))).toEqual(Array.from({ length: got }, (_, i) => byte(from + i)))
            // Everything between what was read and what is read now was counted as lost.
            expect(from).toBe(at + reading.lost.bytes - lost)
            if (from !== at) expect(reading.begins).toBe(true)
            lost = reading.lost.bytes
            at = from + got
          }
          reading.closeSync()
        })
        .afterEach(rigs.end),
      { numRuns: 300 },
    )
  })
})

describe('a file that joins while a block is written in pieces', () => {
  it.each(KINDS.filter((kind) => kind !== 'c' && kind !== 'i'))('begins with the next one, %s', async (kind) => {
    const first = rigs.pair(kind, { bytes: 4096 })
    await first.writing.write(block(0, 100), true)
    const { openRead } = await import('./open.js')
    const late = openRead(rigs.arena, first.ring.descriptor)
    await first.writing.write(block(1, 100))
    await first.writing.write(block(2, 10))
    expect(await late.readBlock()).toEqual(block(2, 10))
    expect(late.begins).toBe(true)
    expect(late.lost.broken).toBe(1)
    expect((await first.reading.readBlock())?.length).toBe(200)
    await late.close()
    await first.reading.close()
  })
})
