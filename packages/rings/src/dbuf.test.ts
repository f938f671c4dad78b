import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inspectRing } from './counters.js'
import { attachDBuf, createDBuf, resumeDBuf } from './dbuf.js'
import { WORD } from './format.js'
import { advance, distance } from './position.js'
import { positions, smallArena, startAt, wordsOf } from './testing/rings.js'

/** A byte that says at which position it stands. */
const stamp = (position: number): number => (position * 31 + Math.floor(position / 64)) & 0xff
const fill = (bytes: Uint8Array, offset: number, length: number, position: number): void => {
  for (let i = 0; i < length; i++) bytes[offset + i] = stamp(position + i)
}

const operation = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant('write' as const), bytes: fc.integer({ min: 1, max: 128 }) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('abandon' as const), bytes: fc.integer({ min: 1, max: 128 }) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('publish' as const) }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('release' as const), blocks: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('resume' as const) }) },
)
const SIZE = 256

describe('a DBuf', () => {
  for (const kind of ['d', 'c'] as const) {
    for (const strategy of ['srp', 'frp'] as const) {
      it(`(${kind}, ${strategy}) resolves exactly what is there, to its bytes`, () => {
        fc.assert(
          fc.property(positions(1), fc.array(operation, { maxLength: 100 }), (start, ops) => {
            const arena = smallArena()
            const made = createDBuf(arena, { bytes: SIZE, kind, strategy })
            startAt(arena, made.descriptor, start)
            let dbuf = resumeDBuf(arena, made.descriptor)
            const reader = attachDBuf(arena, made.descriptor)
            let blocks: { position: number; length: number; published: boolean }[] = []
            let head = start
            /** The furthest byte reserved so far; the intent runs ahead of it by up to a sixteenth of the ring. */
            let reach = start
            let published = start
            let released = start
            const check = (): void => {
              for (const block of blocks) {
                const { position, length } = block
                const offset = reader.resolve(position, length)
                const overwritten = distance(position, reach) > SIZE
                const near = strategy === 'frp' && distance(position, reach) > SIZE - SIZE / 16
                const there = dbuf.base + (position % SIZE)
                if (overwritten) expect(dbuf.resolve(position, length)).toBe(-1)
                else if (!near) expect(dbuf.resolve(position, length)).toBe(there)
                if (!block.published || overwritten) expect(offset).toBe(-1)
                else if (!near) expect(offset).toBe(there)
                if (offset >= 0)
                  for (let i = 0; i < length; i++) expect(arena.bytes[offset + i]).toBe(stamp(position + i))
                const copy = new Uint8Array(length)
                if (reader.copy(position, length, copy)) expect(copy).toEqual(copy.map((_, i) => stamp(position + i)))
                else expect(offset).toBe(-1)
              }
            }
            for (const o of ops) {
              if (o.op === 'write' || o.op === 'abandon') {
                const offset = dbuf.reserve(o.bytes)
                const used = distance(released, head)
                if (offset < 0) {
                  expect(strategy).toBe('srp')
                  const rest = SIZE - (head % SIZE)
                  expect(
                    used + (kind === 'd' && o.bytes > rest ? rest + o.bytes : Math.min(rest, o.bytes)),
                  ).toBeGreaterThan(SIZE)
                  continue
                }
                const length = dbuf.reserved
                if (kind === 'd') expect(length).toBe(o.bytes)
                expect(offset - dbuf.base + length).toBeLessThanOrEqual(SIZE)
                const end = advance(dbuf.position, length)
                if (distance(reach, end) < 2 ** 40) reach = end
                // What was given up may still have been scribbled on: only where nothing unread lies, with SRP.
                if (o.op === 'abandon') {
                  if (strategy === 'srp') arena.bytes.fill(0xee, offset, offset + length)
                  continue
                }
                const position = dbuf.position
                fill(arena.bytes, offset, length, position)
                dbuf.commit(length)
                head = advance(position, length)
                if (strategy === 'srp') expect(distance(released, head)).toBeLessThanOrEqual(SIZE)
                blocks.push({ position, length, published: false })
              } else if (o.op === 'publish') {
                dbuf.publish()
                published = head
                for (const block of blocks) block.published = true
              } else if (o.op === 'release') {
                const ready = blocks.filter((b) => b.published)
                const last = ready[Math.min(o.blocks, ready.length) - 1]
                if (!last || strategy === 'frp') continue
                released = advance(last.position, last.length)
                reader.release(released)
                blocks = blocks.slice(blocks.indexOf(last) + 1)
              } else {
                // The producer dies: what it has not published never was, what it has stays.
                if (strategy === 'frp') published = inspectRing(arena, made.descriptor).producer
                dbuf = resumeDBuf(arena, made.descriptor)
                head = published
                blocks = blocks.filter((b) => b.published)
              }
              // An FRP producer publishes by itself when it has gone a whole ring further.
              if (strategy === 'frp') {
                const state = inspectRing(arena, made.descriptor)
                for (const b of blocks)
                  b.published ||= distance(advance(b.position, b.length), state.producer) < 2 ** 40
              }
              check()
            }
          }),
          { numRuns: 150 },
        )
      })
    }
  }

  it('serves as a ring of core in one thread: reserve, commit, resolve, release, reclaim', () => {
    const arena = smallArena()
    const dbuf = createDBuf(arena, { bytes: 1000 })
    expect(dbuf).toMatchObject({ size: 1024, maxBlock: 512, id: dbuf.descriptor.offset / 64 })
    const reclaimed: [number, number][] = []
    dbuf.onReclaim = (offset, length) => reclaimed.push([offset, length])
    const first = dbuf.position
    expect(dbuf.reserve(300)).toBe(dbuf.base)
    dbuf.commit(200)
    expect(dbuf.reserve(400)).toBe(dbuf.base + 200)
    dbuf.commit(400)
    expect(reclaimed).toEqual([
      [dbuf.base, 300],
      [dbuf.base + 200, 400],
    ])
    expect(dbuf.resolve(first, 600)).toBe(dbuf.base)
    expect(dbuf.resolve(first, 601)).toBe(-1)
    expect(dbuf.reserve(500)).toBe(-1)
    dbuf.drop()
    dbuf.release(600)
    // 424 bytes are left before the end: the block goes to the start, positions skip the rest.
    expect(dbuf.reserve(500)).toBe(dbuf.base)
    expect(dbuf.position).toBe(1024)
    expect(dbuf.resolve(first, 200)).toBe(-1)
    dbuf.commit(500)
    expect(dbuf.resolve(1024, 500)).toBe(dbuf.base)
    expect(inspectRing(arena, dbuf.descriptor)).toMatchObject({
      kind: 'd',
      strategy: 'srp',
      consumer: 600,
      producer: 600,
    })
    dbuf.publish()
    expect(inspectRing(arena, dbuf.descriptor).counters).toMatchObject({ published: 3, dropped: 1 })
    dbuf.free()
    expect(arena.used).toBe(0)
  })

  it('reports a sleeping reader once, also when it was found while publishing for another reason', () => {
    const arena = smallArena()
    const dbuf = createDBuf(arena, { bytes: 1024 })
    const words = wordsOf(arena, dbuf.descriptor, 1024)
    dbuf.reserve(10)
    dbuf.commit(10)
    words[WORD.readerSleeps] = 1
    dbuf.release(10)
    expect(words[WORD.readerSleeps]).toBe(0)
    expect([dbuf.publish(), dbuf.publish()]).toEqual([true, false])
  })

  it('refuses blocks that can never fit, and misuse', () => {
    const arena = smallArena()
    const dbuf = createDBuf(arena, { bytes: 1024 })
    for (const bytes of [513, 0, -1, Number.NaN]) {
      expect(() => dbuf.reserve(bytes)).toThrow(
        expect.objectContaining({ code: 'SL_RING', detail: expect.objectContaining({ limit: 512 }) }),
      )
    }
    expect(() => dbuf.commit(1)).toThrow(expect.objectContaining({ code: 'SL_USAGE' }))
    dbuf.reserve(10)
    dbuf.commit(10)
    for (const position of [11, -1, 2 ** 52, 0.5, Number.NaN])
      expect(() => dbuf.release(position)).toThrow('cannot release')
    dbuf.release(10)
    expect(() => dbuf.release(9)).toThrow('cannot release')
    for (const position of [Number.NaN, -1, 2 ** 53, 10.5])
      expect(attachDBuf(arena, dbuf.descriptor).resolve(position, 1)).toBe(-1)
    expect(createDBuf(arena, { bytes: 1024, kind: 'c' }).maxBlock).toBe(1024)
  })

  it('(frp) tells a reader that what it has just used was overwritten', () => {
    const arena = smallArena()
    const dbuf = createDBuf(arena, { bytes: 1024, strategy: 'frp' })
    const reader = attachDBuf(arena, dbuf.descriptor)
    const write = (bytes: number): void => {
      dbuf.reserve(bytes)
      dbuf.commit(bytes)
      dbuf.publish()
    }
    write(100)
    expect(reader.resolve(0, 100)).toBe(dbuf.base)
    for (let i = 0; i < 8; i++) write(100)
    expect(reader.intact(0)).toBe(true)
    // Reserving alone is enough: the bytes may be changing already.
    dbuf.reserve(200)
    expect(reader.intact(0)).toBe(false)
    expect(reader.resolve(0, 100)).toBe(-1)
    expect(reader.copy(0, 100, new Uint8Array(100))).toBe(false)
    expect(reader.release(0)).toBe(false)
  })
})
