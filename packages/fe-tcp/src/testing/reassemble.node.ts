import { createHash } from 'node:crypto'
import { END, GAP, START } from '@netstreamline/core'
import tcp, { type TcpOptions } from '../fe/tcp.js'
import { type Packet, TestSpace } from './space.js'

/** One direction as it came out. */
export interface Direction {
  readonly address: string
  readonly bytes: number
  readonly sha256: string
  /** What came before the first gap. */
  readonly before: { readonly bytes: number; readonly sha256: string }
  readonly gaps: number
}

const digest = (parts: readonly Uint8Array[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return { bytes: parts.reduce((sum, part) => sum + part.length, 0), sha256: hash.digest('hex') }
}

export const EMPTY = digest([])

/** Runs packets through `tcp`. @throws when blocks do not come as START, data and gaps, END, or something leaks */
export const reassemble = async (packets: readonly Packet[], options: TcpOptions = {}) => {
  const space = await TestSpace.of(tcp, options)
  const open = new Map<number, { address: string; all: Uint8Array[]; before: Uint8Array[]; gaps: number }>()
  const streams = new Map<number, Direction>()
  space.onBlock = ({ stream, flags, data, classifier }) => {
    if (flags === START) {
      if (open.has(stream) || streams.has(stream)) throw new Error(`stream ${stream} starts twice`)
      const { src = '', sport } = space.streams.get(stream)!
      const address = src.includes(':') ? `[${src}]:${sport}` : `${src}:${sport}`
      open.set(stream, { address, all: [], before: [], gaps: 0 })
      return
    }
    const of = open.get(stream)
    if (of === undefined) throw new Error(`stream ${stream} is not open`)
    if (flags === END) {
      open.delete(stream)
      const { address, gaps } = of
      streams.set(stream, { address, ...digest(of.all), before: digest(of.before), gaps })
    } else if (flags === GAP) of.gaps++
    else if (classifier === 1) {
      of.all.push(data)
      if (of.gaps === 0) of.before.push(data)
    }
  }
  for (const packet of packets) space.packet(packet)
  await space.finish()
  const left = [open.size, space.holding, space.streams.size, space.instance.counters!()['held']]
  if (left.some((n) => n !== 0)) throw new Error(`left behind: ${left}`)
  return { streams, counters: space.instance.counters!(), logged: space.logged }
}
