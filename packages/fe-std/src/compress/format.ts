import { crc32 } from '#deflate'

/** How compressed data is wrapped: RFC 1952, RFC 1950, or not at all. */
export type Format = 'gzip' | 'zlib' | 'raw'

/** Goes along with the data for the end of the wrapping. */
export interface Wrapping {
  readonly head: Uint8Array
  add(data: Uint8Array): void
  tail(): Uint8Array
}

const NOTHING = new Uint8Array(0)

const bytesOf = (value: number, big: boolean): number[] => {
  const bytes = [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24]
  return big ? bytes.reverse() : bytes
}

/** No name, no time, system unknown: the same data gives the same file. */
const gzip = (): Wrapping => {
  let crc = 0
  let length = 0
  return {
    head: Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255),
    add(data) {
      crc = crc32(data, crc)
      length = (length + data.length) >>> 0
    },
    tail: () => Uint8Array.from([...bytesOf(crc, false), ...bytesOf(length, false)]),
  }
}

/** Bytes after which the sums of Adler-32 have to be reduced. */
const ADLER = 5552

const zlib = (): Wrapping => {
  let [a, b] = [1, 0]
  return {
    head: Uint8Array.of(0x78, 0x9c),
    add(data) {
      for (let from = 0; from < data.length; from += ADLER) {
        const to = Math.min(data.length, from + ADLER)
        for (let i = from; i < to; i++) {
          a += data[i]!
          b += a
        }
        a %= 65521
        b %= 65521
      }
    },
    tail: () => Uint8Array.from(bytesOf(((b << 16) | a) >>> 0, true)),
  }
}

const raw = (): Wrapping => ({ head: NOTHING, add() {}, tail: () => NOTHING })

export const wrap = (format: Format): Wrapping => (format === 'gzip' ? gzip() : format === 'zlib' ? zlib() : raw())
