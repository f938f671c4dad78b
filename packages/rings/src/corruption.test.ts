import { isStreamlineError } from '@netstreamline/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attachByteRing, createByteRing } from './byte-ring.js'
import { inspectRing } from './counters.js'
import { attachDBuf, createDBuf, resumeDBuf } from './dbuf.js'
import { FIELD, HEADER_BYTES, WORD } from './format.js'
import { attachIBuf, createIBuf } from './ibuf.js'
import { IndexRecord } from './index-record.js'
import { POSITION_MODULUS } from './position.js'
import { createRingTable } from './ring-table.js'
import { smallArena, wordsOf } from './testing/rings.js'

const CAPACITY = 256
/** Bytes after a ring that must stay as they are. */
const GUARD = 4096
/** Values that hit borders more often than chance would. */
const word = fc.oneof(fc.integer(), fc.constantFrom(0, 1, -1, 8, 32, 255, 256, 257, 0x7fffffff, -0x80000000, 0xffff))
/** Words of the header that change, and of the data: what a hostile peer scribbles on while both run. */
const live = fc.oneof(
  fc.integer({ min: WORD.producer, max: HEADER_BYTES / 4 + CAPACITY / 4 - 1 }),
  fc.constantFrom(WORD.producer, WORD.producer + 1, WORD.producer + 2, WORD.consumer, WORD.intent, WORD.readerSleeps),
)
const scribble = fc.record({ at: live, value: word })
const script = fc.array(fc.oneof(scribble, fc.constantFrom('write' as const, 'read' as const)), { maxLength: 60 })

/** Runs `work`; an SL_RING is what a corrupted ring may answer, anything else is a fault of ours. */
const attempt = <T>(work: () => T): T | undefined => {
  try {
    return work()
  } catch (e) {
    if (!isStreamlineError(e) || e.code !== 'SL_RING') throw e
    return undefined
  }
}

describe('a ring that a stranger writes into', () => {
  it('(IBuf) gives checked indices or SL_RING, counts, and touches nothing outside', () => {
    fc.assert(
      fc.property(script, (steps) => {
        const arena = smallArena()
        const dbuf = createDBuf(arena, { bytes: 1024 })
        const ibuf = createIBuf(arena, { slots: CAPACITY / 32 })
        const end = ibuf.descriptor.offset + HEADER_BYTES + CAPACITY
        arena.bytes.fill(0x5a, end, end + GUARD)
        const words = wordsOf(arena, ibuf.descriptor, CAPACITY)
        const writer = ibuf.writer()
        const reader = ibuf.reader()
        const table = createRingTable()
        table.add(attachDBuf(arena, dbuf.descriptor))
        const index = new IndexRecord()
        let errors = 0
        for (const step of steps) {
          if (step === 'write') {
            attempt(() => writer.pushExtended(dbuf.id, 0, 0, 1, 1, 0, 0, 0, 1, 2, 3, -1, -1, -1))
            attempt(() => writer.publish())
          } else if (step === 'read') {
            for (let i = 0; i < 10; i++) {
              const got = attempt(() => reader.next(index))
              if (got === undefined) errors++
              if (!got) continue
              expect(index.ring).toBeGreaterThan(0)
              expect(index.position).toBeLessThan(POSITION_MODULUS)
              expect(index.offset).toBeLessThanOrEqual(2 ** 30)
              expect(index.length).toBeLessThanOrEqual(2 ** 30)
              for (const value of Object.values(index)) expect(Number.isNaN(value)).toBe(false)
              const at = attempt(() => table.resolve(index))
              if (at !== undefined && at >= 0) {
                expect(at).toBeGreaterThanOrEqual(dbuf.base)
                expect(at + index.length).toBeLessThanOrEqual(dbuf.base + dbuf.size)
              }
            }
          } else words[step.at] = step.value
        }
        if (errors > 0) {
          expect(reader.positions.corruptions).toBeGreaterThan(0)
        }
        expect(arena.bytes.subarray(end, end + GUARD).every((b) => b === 0x5a)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('(byte ring) gives messages of possible length or SL_RING for ever, and touches nothing outside', () => {
    fc.assert(
      fc.property(script, (steps) => {
        const arena = smallArena()
        const ring = createByteRing(arena, CAPACITY)
        const end = ring.descriptor.offset + HEADER_BYTES + CAPACITY
        arena.bytes.fill(0x5a, end, end + GUARD)
        const words = wordsOf(arena, ring.descriptor, CAPACITY)
        const writer = ring.writer()
        const reader = ring.reader()
        let broken = false
        for (const step of steps) {
          if (step === 'write') {
            attempt(() => writer.send(new Uint8Array(17).fill(1)))
            attempt(() => writer.publish())
          } else if (step === 'read') {
            attempt(() => {
              if (broken) expect(() => reader.receive()).toThrow(expect.objectContaining({ code: 'SL_RING' }))
              const message = reader.receive()
              if (message) expect(message.length).toBeLessThan(CAPACITY)
            })
            broken ||= reader.positions.broken !== undefined
          } else words[step.at] = step.value
        }
        if (broken) expect(reader.positions.corruptions).toBe(1)
        expect(arena.bytes.subarray(end, end + GUARD).every((b) => b === 0x5a)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('(DBuf) resolves to its own bytes or not at all', () => {
    fc.assert(
      fc.property(
        script,
        fc.array(fc.tuple(fc.double(), fc.double()), { maxLength: 20 }),
        fc.boolean(),
        (steps, asks, frp) => {
          const arena = smallArena()
          const dbuf = createDBuf(arena, { bytes: CAPACITY, strategy: frp ? 'frp' : 'srp' })
          const words = wordsOf(arena, dbuf.descriptor, CAPACITY)
          const reader = attachDBuf(arena, dbuf.descriptor)
          const inside = (at: number | undefined, length: number): void => {
            if (at === undefined || at < 0) return
            expect(at).toBeGreaterThanOrEqual(dbuf.base)
            expect(at + length).toBeLessThanOrEqual(dbuf.base + CAPACITY)
          }
          for (const step of steps) {
            if (step === 'write') {
              inside(
                attempt(() => dbuf.reserve(40)),
                40,
              )
              attempt(() => dbuf.commit(dbuf.reserved))
              attempt(() => dbuf.publish())
            } else if (step === 'read') {
              for (const [position, length] of [...asks, [dbuf.position - 40, 40]] as [number, number][]) {
                inside(
                  attempt(() => reader.resolve(position, length)),
                  length,
                )
                inside(
                  attempt(() => dbuf.resolve(position, length)),
                  length,
                )
                attempt(() => reader.copy(position, length, new Uint8Array(64)))
              }
            } else words[step.at] = step.value
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  it('is refused on attaching when any word of its description is wrong', () => {
    const arena = smallArena()
    const rings = [
      { made: createIBuf(arena, { slots: 8 }), attach: attachIBuf },
      { made: createByteRing(arena, CAPACITY), attach: attachByteRing },
      { made: createDBuf(arena, { bytes: CAPACITY }), attach: attachDBuf },
      { made: createDBuf(arena, { bytes: CAPACITY }), attach: resumeDBuf },
    ]
    fc.assert(
      fc.property(
        fc.constantFrom(...rings),
        fc.constantFrom(...Object.values(FIELD)),
        word,
        ({ made, attach }, at, value) => {
          const words = wordsOf(arena, made.descriptor, CAPACITY)
          const before = words[at]!
          words[at] = value
          const take = () => attach(arena, made.descriptor)
          // Smaller capacities, another placing of the data and the other strategy are rings too; they stay inside.
          const harmless = [
            FIELD.capacity,
            FIELD.dataOffset,
            FIELD.flags,
            FIELD.readerTable,
            FIELD.readerSlots,
            FIELD.indexOffset,
            FIELD.indexBytes,
            FIELD.ownerPid,
            FIELD.name,
          ] as number[]
          if (value !== before && !harmless.includes(at))
            expect(take).toThrow(expect.objectContaining({ code: 'SL_RING' }))
          else attempt(take)
          attempt(() => inspectRing(arena, made.descriptor))
          words[at] = before
          take()
        },
      ),
      { numRuns: 500 },
    )
    const { descriptor } = rings[0]!.made
    for (const offset of [0, -64, 65, 2 ** 18 - 64, 2 ** 40, Number.NaN, descriptor.offset + 64]) {
      expect(() => attachIBuf(arena, { ...descriptor, offset })).toThrow(expect.objectContaining({ code: 'SL_RING' }))
    }
    expect(() => attachIBuf(arena, { ...descriptor, kind: 'constructor' as 'i' })).toThrow('no ring of kind')
    expect(() => attachIBuf(arena, { ...descriptor, id: 5 })).toThrow('its id is')
  })

  it('steps over a bad index, says so once, and goes on with the next', () => {
    const arena = smallArena()
    const ibuf = createIBuf(arena, { slots: 8 })
    const writer = ibuf.writer()
    const reader = ibuf.reader()
    for (const stream of [1, 2, 3]) writer.push(9, 0, 0, 1, 1, 0, stream, 0)
    writer.publish()
    wordsOf(arena, ibuf.descriptor, CAPACITY)[HEADER_BYTES / 4 + 8 + 5] = -1
    const index = new IndexRecord()
    expect([reader.next(index), index.stream]).toEqual([true, 1])
    expect(() => reader.next(index)).toThrow('no index')
    expect([reader.next(index), index.stream]).toEqual([true, 3])
    reader.release()
    expect(inspectRing(arena, ibuf.descriptor).counters.corrupt).toBe(1)
    expect(() => createRingTable().resolve(index)).toThrow('not known here')
  })
})
