import { END, GAP, START } from '@netstreamline/core'
import tcp, { type TcpOptions } from '../fe/tcp.js'
import { type Packet, TestSpace } from './space.js'

/** Runs packets through `tcp`; its input has not ended yet. */
export const run = async (packets: readonly Packet[], options: TcpOptions = {}): Promise<TestSpace> => {
  const space = await TestSpace.of(tcp, options)
  for (const packet of packets) space.packet(packet)
  return space
}

const MARKS: Record<number, string> = { [START]: '<', [END]: '>', [GAP]: '?' }

/** One stream as text: < begins, > ends, ? is a gap, | stands between blocks. */
export const show = (space: TestSpace, stream = 0): string =>
  space.seen
    .filter((seen) => seen.stream === stream)
    .map(({ flags, data }) => MARKS[flags] ?? `${new TextDecoder().decode(data)}|`)
    .join('')

/** Some of the counters. */
export const counters = (space: TestSpace, ...names: string[]): (number | undefined)[] =>
  names.map((name) => space.instance.counters!()[name])
