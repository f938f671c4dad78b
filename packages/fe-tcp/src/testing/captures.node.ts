import { existsSync, readFileSync } from 'node:fs'
import type { Packet } from './space.js'

/** Reference captures, if they lie beside the repository. */
export const material = new URL('../../../../../shared/material/', import.meta.url)

/** Whether they are there; says so on the console when not. */
export const haveMaterial = (what: string): boolean => {
  const found = existsSync(new URL('expected.json', material))
  if (!found) console.warn(`SKIPPED: ${what} needs the reference captures in ../shared/material, which are not here.`)
  return found
}

export const readExpected = (): { files: Record<string, Record<string, unknown>> } =>
  JSON.parse(readFileSync(new URL('expected.json', material), 'utf8'))

/** The packets of a pcap or pcapng file, up to the first thing that makes no sense. */
export const readCapture = (name: string): Packet[] => {
  const file = readFileSync(new URL(name, material))
  const view = new DataView(file.buffer, file.byteOffset, file.length)
  return view.byteLength >= 12 && view.getUint32(0) === 0x0a0d0d0a ? readNg(file, view) : readClassic(file, view)
}

const readClassic = (file: Uint8Array, view: DataView): Packet[] => {
  if (view.byteLength < 24) return []
  const magic = view.getUint32(0, true)
  const little = magic === 0xa1b2c3d4 || magic === 0xa1b23c4d
  const kind = view.getUint32(20, little) & 0xffff
  const packets: Packet[] = []
  for (let at = 24; at + 16 <= file.length; ) {
    const length = view.getUint32(at + 8, little)
    if (at + 16 + length > file.length) break
    const data = file.subarray(at + 16, at + 16 + length)
    packets.push({ kind, data, seconds: view.getUint32(at, little), wireLength: view.getUint32(at + 12, little) })
    at += 16 + length
  }
  return packets
}

const readNg = (file: Uint8Array, view: DataView): Packet[] => {
  const packets: Packet[] = []
  let little = true
  let links: { kind: number; ticks: number }[] = []
  for (let at = 0; at + 12 <= file.length; ) {
    const type = view.getUint32(at, little)
    if (type === 0x0a0d0d0a) {
      little = view.getUint32(at + 8, true) === 0x1a2b3c4d
      links = []
    }
    const size = view.getUint32(at + 4, little)
    if (size < 12 || at + size > file.length) break
    if (type === 1) links.push({ kind: view.getUint16(at + 8, little), ticks: resolution(view, at, size, little) })
    if (type === 6 || type === 2) {
      const length = view.getUint32(at + 20, little)
      if (length > size - 32) break
      const which = type === 6 ? view.getUint32(at + 8, little) : view.getUint16(at + 8, little)
      const ticks = view.getUint32(at + 12, little) * 0x100000000 + view.getUint32(at + 16, little)
      const data = file.subarray(at + 28, at + 28 + length)
      const { kind, ticks: perSecond } = links[which] ?? { kind: -1, ticks: 1e6 }
      packets.push({ kind, data, seconds: Math.floor(ticks / perSecond), wireLength: view.getUint32(at + 24, little) })
    }
    if (type === 3) {
      const wireLength = view.getUint32(at + 8, little)
      const data = file.subarray(at + 12, at + 12 + Math.min(wireLength, size - 16))
      packets.push({ kind: links[0]?.kind ?? -1, data, seconds: 0, wireLength })
    }
    at += (size + 3) & ~3
  }
  return packets
}

/** Ticks per second of an interface: option if_tsresol, microseconds when left out. */
const resolution = (view: DataView, block: number, size: number, little: boolean): number => {
  for (let at = block + 16; at + 4 < block + size - 4; ) {
    const code = view.getUint16(at, little)
    const length = view.getUint16(at + 2, little)
    if (code === 9) {
      const value = view.getUint8(at + 4)
      return value & 0x80 ? 2 ** (value & 0x7f) : 10 ** value
    }
    at += 4 + ((length + 3) & ~3)
  }
  return 1e6
}
