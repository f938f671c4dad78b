import { fromLlc } from './ethertype.js'

/** 802.11 data frames that are not encrypted, fragmented or without data; the rest has no network header to find. */
export const from80211 = (b: Uint8Array, at: number, end: number): number => {
  if (at + 24 > end) return -1
  const control = b[at]!
  const flags = b[at + 1]!
  // Version 0, type 2 (data), subtype without the no-data bit, not protected.
  if ((control & 0x0f) !== 0x08 || (control & 0x40) !== 0 || (flags & 0x40) !== 0) return -1
  // A later fragment has no LLC header.
  if ((b[at + 22]! & 0x0f) !== 0) return -1
  let header = (flags & 3) === 3 ? 30 : 24
  const qos = (control & 0x80) !== 0
  if (qos) {
    if (at + header + 2 > end) return -1
    // An A-MSDU holds several packets, each with a header of its own.
    if ((b[at + header]! & 0x80) !== 0) return -1
    header += 2
    if ((flags & 0x80) !== 0) header += 4
  }
  return fromLlc(b, at + header, end)
}

/** Radiotap: its own length, little endian. Some drivers pad the 802.11 header to four bytes (flag 0x20). */
export const fromRadiotap = (b: Uint8Array, at: number, end: number): number => {
  if (at + 8 > end || b[at] !== 0) return -1
  const length = b[at + 2]! | (b[at + 3]! << 8)
  return length < 8 ? -1 : from80211(b, at + length, end)
}

/** PPI: its own length, little endian, and the link type of what follows. */
export const fromPpi = (b: Uint8Array, at: number, end: number): number => {
  if (at + 8 > end || b[at] !== 0) return -1
  const length = b[at + 2]! | (b[at + 3]! << 8)
  const dlt = b[at + 4]! | (b[at + 5]! << 8)
  return length < 8 || dlt !== 105 ? -1 : from80211(b, at + length, end)
}
