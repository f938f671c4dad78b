import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inspectRing } from './counters.js'
import { attachIBuf, createIBuf } from './ibuf.js'
import { IndexRecord } from './index-record.js'
import { positions, smallArena, startAt } from './testing/rings.js'

const u16 = fc.integer({ min: 0, max: 65535 })
const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const half = fc.integer({ min: -1, max: 65534 })
const record = fc.record({
  ring: fc.integer({ min: 1, max: 2 ** 32 - 2 }),
  position: fc.maxSafeInteger().map((n) => Math.abs(n) % 2 ** 52),
  offset: fc.integer({ min: 0, max: 2 ** 30 }),
  length: fc.integer({ min: 0, max: 2 ** 30 }),
  classifier: u16,
  flags: fc.integer({ min: 0, max: 0x7fff }),
  stream: u32,
  kind: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  extension: fc.option(
    fc.record({
      seconds: fc.oneof(u32, fc.maxSafeInteger()),
      nanoseconds: u32,
      wireLength: u32,
      l3: half,
      l4: half,
      proto: half,
    }),
    { nil: undefined },
  ),
})
type Model = typeof record extends fc.Arbitrary<infer T> ? T : never
const none = { seconds: 0, nanoseconds: 0, wireLength: 0, l3: -1, l4: -1, proto: -1 }
const expected = ({ extension, ...index }: Model) => ({
  ...index,
  extended: extension !== undefined,
  ...(extension ?? none),
})

const operation = fc.oneof(
  { weight: 6, arbitrary: record.map((value) => ({ op: 'push' as const, value })) },
  { weight: 2, arbitrary: fc.constant({ op: 'publish' as const }) },
  { weight: 4, arbitrary: fc.constant({ op: 'next' as const }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 9 }).map((max) => ({ op: 'poll' as const, max })) },
  { weight: 1, arbitrary: fc.constant({ op: 'peek' as const }) },
  { weight: 1, arbitrary: fc.constant({ op: 'release' as const }) },
  { weight: 1, arbitrary: fc.constant({ op: 'takeover' as const }) },
)

describe('an IBuf', () => {
  it('is a bounded queue of what was published', () => {
    fc.assert(
      fc.property(
        positions(32),
        fc.constantFrom(2, 4, 16),
        fc.array(operation, { maxLength: 120 }),
        (start, slots, ops) => {
          const arena = smallArena()
          const ibuf = createIBuf(arena, { slots })
          startAt(arena, ibuf.descriptor, start)
          let writer = ibuf.writer()
          const reader = attachIBuf(arena, ibuf.descriptor).reader()
          const index = new IndexRecord()
          const pending: Model[] = []
          const queue: Model[] = []
          const size = (m: Model) => (m.extension ? 2 : 1)
          const total = (list: Model[]) => list.reduce((sum, m) => sum + size(m), 0)
          /** Slots of records that were read but may not have been given back yet. */
          let read = 0
          for (const o of ops) {
            if (o.op === 'push') {
              const { ring, position, offset, length, classifier, flags, stream, kind, extension: x } = o.value
              const used = total(pending) + total(queue)
              const ok = x
                ? writer.pushExtended(
                    ring,
                    position,
                    offset,
                    length,
                    classifier,
                    flags,
                    stream,
                    kind,
                    x.seconds,
                    x.nanoseconds,
                    x.wireLength,
                    x.l3,
                    x.l4,
                    x.proto,
                  )
                : writer.push(ring, position, offset, length, classifier, flags, stream, kind)
              if (used + read + size(o.value) <= slots) expect(ok).toBe(true)
              if (used + size(o.value) > slots) expect(ok).toBe(false)
              if (ok) pending.push(o.value)
            } else if (o.op === 'publish') {
              expect(writer.publish()).toBe(false)
              queue.push(...pending.splice(0))
            } else if (o.op === 'takeover') {
              // The writer dies: what it has not published never was.
              pending.length = 0
              writer = ibuf.writer()
            } else if (o.op === 'release') {
              reader.release()
              read = 0
            } else if (o.op === 'poll') {
              const want = queue.splice(0, o.max)
              const got: object[] = []
              expect(reader.poll(o.max, (i) => got.push({ ...i }))).toBe(want.length)
              expect(got).toEqual(want.map(expected))
              read += total(want)
            } else {
              const want = queue[0]
              expect(reader[o.op](index)).toBe(want !== undefined)
              if (want) expect({ ...index }).toEqual(expected(want))
              if (want && o.op === 'next') read += size(queue.shift()!)
            }
          }
        },
      ),
      { numRuns: 400 },
    )
  })

  it('carries on across 2^32 and 2^52 bytes', () => {
    for (const edge of [2 ** 31, 2 ** 32, 2 ** 52]) {
      const arena = smallArena()
      const ibuf = createIBuf(arena, { slots: 8 })
      startAt(arena, ibuf.descriptor, edge - 320)
      const writer = ibuf.writer()
      const reader = ibuf.reader()
      const seen: number[] = []
      for (let i = 0; i < 100; i++) {
        writer.push(1, i, 0, 1, 1, 0, 0, 0)
        writer.publish()
        reader.poll(8, (index) => seen.push(index.position))
      }
      reader.release()
      expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => i))
      const state = inspectRing(arena, ibuf.descriptor)
      expect(state.producer).toBe((edge - 320 + 3200) % 2 ** 52)
      expect(state).toMatchObject({ fill: 0, kind: 'i', counters: { published: 100, consumed: 100, corrupt: 0 } })
    }
  })

  it('wakes a reader once, and only one that sleeps', () => {
    const arena = smallArena()
    const ibuf = createIBuf(arena, { slots: 4 })
    const writer = ibuf.writer()
    const reader = ibuf.reader()
    const push = () => writer.push(1, 0, 0, 1, 1, 0, 0, 0) && writer.publish()
    expect(push()).toBe(false)
    expect(reader.arm()).toBe(false)
    reader.poll(4, () => {})
    expect(reader.arm()).toBe(true)
    expect(inspectRing(arena, ibuf.descriptor).readerSleeps).toBe(true)
    expect(push()).toBe(true)
    expect(push()).toBe(false)
    expect(writer.publish()).toBe(false)
    const counters = { wakesSent: 1, wakesSkipped: 2, sleeps: 1, published: 3, consumed: 1 }
    expect(inspectRing(arena, ibuf.descriptor).counters).toMatchObject(counters)
    // Ends that take over count on.
    const next = ibuf.writer()
    next.push(1, 0, 0, 1, 1, 0, 0, 0)
    next.publish()
    const last = ibuf.reader()
    expect(last.poll(9, () => {})).toBe(3)
    last.release()
    expect(inspectRing(arena, ibuf.descriptor).counters).toMatchObject({ published: 4, consumed: 4, wakesSkipped: 3 })
  })

  it('wakes a writer that waits for room', () => {
    const arena = smallArena()
    const ibuf = createIBuf(arena, { slots: 2 })
    const writer = ibuf.writer()
    const reader = ibuf.reader()
    const push = () => writer.push(1, 0, 0, 1, 1, 0, 0, 0)
    expect([push(), push(), push()]).toEqual([true, true, false])
    writer.publish()
    writer.drop()
    expect(writer.room).toBe(0)
    expect(writer.arm()).toBe(true)
    expect(reader.next(new IndexRecord())).toBe(true)
    expect(reader.release()).toBe(true)
    expect(reader.release()).toBe(false)
    expect(writer.arm()).toBe(false)
    expect(writer.arm(2)).toBe(true)
    expect(writer.room).toBe(1)
    const { counters } = inspectRing(arena, ibuf.descriptor)
    expect(counters).toMatchObject({ dropped: 1, roomWakesSent: 1 })
    expect(counters.full).toBeGreaterThan(0)
  })

  it('gives its memory back, and refuses sizes and ids that make no sense', () => {
    const arena = smallArena()
    const ibuf = createIBuf(arena, { slots: 100, id: 77 })
    expect(ibuf.slots).toBe(128)
    expect(ibuf.descriptor).toEqual({ offset: ibuf.descriptor.offset, kind: 'i', id: 77 })
    ibuf.free()
    expect(arena.used).toBe(0)
    for (const slots of [0, -1, 2 ** 26, Number.NaN]) expect(() => createIBuf(arena, { slots })).toThrow('cannot have')
    for (const id of [0, 2 ** 32 - 1, 1.5]) expect(() => createIBuf(arena, { slots: 4, id })).toThrow('no ring id')
  })
})
