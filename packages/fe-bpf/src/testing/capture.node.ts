import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Directory of the reference material, if it is there; its absence is said once on the console. */
export const material = ((): string | undefined => {
  const path = fileURLToPath(new URL('../../../../../shared/material/', import.meta.url))
  if (existsSync(path)) return path
  console.warn('reference captures are not at ../shared/material: what needs them is left out')
  return undefined
})()

export const readJson = <T>(name: string): T => JSON.parse(readFileSync(`${material}${name}`, 'utf8')) as T

export interface Packet {
  readonly offset: number
  readonly length: number
  readonly wireLength: number
}

/** What libpcap reads of a file: up to the first error, of the first interface's link type. */
export interface Capture {
  readonly bytes: Uint8Array
  readonly linktype: number
  readonly swapped: boolean
  readonly packets: readonly Packet[]
}

/** libpcap refuses packets longer than this. */
const MAX_PACKET = 262144 * 8

const readPcap = (bytes: Uint8Array, view: DataView, little: boolean): Capture => {
  const modified = view.getUint32(0, little) === 0xa1b2cd34
  const header = modified ? 24 : 16
  // Before version 2.3 the two lengths stood the other way round.
  const turned = view.getUint16(4, little) === 2 && view.getUint16(6, little) < 3
  const packets: Packet[] = []
  for (let at = 24; at + header <= bytes.length; ) {
    let length = view.getUint32(at + 8, little)
    let wireLength = view.getUint32(at + 12, little)
    if (turned && length > wireLength) [length, wireLength] = [wireLength, length]
    if (length > MAX_PACKET || at + header + length > bytes.length) break
    packets.push({ offset: at + header, length, wireLength })
    at += header + length
  }
  return { bytes, linktype: view.getUint32(20, little) & 0x03ffffff, swapped: !little, packets }
}

const SECTION = 0x0a0d0d0a
const INTERFACE = 1
const SIMPLE_PACKET = 3
const ENHANCED_PACKET = 6

const readPcapng = (bytes: Uint8Array, view: DataView): Capture => {
  let little = true
  let swapped = false
  let first: { linktype: number; snaplen: number } | undefined
  let interfaces = 0
  const packets: Packet[] = []
  for (let at = 0; at + 12 <= bytes.length; ) {
    if (view.getUint32(at, true) === SECTION) {
      little = view.getUint32(at + 8, true) === 0x1a2b3c4d
      swapped = !little
      interfaces = 0
    }
    const size = view.getUint32(at + 4, little)
    if (size < 12 || at + size > bytes.length) break
    const type = view.getUint32(at, little)
    if (type === INTERFACE) {
      const one = { linktype: view.getUint16(at + 8, little), snaplen: view.getUint32(at + 12, little) }
      first ??= one
      if (one.linktype !== first.linktype || one.snaplen !== first.snaplen) break
      interfaces++
    } else if (type === ENHANCED_PACKET) {
      const length = view.getUint32(at + 20, little)
      if (view.getUint32(at + 8, little) >= interfaces || 28 + length > size) break
      packets.push({ offset: at + 28, length, wireLength: view.getUint32(at + 24, little) })
    } else if (type === SIMPLE_PACKET) {
      const wireLength = view.getUint32(at + 8, little)
      const length = Math.min(wireLength, size - 16, first?.snaplen || Number.POSITIVE_INFINITY)
      packets.push({ offset: at + 12, length, wireLength })
    }
    at += size
  }
  return { bytes, linktype: first?.linktype ?? 0, swapped, packets }
}

/** Reads a pcap or pcapng file of the reference material. */
export const readCapture = (name: string): Capture => {
  const bytes = new Uint8Array(readFileSync(`${material}${name}`))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (view.getUint32(0, true) === SECTION) return readPcapng(bytes, view)
  const little = [0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34].includes(view.getUint32(0, true))
  return readPcap(bytes, view, little)
}
