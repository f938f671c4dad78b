import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Bytes, pcapFile } from '../testing/captures.js'
import { readCapture } from '../testing/read-capture.js'
import { tempDir } from '../testing/temp.js'
import { createFixup } from './pseudo-header.js'

const temp = tempDir()
const read = async (linktype: number, data: Uint8Array, little: boolean) => {
  const content = pcapFile([{ seconds: 1, fraction: 1, data }], { linktype, little })
  return (await readCapture({ path: temp.file('p.pcap', content) }, 4, 8 << 20)).packets[0]?.data
}

/** The same packet as hosts of either byte order capture it: [linktype, builder]. */
const packets: [string, number, (little: boolean) => Bytes][] = [
  [
    'netfilter log',
    239,
    (l) => new Bytes(l).add([2, 0, 0, 9]).u16(5, 9).add([1, 2, 3, 4, 5, 0, 0, 0]).u16(4, 10).add([7]),
  ],
  ['CAN in a cooked frame', 113, (l) => new Bytes(l).add(new Uint8Array(14)).add([0, 12]).u32(0x12345678).add([1, 2])],
  ['other cooked frames', 113, (l) => new Bytes(l).add(new Uint8Array(14)).add([8, 0]).add([1, 2, 3, 4])],
  [
    'USB',
    220,
    (l) =>
      new Bytes(l)
        .u64(0x0102030405060708n)
        .add([0x53, 0, 1, 2])
        .u16(3)
        .add([4, 5])
        .u64(6n)
        .u32(7, 8, 9, 10, 11, 12, 13, 14, 15, 1)
        .u32(16, 17, 18)
        .add([9, 9, 9, 9, 5]),
  ],
]

describe('pseudo-headers', () => {
  for (const [name, linktype, build] of packets)
    it(`of ${name} come in little endian from either`, async () => {
      const expected = build(true).done()
      expect(await read(linktype, expected, true)).toEqual(expected)
      expect(await read(linktype, build(false).done(), false)).toEqual(expected)
    })

  it('never leave the packet', () => {
    fc.assert(
      fc.property(fc.constantFrom(113, 189, 220, 239), fc.uint8Array({ maxLength: 120 }), (dlt, data) => {
        const memory = new Uint8Array(data.length + 64).fill(0xee)
        memory.set(data, 32)
        createFixup(dlt)?.(memory, 32, data.length)
        expect(memory.subarray(0, 32).every((b) => b === 0xee)).toBe(true)
        expect(memory.subarray(32 + data.length).every((b) => b === 0xee)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })
})
