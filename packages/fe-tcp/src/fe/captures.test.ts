import { createHash, type Hash } from 'node:crypto'
import { END, GAP, START } from '@netstreamline/core'
import { describe, expect, it } from 'vitest'
import { haveMaterial, readCapture, readExpected } from '../testing/captures.node.js'
import { TestSpace } from '../testing/space.js'
import tcp from './tcp.js'

interface Direction {
  bytes: number
  sha256: string
}
interface Stream {
  stream: number
  client: string
  server: string
  client_to_server: Direction
  server_to_client: Direction
}
interface Out {
  hash: Hash
  bytes: number
  gaps: number
  start: number
  end: number
}

const reassemble = async (name: string) => {
  const space = await TestSpace.of(tcp)
  const streams = new Map<number, Out>()
  const endpoints = new Map<number, string[]>()
  space.onBlock = ({ stream, flags, data }) => {
    let out = streams.get(stream)
    if (out === undefined) {
      expect(flags).toBe(START)
      const { src, dst, sport, dport } = space.streams.get(stream)!
      const end = (address = '', port = 0) => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`)
      endpoints.set(stream, [end(src, sport), end(dst, dport)])
      streams.set(stream, (out = { hash: createHash('sha256'), bytes: 0, gaps: 0, start: 0, end: 0 }))
    }
    expect(out.end).toBe(0)
    if (flags === START) out.start++
    if (flags === END) out.end++
    if (flags === GAP) out.gaps++
    out.bytes += data.length
    out.hash.update(data)
  }
  for (const packet of readCapture(name)) space.packet(packet)
  await space.finish()
  for (const out of streams.values()) expect([out.start, out.end]).toEqual([1, 1])
  expect([space.holding, space.streams.size]).toEqual([0, 0])
  const digests = new Map([...streams].map(([id, out]) => [id, { ...out, sha256: out.hash.digest('hex') }]))
  return { digests, endpoints, counters: space.instance.counters!() }
}

const EMPTY = createHash('sha256').digest('hex')

describe('reference captures', () => {
  if (!haveMaterial('the comparison of TCP streams')) {
    it('were not found', () => {})
    return
  }
  const { files } = readExpected()
  const failures: string[] = []
  let total = 0
  for (const [name, expected] of Object.entries(files)) {
    const streams = [...((expected['tcp'] ?? []) as Stream[]), ...((expected['tcp_ip_fragmented'] ?? []) as Stream[])]
    it(`${name}: ${streams.length} streams`, async () => {
      const { digests, endpoints } = await reassemble(name)
      const tunnels = expected['tcp_streams_total'] !== expected['tcp_streams_not_tunnelled']
      for (const s of streams) {
        // tshark counts streams inside tunnels too: then the endpoints tell which one is meant.
        const found = tunnels
          ? [...endpoints].find(([, [a, b]]) => a === s.client && b === s.server)?.[0]
          : s.stream * 2
        const of = (id: number) => digests.get(id) ?? { bytes: 0, sha256: EMPTY, gaps: 0 }
        total++
        const one = of(found ?? -1)
        const two = of((found ?? -1) + 1)
        const want = [s.client, s.client_to_server.bytes, s.client_to_server.sha256]
        const back = [s.server, s.server_to_client.bytes, s.server_to_client.sha256]
        const got = [endpoints.get(found ?? -1)?.[0], one.bytes, one.sha256]
        const gotBack = [endpoints.get(found ?? -1)?.[1], two.bytes, two.sha256]
        if (JSON.stringify([want, back]) !== JSON.stringify([got, gotBack])) {
          failures.push(`${name} ${s.stream}: ${JSON.stringify([want, got, one.gaps, back, gotBack, two.gaps])}`)
        }
      }
    })
  }
  it('streams are equal in bytes and digest', () => {
    expect(total).toBeGreaterThan(0)
    console.info(`TCP streams: ${total - failures.length} of ${total} equal`)
    expect(failures).toEqual([])
  })
})
