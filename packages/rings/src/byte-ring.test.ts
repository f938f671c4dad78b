import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attachByteRing, createByteRing } from './byte-ring.js'
import { positions, smallArena, startAt } from './testing/rings.js'

const operation = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      op: fc.constant('send' as const),
      bytes: fc.uint8Array({ maxLength: 56 }),
      more: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('publish' as const) }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('receive' as const) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('takeover' as const) }) },
)

describe('a byte ring', () => {
  it('is a bounded queue of the messages that were published', () => {
    fc.assert(
      fc.property(positions(8), fc.array(operation, { maxLength: 120 }), (start, ops) => {
        const arena = smallArena()
        const ring = createByteRing(arena, 128)
        startAt(arena, ring.descriptor, start)
        let writer = ring.writer()
        const reader = attachByteRing(arena, ring.descriptor).reader()
        const pending: { bytes: Uint8Array; more: boolean }[] = []
        const queue: { bytes: Uint8Array; more: boolean }[] = []
        for (const o of ops) {
          if (o.op === 'send') {
            const ok = writer.send(o.bytes, o.more)
            if (ok) pending.push(o)
            else expect(pending.length + queue.length).toBeGreaterThan(0)
          } else if (o.op === 'publish') {
            writer.publish()
            queue.push(...pending.splice(0))
          } else if (o.op === 'takeover') {
            pending.length = 0
            writer = ring.writer()
          } else {
            const want = queue.shift()
            const got = reader.receive()
            expect(got).toEqual(want?.bytes)
            if (want) expect(reader.more).toBe(want.more)
            reader.release()
          }
        }
      }),
      { numRuns: 400 },
    )
  })

  it('takes a message of the stated limit wherever it stands, and none longer', () => {
    const arena = smallArena()
    const ring = createByteRing(arena, 100)
    expect(ring.maxMessage).toBe(56)
    for (let start = 0; start < 256; start += 8) {
      startAt(arena, ring.descriptor, start)
      const message = new Uint8Array(56).fill(start)
      const writer = ring.writer()
      expect(writer.send(message)).toBe(true)
      writer.publish()
      const reader = ring.reader()
      expect(reader.receive()).toEqual(message)
      reader.release()
      expect(() => writer.send(new Uint8Array(57))).toThrow(expect.objectContaining({ code: 'SL_RING' }))
    }
  })

  it('hands out copies', () => {
    const arena = smallArena()
    const ring = createByteRing(arena, 64)
    const writer = ring.writer()
    const reader = ring.reader()
    writer.send(Uint8Array.of(1, 2, 3))
    writer.end()
    writer.publish()
    const message = reader.receive()!
    arena.bytes.fill(9)
    expect(message).toEqual(Uint8Array.of(1, 2, 3))
    expect(message.buffer).toBeInstanceOf(ArrayBuffer)
  })

  it('stops at an end record, and wakes a writer that waits', () => {
    const arena = smallArena()
    const ring = createByteRing(arena, 64)
    const writer = ring.writer()
    const reader = ring.reader()
    const full = new Uint8Array(24)
    expect([writer.send(full), writer.send(full), writer.end()]).toEqual([true, true, false])
    writer.publish()
    expect(writer.arm(0)).toBe(true)
    reader.receive()
    expect(reader.release()).toBe(true)
    expect(writer.end()).toBe(true)
    writer.send(Uint8Array.of(7))
    writer.publish()
    reader.receive()
    expect(reader.receive()).toBeUndefined()
    expect(reader.ended).toBe(true)
    expect(reader.receive()).toBeUndefined()
    ring.free()
    expect(arena.used).toBe(0)
  })
})
