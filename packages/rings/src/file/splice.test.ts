import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { createArena } from '../arena.js'
import { createDBuf } from '../dbuf.js'
import { createIBuf } from '../ibuf.js'
import { createRingWriter } from '../ring/local.js'
import { observeRing } from '../ring/observe.js'
import { block, coded, joined, KINDS, Rigs } from '../testing/files.js'
import { openRead, openWrite } from './open.js'
import type { ReadingFile } from './reading-file.js'
import { splice } from './splice.js'
import type { WritingFile } from './writing-file.js'

const arena = createArena({ bytes: 2 ** 22 })
const rigs = new Rigs(arena)
afterEach(rigs.end)

/** An IBuf without a data buffer of its own. */
const indices = (slots = 16): { writing: WritingFile; reading: ReadingFile } => {
  const ibuf = createIBuf(arena, { slots })
  rigs.later(() => ibuf.free())
  const reading = openRead(arena, ibuf)
  return { writing: openWrite(arena, ibuf), reading }
}

describe.each(KINDS)('splicing a ring of kind %s to an IBuf', (kind) => {
  it('copies only indices, and what it refers to stays until it has been read', () => {
    fc.assert(
      fc
        .property(
          fc.array(fc.record({ do: fc.constantFrom('write', 'move', 'read'), length: fc.nat(100) })),
          (steps) => {
            const source = rigs.pair(kind, { slotBytes: 100 })
            const index = indices()
            const wanted: Uint8Array[] = []
            const got: Uint8Array[] = []
            let waiting: Uint8Array | undefined
            const move = (): boolean => {
              const view = waiting ?? source.reading.tryPeek()
              if (!view) return false
              const n = index.writing.tryWrite(view, source.reading.more)
              index.writing.flush()
              // No room: the same view again, and nothing else in between.
              waiting = n < 0 ? view : undefined
              return n >= 0
            }
            const read = (): boolean => {
              const bytes = index.reading.tryReadBlock()
              if (bytes) got.push(bytes)
              else index.reading.release()
              return !!bytes
            }
            for (const { do: what, length } of steps) {
              if (what === 'write') {
                const bytes = block(wanted.length, length)
                if (source.writing.tryWrite(bytes) === length) wanted.push(bytes)
                source.writing.flush()
              } else if (what === 'move') move()
              else read()
            }
            while (move() || read()) {}
            if (kind === 'c') expect(joined(got)).toEqual(joined(wanted))
            else expect(got).toEqual(wanted)
            const empty = kind === 'c' ? 0 : wanted.filter(({ length }) => length === 0).length
            expect(index.writing.copied).toBe(empty)
            source.reading.closeSync()
            index.reading.closeSync()
          },
        )
        .afterEach(rigs.end),
      { numRuns: 200 },
    )
  })
})

describe('a splice', () => {
  it('holds the producer back until the last reader is done, however far the first has gone', async () => {
    const { writing, reading, ring } = rigs.pair('d', { bytes: 4096 })
    const index = indices(64)
    for (let n = 0; n < 8; n++) expect(writing.tryWrite(block(n, 400))).toBe(400)
    writing.flush()
    for (let n = 0; n < 8; n++) expect(index.writing.tryWrite(reading.tryPeek()!)).toBe(400)
    index.writing.flush()
    expect(index.writing.linked).toBe(8)
    expect(reading.tryPeek()).toBe(undefined)
    // The first reader has read everything; and yet there is no room for as much again.
    expect(observeRing(arena, ring.descriptor).readers.map(({ lag }) => lag > 0)).toContain(true)
    let written = 0
    while (writing.tryWrite(block(8 + written, 400)) >= 0) written++
    expect(written).toBe(2)
    writing.flush()
    for (let n = 0; n < 8; n++) expect(index.reading.tryReadBlock()).toEqual(block(n, 400))
    index.reading.release()
    expect(index.reading.tryPeek()).toBe(undefined)
    expect(await reading.readBlock()).toEqual(block(8, 400))
    expect(await reading.readBlock()).toEqual(block(9, 400))
    expect(reading.tryPeek()).toBe(undefined)
    reading.release()
    expect(writing.tryWrite(block(10, 400))).toBe(400)
    await reading.close()
    await index.reading.close()
  })

  it.each([0, 9])('keeps the memory of a ring that moves, %i blocks spliced before', async (before) => {
    const { writing, reading, ring } = rigs.pair('v', { bytes: 1024 })
    const index = indices(32)
    let spliced = 0
    const move = async (): Promise<void> => {
      expect(index.writing.tryWrite((await reading.peek())!)).toBe(50)
      index.writing.flush()
      spliced++
    }
    for (let n = 0; n < 18; n++) {
      expect(await writing.write(block(n, 50))).toBe(50)
      if (n < before) await move()
      if (n % 3 === 2) ring.moveTo({ bytes: n % 2 === 0 ? 2048 : 512, kind: n === 5 ? 'd' : 'v' })
    }
    writing.flush()
    const areas = arena.used
    while (spliced < 18) await move()
    expect(index.writing.copied).toBe(0)
    expect(reading.tryPeek()).toBe(undefined)
    for (let n = 0; n < 18; n++) expect(index.reading.tryReadBlock()).toEqual(block(n, 50))
    index.reading.release()
    reading.release()
    await reading.close()
    await index.reading.close()
    // The producer gives the old memory back when it looks for room.
    ring.moveTo({ bytes: 512 })
    expect(arena.used).toBeLessThan(areas)
    writing.closeSync()
  })

  it('of a part of a block refers to that part', () => {
    const { writing, reading } = rigs.pair('v')
    const index = indices()
    writing.tryWrite(block(3, 100))
    writing.flush()
    const view = reading.tryPeek()!
    for (const [from, to] of [
      [10, 20],
      [0, 100],
      [99, 100],
    ]) {
      index.writing.tryWrite(view.subarray(from, to))
    }
    index.writing.flush()
    expect(index.writing.linked).toBe(3)
    expect(index.reading.tryReadBlock()).toEqual(block(3, 100).subarray(10, 20))
    expect(index.reading.tryReadBlock()).toEqual(block(3, 100))
    expect(index.reading.tryReadBlock()).toEqual(block(3, 100).subarray(99))
    reading.closeSync()
    index.reading.closeSync()
  })

  it('takes what read has copied for the same only if it was told so', () => {
    for (const fastRead of [false, true]) {
      const { writing, reading } = rigs.pair('d', { read: { fastRead } })
      const ibuf = createIBuf(arena, { slots: 16 })
      rigs.later(() => ibuf.free())
      const data = createDBuf(arena, { bytes: 512 })
      rigs.later(() => data.free())
      const to = openWrite(arena, ibuf, { data })
      const from = openRead(arena, ibuf)
      writing.tryWrite(block(1, 40))
      writing.flush()
      const copy = new Uint8Array(40)
      expect(reading.tryRead(copy)).toBe(40)
      to.tryWrite(copy)
      to.flush()
      expect(to).toMatchObject(fastRead ? { linked: 1, copied: 0 } : { linked: 0, copied: 1 })
      expect(from.tryReadBlock()).toEqual(block(1, 40))
      from.closeSync()
      reading.closeSync()
    }
  })

  it('goes on from IBuf to IBuf; every buffer is given back at last', async () => {
    const { writing, reading } = rigs.pair('i', { bytes: 1024 })
    const [second, third] = [indices(8), indices(32)]
    const count = 500
    const moving = [splice(reading, second.writing), splice(second.reading, third.writing)].map((moved, i) =>
      moved.then(async (bytes) => {
        await [second, third][i]!.writing.close()
        return bytes
      }),
    )
    const reader = (async () => {
      let n = 0
      for await (const view of third.reading.views()) expect(view).toEqual(block(n, 1 + (n++ % 300)))
      return n
    })()
    let bytes = 0
    for (let n = 0; n < count; n++) bytes += await writing.write(block(n, 1 + (n % 300)))
    await writing.close()
    expect(await Promise.all([...moving, reader])).toEqual([bytes, bytes, count])
    expect(second.writing).toMatchObject({ linked: count, copied: 0 })
    expect(third.writing).toMatchObject({ linked: count, copied: 0 })
    await Promise.all([reading.close(), second.reading.close()])
  })

  it('without a place for the anchor copies, or says that it cannot', () => {
    const ring = createRingWriter(arena, { bytes: 1024, maxReaders: 1 })
    rigs.later(() => ring.free())
    const reading = openRead(arena, ring.descriptor)
    ring.write(block(1, 30))
    ring.publish()
    const view = reading.tryPeek()!
    expect(() => indices().writing.tryWrite(view)).toThrow(coded('SL_USAGE') as Error)
    const { writing, reading: copies } = rigs.pair('i')
    expect(writing.tryWrite(view)).toBe(30)
    writing.flush()
    expect(writing).toMatchObject({ linked: 0, copied: 1 })
    expect(copies.tryReadBlock()).toEqual(block(1, 30))
    reading.closeSync()
    copies.closeSync()
  })

  it('of a ring that overwrites tells who reads the index what was lost', () => {
    const { writing, reading } = rigs.pair('d', { strategy: 'frp', bytes: 1024 })
    const index = indices()
    writing.tryWrite(block(0, 100))
    writing.flush()
    index.writing.tryWrite(reading.tryPeek()!)
    index.writing.flush()
    for (let n = 1; n < 20; n++) writing.tryWrite(block(n, 100))
    writing.flush()
    expect(index.reading.tryReadBlock()).toBe(undefined)
    expect(index.reading.lost).toMatchObject({ blocks: 1, bytes: 100 })
    reading.closeSync()
    index.reading.closeSync()
  })

  it.each(KINDS.flatMap((from) => KINDS.map((to) => ({ from, to }))))(
    'moves blocks from $from to $to',
    async (kinds) => {
      const from = rigs.pair(kinds.from)
      const to = rigs.pair(kinds.to, { bytes: 1024 })
      const blocks = [5, 0, 300, 2000, 1, 100].map((length, n) => block(n, length))
      const feeding = (async () => {
        for (const bytes of blocks) await from.writing.write(bytes)
        await from.writing.close()
      })()
      const moving = splice(from.reading, to.writing).then(async (bytes) => {
        await to.writing.close()
        return bytes
      })
      const got: Uint8Array[] = []
      for await (const bytes of to.reading) got.push(bytes)
      expect(await moving).toBe(2406)
      await feeding
      if (kinds.from === 'c' || kinds.to === 'c') expect(joined(got)).toEqual(joined(blocks))
      else expect(got).toEqual(blocks)
      await from.reading.close()
    },
  )

  it('moves as much as it is asked for', async () => {
    const from = rigs.pair('v')
    const to = rigs.pair('d')
    for (let n = 0; n < 4; n++) await from.writing.write(block(n, 40))
    expect(await splice(from.reading, to.writing, { blocks: 2 })).toBe(80)
    expect(await splice(from.reading, to.writing, { bytes: 50 })).toBe(50)
    await to.writing.close()
    expect(await to.reading.readBlock()).toEqual(block(0, 40))
    expect(await to.reading.readBlock()).toEqual(block(1, 40))
    expect(await to.reading.readBlock()).toEqual(block(2, 40))
    await expect(to.reading.readBlock()).rejects.toMatchObject({ code: 'SL_BROKEN_PIPE' })
    await from.reading.close()
  })
})
