import { afterEach, describe, expect, it } from 'vitest'
import { createArena } from '../arena.js'
import { attachRingReader, createRingWriter, type RingOptions } from './local.js'
import { observeRing } from './observe.js'
import { Resizer } from './resizer.js'
import type { RingWriter } from './writer.js'

describe('the default strategy of resizing (§6)', () => {
  it('halves until the ring overflows, doubles once, and keeps that', () => {
    const resizer = new Resizer(4096, 65536)
    expect(resizer.next(65536, 0)).toBe(32768)
    expect(resizer.next(32768, 0)).toBe(16384)
    expect(resizer.next(16384, 1)).toBe(32768)
    for (let lap = 0; lap < 100; lap++) expect(resizer.next(32768, 1)).toBe(32768)
  })

  it('stops halving at the least size', () => {
    const resizer = new Resizer(4096, 65536)
    expect(resizer.next(8192, 0)).toBe(4096)
    expect(resizer.next(4096, 0)).toBe(4096)
    expect(resizer.next(4096, 1)).toBe(4096)
  })

  it('doubles again when overflows go on, and tries less after a long time without any', () => {
    const resizer = new Resizer(4096, 65536)
    let size = resizer.next(8192, 1)
    let overflows = 1
    for (let lap = 0; lap < 4; lap++) size = resizer.next(size, ++overflows)
    expect(size).toBe(32768)
    const after = Array.from({ length: 5000 }, () => {
      size = resizer.next(size, overflows)
      return size
    })
    expect(after.some((s) => s < 32768)).toBe(true)
  })
})

const arena = createArena({ bytes: 2 ** 23 })
const writers: RingWriter[] = []
afterEach(() => {
  for (const writer of writers.splice(0)) writer.free()
  expect(arena.used).toBe(0)
})
const make = (options: RingOptions): RingWriter => {
  const writer = createRingWriter(arena, options)
  writers.push(writer)
  return writer
}

/** Writes `count` blocks; a reader takes `batch` whenever there is no room, or after as many writes. Sizes that were seen. */
const run = (writer: RingWriter, bytes: number, count: number, batch: number): Set<number> => {
  const reader = attachRingReader(arena, writer.descriptor)
  const block = new Uint8Array(bytes)
  const got = new Uint8Array(bytes)
  const sizes = new Set<number>()
  let read = 0
  const take = (): void => {
    writer.publish()
    for (let i = 0; i < batch && reader.read(got) >= 0; i++) expect(got[0]).toBe(read++ & 255)
    reader.release()
  }
  for (let n = 0; n < count; n++) {
    block[0] = n
    while (writer.write(block) < 0) take()
    if (n % batch === batch - 1) take()
    const report = observeRing(arena, writer.descriptor)
    sizes.add(writer.descriptor.kind === 'c' ? report.capacity : Math.min(report.capacity, report.perceived))
  }
  writer.end()
  while (reader.peek() >= 0) take()
  expect(read).toBe(count)
  expect(reader.state).toBe('ended')
  return sizes
}

describe.each(['d', 'v', 'p'] as const)('a %s ring that finds its size', (kind) => {
  it.each(['pseudo', 'true'] as const)(
    'uses little for a reader that follows at once, and loses nothing: %s',
    (resize) => {
      const writer = make({ kind, bytes: 2 ** 17, resize, slotBytes: 100 })
      const sizes = run(writer, 100, 20_000, 8)
      expect(Math.min(...sizes)).toBe(4096)
      expect(writer.resizes).toBeGreaterThanOrEqual(5)
    },
  )

  it.each(['pseudo', 'true'] as const)('uses more for a reader that takes much at a time: %s', (resize) => {
    const writer = make({ kind, bytes: 2 ** 17, resize, slotBytes: 100 })
    const sizes = run(writer, 100, 30_000, 300)
    const final = observeRing(arena, writer.descriptor)
    expect(Math.min(final.capacity, final.perceived)).toBeGreaterThan(4096)
    expect(sizes.size).toBeGreaterThan(2)
  })
})

describe('true resizing', () => {
  it('grows for a block that does not fit the memory of now, up to the limit that it names', () => {
    const writer = make({ kind: 'v', bytes: 4096, resize: 'true', maxBytes: 65536 })
    expect(writer.maxBlock).toBe(32760)
    const reader = attachRingReader(arena, writer.descriptor)
    expect(writer.write(new Uint8Array(20_000).fill(7))).toBe(20_000)
    writer.publish()
    expect(reader.peek()).toBeGreaterThan(0)
    expect(reader.length).toBe(20_000)
    expect(() => writer.write(new Uint8Array(32761))).toThrow('its limit is 32760')
  })

  it('keeps the memory that it has when there is no other', () => {
    const small = createArena({ bytes: 2 ** 16 })
    const writer = createRingWriter(small, { kind: 'v', bytes: 2 ** 15, resize: 'true' })
    const rest = small.alloc(small.capacity - small.used - 4096)
    const reader = attachRingReader(small, writer.descriptor)
    const block = new Uint8Array(1000)
    for (let n = 0; n < 200; n++) {
      expect(writer.write(block)).toBe(1000)
      writer.publish()
      expect(reader.read(block)).toBe(1000)
      reader.release()
    }
    expect(writer.resizes).toBe(0)
    small.free(rest)
  })
})
