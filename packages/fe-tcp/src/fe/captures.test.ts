import { describe, expect, it } from 'vitest'
import { haveMaterial, readCapture, readExpected } from '../testing/captures.node.js'
import { EMPTY, reassemble } from '../testing/reassemble.node.js'

interface Direction {
  bytes: number
  sha256: string
  status?: string
  tshark_before_first_gap?: { bytes: number; sha256: string }
  others?: Record<string, { bytes: number; sha256: string } | { bytes: number; sha256: string }[]>
}
interface Stream {
  stream: number
  client: string
  server: string
  client_to_server: Direction
  server_to_client: Direction
  flags?: string[]
}
interface Midstream {
  stream: number
  first_sender: string
  other: string
  first_sender_to_other: Direction
  other_to_first_sender: Direction
}
type Result = Awaited<ReturnType<typeof reassemble>>

const NOTHING = { address: '', ...EMPTY, before: EMPTY, gaps: 0 }

/**
 * One side's stream. tshark also counts the streams inside tunnels, and those that are not followed here: where the
 * number does not fit, the address tells. A side that has sent nothing has no stream.
 */
const find = ({ streams }: Result, number: number, address: string, want: Direction) => {
  const own = [number * 2, number * 2 + 1].map((id) => streams.get(id)).find((d) => d?.address === address)
  if (own !== undefined || want.bytes === 0) return own ?? NOTHING
  return [...streams.values()].find((d) => d.address === address) ?? NOTHING
}

describe('reference captures', () => {
  if (!haveMaterial('the comparison of TCP streams')) {
    it('were not found', () => {})
    return
  }
  const { files } = readExpected()
  const filesWith = (kind: string) => Object.entries(files).filter(([, file]) => Array.isArray(file[kind]))

  it('streams that all tools agree on are equal in bytes and digest', async () => {
    const wrong: unknown[] = []
    let total = 0
    for (const [name, file] of Object.entries(files)) {
      const result = await reassemble(readCapture(name))
      const streams = [...((file['tcp'] ?? []) as Stream[]), ...((file['tcp_ip_fragmented'] ?? []) as Stream[])]
      for (const s of streams) {
        total++
        for (const [address, want] of [
          [s.client, s.client_to_server],
          [s.server, s.server_to_client],
        ] as const) {
          const got = find(result, s.stream, address, want)
          if (got.sha256 !== want.sha256 || got.gaps > 0) wrong.push([name, s.stream, address, want, got])
        }
      }
    }
    console.info(`TCP streams: ${total - wrong.length} of ${total} equal`)
    expect(wrong).toEqual([])
    expect(total).toBeGreaterThan(600)
  })

  it('the opener has the even number', async () => {
    for (const [name, file] of filesWith('tcp')) {
      if (file['tcp_streams_total'] !== file['tcp_streams_not_tunnelled']) continue
      const { streams } = await reassemble(readCapture(name))
      for (const { stream, client, server } of file['tcp'] as Stream[])
        expect([streams.get(2 * stream)?.address, streams.get(2 * stream + 1)?.address]).toEqual([client, server])
    }
  })

  it('connections that were running begin at their first byte', async () => {
    const wrong: unknown[] = []
    for (const [name, file] of filesWith('tcp_midstream')) {
      const result = await reassemble(readCapture(name))
      for (const s of file['tcp_midstream'] as Midstream[]) {
        const sides = [
          [s.first_sender, s.first_sender_to_other],
          [s.other, s.other_to_first_sender],
        ] as const
        for (const [address, want] of sides) {
          const got = find(result, s.stream, address, want)
          if (got.sha256 !== want.sha256) wrong.push([name, s.stream, address, want, got])
        }
      }
    }
    expect(wrong).toEqual([])
  })

  it('with gaps: what is before the first one is equal, and the gap is marked', async () => {
    const wrong: unknown[] = []
    for (const [name, file] of filesWith('tcp_gaps')) {
      const result = await reassemble(readCapture(name))
      const stop = await reassemble(readCapture(name), { gap: 'stop' })
      for (const s of file['tcp_gaps'] as Stream[]) {
        for (const [address, want] of [
          [s.client, s.client_to_server],
          [s.server, s.server_to_client],
        ] as const) {
          const got = find(result, s.stream, address, want)
          const begun = find(stop, s.stream, address, want)
          const before = want.tshark_before_first_gap ?? want
          if (got.before.sha256 !== before.sha256 || got.gaps > 0 !== (want.status === 'gap'))
            wrong.push([name, s.stream, address, want, got])
          if (begun.sha256 !== before.sha256) wrong.push([name, 'stop', s.stream, address, want, begun])
        }
      }
    }
    expect(wrong).toEqual([])
  })

  it('ambiguous ones: the policy decides', async () => {
    const wrong: unknown[] = []
    let decided = 0
    for (const [name, file] of filesWith('tcp_ambiguous')) {
      const first = await reassemble(readCapture(name))
      const last = await reassemble(readCapture(name), { policy: 'last', acknowledged: true })
      for (const s of file['tcp_ambiguous'] as Stream[]) {
        for (const [address, want] of [
          [s.client, s.client_to_server],
          [s.server, s.server_to_client],
        ] as const) {
          const of = (result: Result) => {
            const got = find(result, s.stream, address, want)
            return got.gaps > 0 ? got.before.sha256 : got.sha256
          }
          // The reference reassemblies see nothing in link types that they don't know.
          const wanted = (which: string) => {
            const other = want.others?.[which]
            return other === undefined || Array.isArray(other) || other.bytes === 0 ? want.sha256 : other.sha256
          }
          const [one, other] = [wanted('first_byte_wins_prefix'), wanted('last_byte_wins_prefix')]
          if (of(first) !== one) wrong.push([name, s.stream, address, 'first'])
          // What was acknowledged before it was repeated with other bytes (in keep-alives, for example) stays.
          if (of(last) !== one && of(last) !== other) wrong.push([name, s.stream, address, 'last'])
          if (of(last) === other && one !== other) decided++
        }
      }
    }
    // This stream ends with a reset that carries two bytes, one of them new: not data here (RFC 9293 §3.5.3).
    const reset = ['captures/ndpi__heuristic_tcp_ack_payload.pcap', 3, '194.226.199.9:49756']
    expect(wrong).toEqual([
      [...reset, 'first'],
      [...reset, 'last'],
    ])
    expect(decided).toBeGreaterThan(5)
  })

  it('overlaps that differ are counted and logged, where the other way of handing on tells them apart', async () => {
    const { counters, logged } = await reassemble(readCapture('captures/suricata-verify__tcp-overlap.pcap'), {
      acknowledged: true,
    })
    expect(counters['conflicts']).toBeGreaterThan(0)
    expect(logged).toHaveLength(1)
  })
})
