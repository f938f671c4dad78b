import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createArena } from '../arena.js'
import { attachRingReader, createRingWriter } from '../ring/local.js'
import { createHotEnd } from './ends.js'

const arena = createArena({ bytes: 2 ** 20 })
const plain = createArena({ bytes: 2 ** 20, shared: false })

describe('the hot half of an end', () => {
  it.each([
    ['shared', arena],
    ['not shared', plain],
  ])('copies any length from and to any place, and nothing beside: memory that is %s', (_, memory) => {
    const hot = createHotEnd(memory)!
    const base = memory.alloc(4096)
    const bytes = memory.bytes.subarray(base, base + 4096)
    fc.assert(
      fc.property(fc.nat(600), fc.nat(40), fc.nat(40), (length, from, to) => {
        for (let i = 0; i < bytes.length; i++) bytes[i] = i * 7 + (i >> 8)
        const wanted = Uint8Array.from(bytes)
        wanted.copyWithin(2048 + to, from, from + length)
        hot.copy(base + 2048 + to, base + from, length)
        expect(Uint8Array.from(bytes)).toEqual(wanted)
      }),
      { numRuns: 200 },
    )
    memory.free(base)
  })

  it('writes nothing outside its window, and nothing when it is closed', () => {
    const hot = createHotEnd(arena)!
    const base = arena.alloc(256)
    arena.bytes.fill(1, base, base + 256)
    hot.open(3, base, base + 64, 0, 2)
    expect(hot.put(base + 128, 60)).toBe(0)
    expect(hot.put(base + 128, 16)).toBe(1)
    expect(hot.put(base + 128, 16)).toBe(1)
    // Two blocks were allowed, although a third would fit.
    expect(hot.put(base + 128, 1)).toBe(0)
    expect(hot.close()).toBe(base + 48)
    expect(hot.put(base + 128, 1)).toBe(0)
    expect(hot.take(base + 200, 56)).toBe(-1)
    expect([...arena.bytes.subarray(base + 48, base + 256)]).toEqual(Array(208).fill(1))
    arena.free(base)
  })
})

it('memory that is no WebAssembly memory is served all the same', () => {
  const arena = createArena({ bytes: 2 ** 16, shared: false })
  const bare = { ...arena, memory: undefined }
  const writer = createRingWriter(bare, { bytes: 1024 })
  const reader = attachRingReader(bare, writer.descriptor)
  const at = bare.alloc(64)
  arena.bytes.set([1, 2, 3, 4], at)
  expect(writer.writeFrom(at, 4)).toBe(4)
  writer.publish()
  expect(reader.readTo(at + 32, 32)).toBe(4)
  expect([...arena.bytes.subarray(at + 32, at + 36)]).toEqual([1, 2, 3, 4])
})

describe('places outside the arena', () => {
  it.each([
    [-1, 4],
    [2 ** 20 - 2, 4],
    [Number.NaN, 4],
    [64, -4],
  ])('are refused: %d, %d bytes', (offset, length) => {
    const writer = createRingWriter(arena, { bytes: 1024 })
    const reader = attachRingReader(arena, writer.descriptor)
    const at = arena.alloc(64)
    // Once with a window open, once without.
    for (let i = 0; i < 2; i++) {
      expect(() => writer.writeFrom(offset, length)).toThrow(expect.objectContaining({ code: 'SL_USAGE' }))
      expect(() => reader.readTo(offset, length)).toThrow(expect.objectContaining({ code: 'SL_USAGE' }))
      for (let n = 0; n < 4; n++) writer.writeFrom(at, 16)
      writer.publish()
      writer.writeFrom(at, 16)
      expect(reader.readTo(at, 64)).toBe(16)
    }
    arena.free(at)
    writer.free()
  })
})
