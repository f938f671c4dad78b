import type { Block, StreamInfo } from '@netstreamline/core'
import { writeAddress } from './address.js'
import { ascii, type JsonWriter } from './json.js'

const NOTHING = new Uint8Array(0)
const SRC = ascii(',"src":"')
const SPORT = ascii(',"sport":')
const DST = ascii(',"dst":"')
const DPORT = ascii(',"dport":')
const QUOTE = 34

const quoted = (text: string): string => JSON.stringify(text.replace(/[^\x20-\x7e]/g, '?').slice(0, 255))

/** `,"src":"10.0.0.1","sport":1234,"dst":"10.0.0.2","dport":80`, as far as it is known. At most 1 KB. */
const members = (src?: string, sport?: number, dst?: string, dport?: number): Uint8Array =>
  ascii(
    (src === undefined ? '' : `,"src":${quoted(src)}`) +
      (sport === undefined ? '' : `,"sport":${Number(sport)}`) +
      (dst === undefined ? '' : `,"dst":${quoted(dst)}`) +
      (dport === undefined ? '' : `,"dport":${Number(dport)}`),
  )

/** The ends of a stream as members of an object, from its sender; `back`: from its receiver. */
export const endsOfStream = (info: StreamInfo | undefined, back: boolean): Uint8Array => {
  if (info === undefined) return NOTHING
  const { src, sport, dst, dport } = info
  return back ? members(dst, dport, src, sport) : members(src, sport, dst, dport)
}

/** Writes the same for the packet that a block came in. At most 160 bytes. */
export const writeEndsOfPacket = (w: JsonWriter, { bytes: b, l3, l4, offset, length }: Block): void => {
  const end = offset + length
  const six = l3 >= 0 && l3 < end && b[l3]! >> 4 === 6
  const first = l3 + (six ? 8 : 12)
  const size = six ? 16 : 4
  const addresses = l3 >= 0 && first + 2 * size <= end
  const ports = l4 >= 0 && l4 + 4 <= end
  const address = (name: Uint8Array, at: number): void => {
    w.raw(name)
    writeAddress(w, b, at, size)
    w.byte(QUOTE)
  }
  const port = (name: Uint8Array, at: number): void => {
    w.raw(name)
    w.number((b[at]! << 8) | b[at + 1]!)
  }
  if (addresses) address(SRC, first)
  if (ports) port(SPORT, l4)
  if (addresses) address(DST, first + size)
  if (ports) port(DPORT, l4 + 2)
}
