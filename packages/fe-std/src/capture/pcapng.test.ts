import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Bytes, block, concat, enhanced, iface, section } from '../testing/captures.js'
import { readCapture } from '../testing/read-capture.js'
import { tempDir } from '../testing/temp.js'
import { createClock } from './ticks.js'

const temp = tempDir()
const data = Uint8Array.from([1, 2, 3, 4, 5])
const read = (...parts: Uint8Array[]) => readCapture({ path: temp.file('a.pcapng', concat(parts)) })

describe('pcapng', () => {
  it('reads sections of both byte orders, interfaces of several link types, all packet blocks', async () => {
    const { packets, error } = await read(
      section(true),
      iface(true, 1, 0),
      iface(true, 101, 4, 9),
      block(true, 0xbad, new Bytes(true).add(new Uint8Array(1000))),
      enhanced(true, 0, 1_500_000n, data, 99),
      enhanced(true, 1, 1_700_000_000_123_456_789n, data.subarray(0, 4)),
      section(false),
      iface(false, 113, 0, 0x8a, 100n),
      enhanced(false, 0, 1025n, data),
      block(false, 2, new Bytes(false).u16(0, 7).u32(0, 512, 5, 6).add(data)),
      block(false, 3, new Bytes(false).u32(5).add(data)),
    )
    expect(error).toBeUndefined()
    expect(packets).toMatchObject([
      { kind: 1, seconds: 1, nanoseconds: 500_000_000, wire: 99, data },
      { kind: 12, seconds: 1_700_000_000, nanoseconds: 123_456_789, data: data.subarray(0, 4) },
      { kind: 113, seconds: 101, nanoseconds: 976_562, data },
      { kind: 113, seconds: 100, nanoseconds: 500_000_000, wire: 6, data },
      { kind: 113, seconds: 100, nanoseconds: 0, wire: 5, data },
    ])
  })

  it('converts ticks of every resolution exactly', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.nat(63),
        fc.bigInt(0n, 2n ** 64n - 1n),
        fc.bigInt(-(10n ** 9n), 10n ** 9n),
        (binary, exponent, ticks, offset) => {
          if (!binary) exponent %= 20
          const clock = createClock(exponent, binary, offset)
          clock.set(Number(ticks >> 32n), Number(ticks & 0xffffffffn))
          const divisor = (binary ? 2n : 10n) ** BigInt(exponent)
          const seconds = ticks / divisor + offset
          // Beyond 2^53 a double cannot say the second; nobody's clock does that.
          if (seconds < 2n ** 53n) expect(clock.seconds).toBe(Number(seconds))
          expect(clock.nanoseconds).toBe(Number(((ticks % divisor) * 1_000_000_000n) / divisor))
        },
      ),
      {
        numRuns: 5000,
        examples: [
          [false, 6, 2n ** 53n - 1n, 0n],
          [false, 6, 2n ** 53n, 0n],
          [false, 9, 2n ** 64n - 1n, 0n],
        ],
      },
    )
  })

  it('says what is wrong, after all that came before', async () => {
    const start = [section(true), iface(true, 1, 96), enhanced(true, 0, 1n, data)]
    const wrong = async (...parts: Uint8Array[]) => {
      const { packets, error } = await read(...parts)
      return [packets.length, error?.message]
    }
    expect(await wrong(section(true))).toEqual([0, 'the capture file has no Interface Description Blocks'])
    expect(await wrong(section(true), enhanced(true, 0, 1n, data))).toEqual([
      0,
      'the capture file has a packet block before any Interface Description Blocks',
    ])
    expect(await wrong(...start, enhanced(true, 1, 1n, data))).toEqual([
      1,
      "a packet arrived on interface 1, but there's no Interface Description Block for that interface",
    ])
    expect(await wrong(...start, enhanced(true, 0, 1n, new Uint8Array(97)))).toEqual([
      1,
      'invalid packet capture length 97, bigger than snaplen of 96',
    ])
    expect(await wrong(...start, new Bytes(true).u32(9, 8, 8).done())).toEqual([
      1,
      'block in pcapng dump file has a length of 8 < 12',
    ])
    expect(await wrong(...start, new Bytes(true).u32(9, 14, 0, 0).done())).toEqual([
      1,
      'block in pcapng dump file has a length of 14 that is not a multiple of 4',
    ])
    expect(await wrong(...start, new Bytes(true).u32(9, 1 << 30, 0, 0).done())).toEqual([
      1,
      `pcapng block size ${1 << 30} > maximum ${16 << 20}`,
    ])
    expect(await wrong(...start, new Bytes(true).u32(9, 12, 16).done())).toEqual([
      1,
      "block total length in header 12 and trailer 16 don't match",
    ])
    expect(await wrong(...start, new Bytes(true).u32(9, 100).u16(0).done())).toEqual([
      1,
      'truncated pcapng dump file; tried to read 92 bytes, only got 2',
    ])
    expect(await wrong(...start, Uint8Array.of(1, 2, 3))).toEqual([
      1,
      'truncated pcapng dump file; tried to read 8 bytes, only got 3',
    ])
    expect(await wrong(section(true), iface(true, 1, 0, 0xc0))).toEqual([
      0,
      'Interface Description Block if_tsresol option resolution 2^-64 is too high',
    ])
  })

  it('never throws, hangs or reads wildly, whatever the file holds', async () => {
    const whole = concat([
      section(false),
      iface(false, 1, 0, 9, 5n),
      enhanced(false, 0, 1n, data),
      section(true),
      iface(true, 101, 0),
      enhanced(true, 0, 2n, data),
      block(true, 3, new Bytes(true).u32(5).add(data)),
    ])
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (changes) => {
          const damaged = whole.slice()
          for (const [at, value] of changes) damaged[at] = value
          const { packets, error } = await readCapture({ path: temp.file('fuzz.pcapng', damaged) }, 4, 8 << 20)
          expect(packets.length).toBeLessThanOrEqual(4)
          if (error) expect(error.code).toBe('SL_CAPTURE')
        },
      ),
      { numRuns: 300 },
    )
  })
})
