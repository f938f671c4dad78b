import { describe, expect, it } from 'vitest'
import { createByteRing } from './byte-ring.js'
import { createDBuf } from './dbuf.js'
import { createIBuf } from './ibuf.js'
import { smallArena, startAt } from './testing/rings.js'

/** Byte offsets here are those of docs/reference/ring-format.md, on purpose not the constants of the code. */
describe('the ring format, version 1', () => {
  const view = (arena: ReturnType<typeof smallArena>, offset: number) => new DataView(arena.buffer, offset)
  const hex = (bytes: Uint8Array) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join(' ')

  it('lays out the header', () => {
    const arena = smallArena()
    const { descriptor } = createDBuf(arena, { bytes: 512, id: 0xfffffffe, strategy: 'frp' })
    const at = view(arena, descriptor.offset)
    expect(descriptor.offset % 128).toBe(0)
    expect(hex(arena.bytes.subarray(descriptor.offset, descriptor.offset + 4))).toBe('53 4c 52 47')
    const fields = Array.from({ length: 12 }, (_, i) => at.getUint32(4 * i, true))
    expect(fields).toEqual([0x47524c53, 0x01020304, 1, 1024, 4, 1, 0xfffffffe, 512, 1, 1024, 0, 0])
    const kinds = [
      createIBuf(arena, { slots: 4 }),
      createByteRing(arena, 64),
      createDBuf(arena, { bytes: 64, kind: 'c' }),
    ]
    const about = kinds.map((ring) => {
      const d = view(arena, ring.descriptor.offset)
      return [d.getUint32(16, true), d.getUint32(20, true), d.getUint32(32, true)]
    })
    expect(about).toEqual([
      [5, 0, 32],
      [3, 0, 8],
      [1, 0, 1],
    ])
  })

  it('lays out positions, flags, counters, indices and extensions', () => {
    const arena = smallArena()
    const ibuf = createIBuf(arena, { slots: 4 })
    const at = view(arena, ibuf.descriptor.offset)
    startAt(arena, ibuf.descriptor, 3 * 2 ** 32 - 64)
    const writer = ibuf.writer()
    const reader = ibuf.reader()
    expect(reader.arm()).toBe(true)
    expect(at.getUint32(512, true)).toBe(1)
    writer.push(0x11223344, 0x5_6677_8899, 0x0a0b0c0d, 0x01020304, 0x2233, 4, 0xdeadbeef, 0x10002)
    writer.pushExtended(1, 2, 3, 4, 5, 1, 7, 8, 2 ** 32 + 9, 10, 11, 14, -1, 6)
    expect(at.getUint32(128, true)).toBe(2 ** 32 - 64)
    expect(writer.publish()).toBe(true)
    expect([128, 132, 136].map((b) => at.getUint32(b, true))).toEqual([32, 3, 3])
    reader.poll(9, () => {})
    reader.release()
    expect([384, 388, 392].map((b) => at.getUint32(b, true))).toEqual([32, 3, 3])
    expect([768, 776, 784, 792, 800, 896, 904, 912].map((b) => at.getBigUint64(b, true))).toEqual(
      [2, 0, 0, 1, 0, 2, 0, 1].map(BigInt),
    )
    // The position 3 * 2^32 - 64 is slot 2 of 4; the third record goes round to slot 0.
    const slot = (n: number) => {
      const start = ibuf.descriptor.offset + 1024 + 32 * n
      return hex(arena.bytes.subarray(start, start + 32))
    }
    expect(slot(2)).toBe(
      '44 33 22 11 33 22 04 00 99 88 77 66 05 00 00 00 0d 0c 0b 0a 04 03 02 01 ef be ad de 02 00 01 00',
    )
    expect(slot(3)).toBe(
      '01 00 00 00 05 00 01 80 02 00 00 00 00 00 00 00 03 00 00 00 04 00 00 00 07 00 00 00 08 00 00 00',
    )
    expect(slot(0)).toBe(
      'ff ff ff ff 01 00 00 00 09 00 00 00 01 00 00 00 0a 00 00 00 0b 00 00 00 0e 00 ff ff 06 00 00 00',
    )
  })

  it('lays out message records, padding and the end', () => {
    const arena = smallArena()
    const ring = createByteRing(arena, 64)
    startAt(arena, ring.descriptor, 48)
    const writer = ring.writer()
    writer.send(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), true)
    writer.end()
    writer.publish()
    const start = ring.descriptor.offset + 1024
    expect(hex(arena.bytes.subarray(start + 48, start + 56))).toBe('08 00 00 80 00 00 00 00')
    expect(hex(arena.bytes.subarray(start, start + 17))).toBe('09 00 00 40 00 00 00 00 01 02 03 04 05 06 07 08 09')
    expect(hex(arena.bytes.subarray(start + 24, start + 32))).toBe('00 00 00 c0 01 00 00 00')
  })
})
