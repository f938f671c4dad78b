import type { Block, StreamInfo } from '@netstreamline/core'
import { addressText } from './address.js'
import { ascii } from './json.js'

const quoted = (text: string): string => JSON.stringify(text.replace(/[^\x20-\x7e]/g, '?').slice(0, 255))

/** `,"src":"10.0.0.1","sport":1234,"dst":"10.0.0.2","dport":80`, as far as it is known. At most 1 KB. */
const members = (src?: string, sport?: number, dst?: string, dport?: number): Uint8Array =>
  ascii(
    (src === undefined ? '' : `,"src":${quoted(src)}`) +
      (sport === undefined ? '' : `,"sport":${Number(sport)}`) +
      (dst === undefined ? '' : `,"dst":${quoted(dst)}`) +
      (dport === undefined ? '' : `,"dport":${Number(dport)}`),
  )

/** The ends of a stream, from its sender; `back`: from its receiver. */
export const endsOfStream = (info: StreamInfo | undefined, back: boolean): Uint8Array =>
  info === undefined
    ? members()
    : back
      ? members(info.dst, info.dport, info.src, info.sport)
      : members(info.src, info.sport, info.dst, info.dport)

/** The ends of the packet that a block came in: addresses and ports, as far as its headers are known. */
export const endsOfPacket = ({ bytes: b, l3, l4, offset, length }: Block): Uint8Array => {
  const end = offset + length
  const six = l3 >= 0 && l3 < end && b[l3]! >> 4 === 6
  const first = six ? 8 : 12
  const size = six ? 16 : 4
  const addresses = l3 >= 0 && l3 + first + 2 * size <= end
  const src = addresses ? addressText(b, l3 + first, size) : undefined
  const dst = addresses ? addressText(b, l3 + first + size, size) : undefined
  if (l4 < 0 || l4 + 4 > end) return members(src, undefined, dst)
  return members(src, (b[l4]! << 8) | b[l4 + 1]!, dst, (b[l4 + 2]! << 8) | b[l4 + 3]!)
}
