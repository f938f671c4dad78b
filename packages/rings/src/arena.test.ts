import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { attachArena, createArena } from './arena.js'

afterEach(() => vi.unstubAllGlobals())

describe('an arena', () => {
  it('hands out aligned ranges that never overlap, and is whole again when all are freed', () => {
    const request = fc.record({
      bytes: fc.integer({ min: 1, max: 9000 }),
      align: fc.constantFrom(1, 8, 64, 128, 4096),
      free: fc.nat({ max: 9 }),
    })
    fc.assert(
      fc.property(fc.array(request, { maxLength: 80 }), (requests) => {
        const arena = createArena({ bytes: 65536, shared: false })
        const live: { at: number; bytes: number }[] = []
        for (const { bytes, align, free } of requests) {
          if (free < live.length) arena.free(live.splice(free, 1)[0]!.at)
          try {
            const at = arena.alloc(bytes, align)
            expect(at % align).toBe(0)
            expect(at).toBeGreaterThan(0)
            expect(at + bytes).toBeLessThanOrEqual(65536)
            for (const other of live) expect(at >= other.at + other.bytes || at + bytes <= other.at).toBe(true)
            live.push({ at, bytes })
          } catch (e) {
            expect(e).toMatchObject({ code: 'SL_ARENA_FULL' })
          }
          expect(arena.used).toBe(live.reduce((sum, r) => sum + r.bytes, 0))
        }
        for (const { at } of live) arena.free(at)
        expect(arena.used).toBe(0)
        expect(arena.alloc(arena.capacity)).toBe(64)
      }),
    )
  })

  it('says what is wrong with a request', () => {
    const arena = createArena({ bytes: 65536 })
    for (const bytes of [0, -1, 1.5, Number.NaN]) expect(() => arena.alloc(bytes)).toThrow('cannot allocate')
    for (const align of [0, 3, 131072]) expect(() => arena.alloc(1, align)).toThrow('cannot align')
    const at = arena.alloc(10)
    arena.free(at)
    expect(() => arena.free(at)).toThrow('nothing is allocated')
    expect(() => arena.alloc(65536)).toThrow(expect.objectContaining({ code: 'SL_ARENA_FULL' }))
    for (const bytes of [0, 2 ** 31 + 1, -5, Number.NaN]) {
      expect(() => createArena({ bytes })).toThrow(expect.objectContaining({ code: 'SL_USAGE' }))
    }
  })

  it('is one shared WebAssembly memory of 1 GiB by default, up to 2 GiB', () => {
    const arena = createArena()
    expect(arena.lost).toBeUndefined()
    expect(arena.memory?.buffer).toBe(arena.buffer)
    expect(arena.buffer).toBeInstanceOf(SharedArrayBuffer)
    expect(arena.bytes.length).toBe(2 ** 30)
    const largest = createArena({ bytes: 2 ** 31 })
    const top = largest.alloc(2 ** 31 - 64)
    largest.bytes[top + 2 ** 31 - 65] = 7
    expect(largest.bytes[2 ** 31 - 1]).toBe(7)
  })

  it('falls back, and says what is lost', () => {
    vi.stubGlobal('WebAssembly', undefined)
    const withoutWasm = createArena({ bytes: 65536 })
    expect(withoutWasm.buffer).toBeInstanceOf(SharedArrayBuffer)
    expect(withoutWasm.lost).toMatch(/^WebAssembly functional elements and memory of other processes/)
    vi.stubGlobal('SharedArrayBuffer', undefined)
    const plain = createArena({ bytes: 65536 })
    expect(plain.buffer).toBeInstanceOf(ArrayBuffer)
    expect(plain.lost).toMatch(/mapping.*; workers cannot share it/)
    vi.unstubAllGlobals()
    vi.stubGlobal('crossOriginIsolated', false)
    const page = createArena({ bytes: 65536 })
    expect(page.memory).toBeDefined()
    expect(page.buffer).toBeInstanceOf(ArrayBuffer)
    expect(page.lost).toMatch(/^workers cannot share it/)
    expect(createArena({ bytes: 65536, shared: false }).lost).toBeUndefined()
  })

  it('takes less than 1 GiB when that is all there is, but never less than was asked for', () => {
    const Real = ArrayBuffer
    const limited = (make: (bytes: number) => object) =>
      class {
        constructor(size: number | { initial: number }) {
          const bytes = typeof size === 'number' ? size : size.initial * 65536
          if (bytes > 2 ** 28) throw new RangeError('out of memory')
          // biome-ignore lint/correctness/noConstructorReturn: stands for a constructor of the platform
          return make(bytes)
        }
      }
    vi.stubGlobal('WebAssembly', { Memory: limited((bytes) => ({ buffer: new Real(bytes) })) })
    vi.stubGlobal('SharedArrayBuffer', undefined)
    vi.stubGlobal(
      'ArrayBuffer',
      limited((bytes) => new Real(bytes)),
    )
    expect(() => createArena({ bytes: 2 ** 30 })).toThrow(expect.objectContaining({ code: 'SL_ARENA_FULL' }))
    const arena = createArena()
    expect(arena.capacity).toBe(2 ** 28 - 64)
    expect(arena.lost).toMatch(/workers cannot share it.*; only 256 MiB could be had/)
  })

  it('of a worker hands out its own range only', () => {
    const arena = createArena({ bytes: 2 ** 20 })
    const from = arena.alloc(4096)
    const worker = attachArena(arena.memory!, from, from + 4096)
    expect(worker.buffer).toBe(arena.buffer)
    const at = worker.alloc(4096)
    expect(at).toBe(from)
    expect(() => worker.alloc(1)).toThrow(expect.objectContaining({ code: 'SL_ARENA_FULL' }))
    expect(attachArena(arena.buffer, from, from + 64).capacity).toBe(64)
    for (const [a, b] of [
      [0, 64],
      [64, 2 ** 21],
      [128, 64],
      [64.5, 128],
    ]) {
      expect(() => attachArena(arena.buffer, a!, b!)).toThrow(expect.objectContaining({ code: 'SL_USAGE' }))
    }
  })
})
