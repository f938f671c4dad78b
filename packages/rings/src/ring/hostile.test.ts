import { StreamlineError } from '@netstreamline/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createArena } from '../arena.js'
import { attachRingReader, createRingWriter } from './local.js'
import { observeRing } from './observe.js'

const arena = createArena({ bytes: 2 ** 20 })
/** What the ends copy from and to. */
const at = arena.alloc(128)

/** Where the damage is done, in words from the start of the ring, and what is written there. */
const damage = fc.record({
  place: fc.oneof({ weight: 3, arbitrary: fc.nat(255) }, { weight: 3, arbitrary: fc.nat(255 + 128) }, fc.nat(2047)),
  value: fc.oneof(
    fc.integer(),
    fc.constantFrom(0, -1, 1, 8, 16, 0x40000000, -0x80000000),
    fc.integer({ min: 0, max: 2048 }),
  ),
  after: fc.nat(20),
})

const attempt = (what: () => unknown): unknown => {
  try {
    return what()
  } catch (error) {
    expect(error).toBeInstanceOf(StreamlineError)
    expect((error as StreamlineError).code).toMatch(/^SL_RING/)
    return undefined
  }
}

/**
 * A neighbour that scribbles over everything that the ring's ends share. Whatever stands there, an end never touches
 * a byte outside the ring, comes back every time, and throws nothing but SL_RING errors.
 */
describe.each(['c', 'p', 'v', 'd'] as const)('a %s ring whose memory is overwritten', (kind) => {
  it.each(['srp', 'mrp', 'frp'] as const)('shows nothing from outside, and gives clear errors only: %s', (strategy) => {
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 40 }), (damages) => {
        const writer = createRingWriter(arena, { kind, bytes: 1024, slotBytes: 56, strategy, maxReaders: 3 })
        const { area } = writer
        const words = new Int32Array(arena.buffer, area.offset, area.words.length)
        const before = arena.bytes.slice(at + 128, area.offset)
        const end = area.offset + area.words.length * 4
        const after = arena.bytes.slice(end, end + 8192)
        const readers = [0, 1].map(() => attachRingReader(arena, writer.descriptor))
        const block = new Uint8Array(50)
        try {
          for (const { place, value, after: steps } of damages) {
            words[place % words.length] = value
            for (let i = 0; i <= steps; i++) {
              const length = (i * 7) % 50
              attempt(() => (i % 2 ? writer.write(block.subarray(0, length)) : writer.writeFrom(at, length)))
              if (i % 5 === 0) {
                attempt(() => {
                  for (let n = 0; n < 100 && readers[i & 1]!.readTo(at + 50, 50) >= 0; n++);
                })
              }
              if (i % 3 === 0) attempt(() => writer.publish())
              for (const reader of readers) {
                attempt(() => {
                  // A reader that steps from block to block comes to an end.
                  for (let n = 0; n < 100 && reader.peek() >= 0; n++) {
                    expect(reader.offset).toBeGreaterThanOrEqual(area.base)
                    expect(reader.offset + reader.length).toBeLessThanOrEqual(area.base + area.capacity)
                    reader.intact()
                    reader.next()
                  }
                  reader.release()
                })
              }
            }
            attempt(() => observeRing(arena, writer.descriptor))
          }
          attempt(() => attachRingReader(arena, writer.descriptor).peek())
          attempt(() => writer.end())
          expect(arena.bytes.slice(at + 128, area.offset)).toEqual(before)
          expect(arena.bytes.slice(end, end + 8192)).toEqual(after)
        } finally {
          arena.free(area.offset)
        }
      }),
      { numRuns: 150 },
    )
  })
})
