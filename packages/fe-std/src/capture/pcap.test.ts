import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Packet, type PcapShape, pcapFile } from '../testing/captures.js'
import { readCapture } from '../testing/read-capture.js'
import { tempDir } from '../testing/temp.js'

const temp = tempDir()
const bytes = (n: number, seed = 1): Uint8Array => Uint8Array.from({ length: n }, (_, i) => (i * 31 + seed) & 0xff)
const some: Packet[] = [
  { seconds: 1, fraction: 2, data: bytes(60) },
  { seconds: 3_000_000_000, fraction: 999_999, data: bytes(0), wire: 99 },
  { seconds: 0, fraction: 4_000_000_000, data: bytes(7), wire: 1500 },
]

const read = (packets: Packet[], shape: PcapShape = {}, limit?: number) =>
  readCapture({ path: temp.file('a.pcap', pcapFile(packets, shape)) }, limit)

describe('pcap', () => {
  const magics = { microseconds: 0xa1b2c3d4, nanoseconds: 0xa1b23c4d, modified: 0xa1b2cd34 }
  for (const little of [true, false])
    for (const [name, magic] of Object.entries(magics))
      it(`reads ${name}, ${little ? 'little' : 'big'} endian, times kept as they are`, async () => {
        const { packets, error } = await read(some, { little, magic })
        const unit = name === 'nanoseconds' ? 1 : 1000
        expect(error).toBeUndefined()
        expect(packets).toMatchObject(
          some.map((p) => ({
            seconds: p.seconds,
            nanoseconds: p.fraction * unit,
            wire: p.wire ?? p.data.length,
            data: p.data,
            kind: 1,
          })),
        )
      })

  it('knows the order of lengths in old versions', async () => {
    for (const version of [
      [2, 2],
      [2, 3],
      [2, 4],
      [543, 0],
    ] as [number, number][]) {
      const { packets } = await read([some[2]!], { version })
      expect(packets).toMatchObject([{ wire: 1500, data: some[2]!.data }])
    }
  })

  it('refuses versions and headers that it cannot know', async () => {
    const message = async (content: Uint8Array): Promise<string | undefined> =>
      (await readCapture({ path: temp.file('b.pcap', content) })).error?.message
    expect(await message(pcapFile([], { version: [1, 9] }))).toBe('archaic pcap savefile format')
    expect(await message(pcapFile([], { version: [2, 5] }))).toBe('unsupported pcap savefile version 2.5')
    expect(await message(new Uint8Array(0))).toBe('truncated dump file; tried to read 4 file header bytes, only got 0')
    expect(await message(pcapFile([]).subarray(0, 10))).toBe(
      'truncated dump file; tried to read 24 file header bytes, only got 6',
    )
    expect(await message(bytes(500))).toBe('unknown file format')
  })

  it('cuts what is longer than the snapshot length and refuses what no packet can be', async () => {
    const cut = await read([{ seconds: 0, fraction: 0, data: bytes(100) }, some[0]!], { snaplen: 64 })
    expect(cut.packets.map((p) => p.data.length)).toEqual([64, 60])
    const huge = await read([some[0]!, { seconds: 0, fraction: 0, data: bytes(262_145) }])
    expect(huge.packets).toHaveLength(1)
    expect(huge.error).toMatchObject({
      code: 'SL_CAPTURE',
      message: 'invalid packet capture length 262145, bigger than snaplen of 262144',
      detail: { packets: 1, offset: 24 + 76, path: temp.path('a.pcap') },
    })
  })

  it('maps link types to DLT numbers and takes the frame check bits away', async () => {
    for (const [linktype, dlt] of [
      [1, 1],
      [101, 12],
      [100, 11],
      [0x30000001, 1],
      [276, 276],
    ] as const)
      expect((await read([some[0]!], { linktype })).packets[0]?.kind).toBe(dlt)
  })

  it('delivers all before a cut, wherever it is', async () => {
    const whole = pcapFile(some)
    const ends = [24, 24 + 76, 24 + 76 + 16, whole.length]
    for (let length = 24; length <= whole.length; length++) {
      const { packets, error } = await readCapture({ path: temp.file('cut.pcap', whole.subarray(0, length)) })
      const complete = ends.filter((e) => e <= length).length - 1
      expect(packets).toHaveLength(complete)
      const rest = length - ends[complete]!
      if (rest === 0) expect(error).toBeUndefined()
      else
        expect(error?.message).toBe(
          rest < 16
            ? `truncated dump file; tried to read 16 header bytes, only got ${rest}`
            : `truncated dump file; tried to read ${some[complete]!.data.length} captured bytes, only got ${rest - 16}`,
        )
    }
  })

  it('reads captures far longer than its ring, the same plain and in gzip, at any batch size', async () => {
    const many = Array.from({ length: 4000 }, (_, i) => ({
      seconds: i,
      fraction: i,
      data: bytes((i * 7919) % 1500, i),
    }))
    const content = pcapFile(many)
    const path = temp.file('many.pcap', content)
    // Two members, the boundary inside a record.
    const zipped = temp.file(
      'many.pcap.gz',
      Buffer.concat([content.subarray(0, 99_999), content.subarray(99_999)].map((c) => gzipSync(c))),
    )
    const show = (packets: { seconds: number; data: Uint8Array }[]): string[] =>
      packets.map((p) => `${p.seconds} ${Buffer.from(p.data).toString('latin1')}`)
    const expected = show(many)
    for (const limit of [1, 300, 5000]) {
      const plain = await readCapture({ path }, limit)
      expect(plain.error).toBeUndefined()
      expect(show(plain.packets)).toEqual(expected)
      const unzipped = await readCapture({ path: zipped }, limit)
      expect(show(unzipped.packets)).toEqual(expected)
      expect(unzipped.packets.map((p) => p.position)).toEqual(plain.packets.map((p) => p.position))
    }
  })

  it('delivers what a damaged gzip still holds', async () => {
    const many = Array.from({ length: 3000 }, (_, i) => ({ seconds: i, fraction: 0, data: bytes(400, i * i) }))
    const zipped = gzipSync(pcapFile(many))
    const cut = await readCapture({ path: temp.file('cut.gz', zipped.subarray(0, zipped.length - 2000)) })
    expect(cut.error).toMatchObject({ code: 'SL_CAPTURE', message: expect.stringContaining('damaged gzip') })
    expect(cut.packets.length).toBeGreaterThan(1000)
    expect(cut.packets.at(-1)?.seconds).toBe(cut.packets.length - 1)
  })

  it('takes packets larger than the ring, which grows once', async () => {
    const big = bytes(3_000_000)
    const { packets, error, rings } = await read(
      [some[0]!, { seconds: 5, fraction: 6, data: big }, { seconds: 7, fraction: 8, data: big }, some[0]!],
      { linktype: 231, snaplen: 1 << 27 },
    )
    expect(error).toBeUndefined()
    expect(packets.map((p) => p.data.length)).toEqual([60, big.length, big.length, 60])
    expect(Buffer.compare(packets[2]!.data, big)).toBe(0)
    expect(rings).toBe(1)
  })

  it('loops with positions that stay unique', async () => {
    const path = temp.file('loop.pcap', pcapFile(some))
    const { packets, counters } = await readCapture({ path, loop: 3 })
    expect(packets).toHaveLength(9)
    expect(new Set(packets.map((p) => p.position)).size).toBe(9)
    expect(counters).toMatchObject({ packets: 9, passes: 3 })
    const zipped = await readCapture({ path: temp.file('loop.gz', gzipSync(pcapFile(some))), loop: 3 })
    expect(zipped.packets).toHaveLength(9)
    const empty = await readCapture({ path: temp.file('empty.pcap', pcapFile([])), loop: 1e9 })
    expect(empty).toMatchObject({ packets: [], error: undefined })
  })

  it('never throws, hangs or reads wildly, whatever the file holds', async () => {
    const whole = pcapFile(some)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        async (changes) => {
          const damaged = whole.slice()
          for (const [at, value] of changes) damaged[at] = value
          const { packets, error } = await readCapture({ path: temp.file('fuzz.pcap', damaged) }, 4, 8 << 20)
          expect(packets.length).toBeLessThanOrEqual(some.length + 1)
          if (error) expect(error.code).toBe('SL_CAPTURE')
        },
      ),
      { numRuns: 300 },
    )
  })
})
