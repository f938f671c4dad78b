import type { Batch } from '@netstreamline/core'
import { dltOf, maxSnaplen, snaplenOf } from './link.js'
import { createFixup } from './pseudo-header.js'
import type { Reader } from './reader.js'
import type { Window } from './window.js'

/** Bytes of the file header. */
export const FILE_HEADER = 24
const KUZNETZOV = 0xa1b2cd34

/** Magic numbers, read as little endian, and what they say. */
const MAGIC = new Map<number, { big: boolean; scale: number; header: number }>([
  [0xa1b2c3d4, { big: false, scale: 1000, header: 16 }],
  [0xd4c3b2a1, { big: true, scale: 1000, header: 16 }],
  [0xa1b23c4d, { big: false, scale: 1, header: 16 }],
  [0x4d3cb2a1, { big: true, scale: 1, header: 16 }],
  // Alexey Kuznetzov's modified format: 8 more bytes per record
  [KUZNETZOV, { big: false, scale: 1000, header: 24 }],
  [0x34cdb2a1, { big: true, scale: 1000, header: 24 }],
])

export const isPcap = (magic: number): boolean => MAGIC.has(magic)

/**
 * How versions before 2.4 order the two lengths of a record: 0 captured length first, 1 wire length first, 2 either
 * (2.3: the larger one is the wire length). 543.0 is DG/UX tcpdump.
 */
const lengthOrder = (major: number, minor: number): number => (major === 543 ? 1 : minor < 3 ? 1 : minor === 3 ? 2 : 0)

/**
 * The reader for a file whose header lies at the window's front, which it takes away, or what is wrong with it.
 * @see draft-ietf-opsawg-pcap; times and lengths are unsigned there
 */
export const openPcap = (window: Window): Reader | string => {
  const { view, at } = window
  const format = MAGIC.get(view.getUint32(at, true))
  if (!format) return 'unknown file format'
  const { big, scale, header } = format
  const little = !big
  const major = view.getUint16(at + 4, little)
  const minor = view.getUint16(at + 6, little)
  if (major < 2) return 'archaic pcap savefile format'
  if (!((major === 2 && minor <= 4) || (major === 543 && minor === 0)))
    return `unsupported pcap savefile version ${major}.${minor}`
  // The upper 6 bits say how long the frame check sequence is.
  const kind = dltOf(view.getUint32(at + 20, little) & 0x03ffffff)
  let snaplen = snaplenOf(kind, view.getUint32(at + 16, little))
  // Cooked captures in the modified format bear a made-up Ethernet header on top of the snapshot length.
  if (header === 24 && kind === 1) snaplen = Math.min(snaplen + 14, 0x7fffffff)
  const maximum = maxSnaplen(kind)
  const order = lengthOrder(major, minor)
  const fixup = big ? createFixup(kind) : undefined
  window.at += FILE_HEADER

  const reader: Reader = {
    error: undefined,
    kinds: [kind],
    snaplen,
    fill(window: Window, batch: Batch): boolean {
      const { bytes, view, end, origin } = window
      const { limit, offset, length, kind: kinds, wireLength, seconds, nanoseconds, position } = batch
      let at = window.at
      let n = batch.count
      let more = false
      while (n < limit) {
        const data = at + header
        if (data > end) {
          more = true
          break
        }
        let captured = view.getUint32(at + 8, little)
        let wire = view.getUint32(at + 12, little)
        if (order !== 0 && (order === 1 || captured > wire)) {
          const swap = captured
          captured = wire
          wire = swap
        }
        if (captured > maximum) {
          const than = captured > snaplen ? `snaplen of ${snaplen}` : `maximum of ${maximum}`
          reader.error = `invalid packet capture length ${captured}, bigger than ${than}`
          break
        }
        const next = data + captured
        if (next > end) {
          more = true
          break
        }
        offset[n] = data
        // Some systems stored more than their snapshot length; that is what the header promised, though.
        length[n] = Math.min(captured, snaplen)
        kinds[n] = kind
        wireLength[n] = wire
        seconds[n] = view.getUint32(at, little)
        nanoseconds[n] = view.getUint32(at + 4, little) * scale
        position[n] = origin + data
        if (fixup) fixup(bytes, data, length[n])
        n++
        at = next
      }
      window.at = at
      batch.count = n
      return more
    },
    end(window, rest) {
      if (rest === 0) return undefined
      if (rest < header) return `truncated dump file; tried to read ${header} header bytes, only got ${rest}`
      const first = window.view.getUint32(window.at + 8, little)
      const second = window.view.getUint32(window.at + 12, little)
      const captured = order === 1 || (order === 2 && first > second) ? second : first
      const wanted = captured > snaplen && rest - header < snaplen ? snaplen : captured
      return `truncated dump file; tried to read ${wanted} captured bytes, only got ${rest - header}`
    },
  }
  return reader
}
