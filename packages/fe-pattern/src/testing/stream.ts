import { END, GAP, KIND, START } from '@netstreamline/core'
import type { InputBlock } from '@netstreamline/testkit'

const encoder = new TextEncoder()
const nothing = new Uint8Array(0)

/** Pieces of one direction of a stream, with START and END around them. */
export const stream = (id: number, ...pieces: (string | Uint8Array | 'gap')[]): InputBlock[] => {
  const [client, server] = [
    { src: '192.0.2.1', sport: 40000 },
    { src: '192.0.2.2', sport: 80 },
  ]
  const [from, to] = id & 1 ? [server, client] : [client, server]
  const open = { id, ...from, dst: to.src, dport: to.sport }
  const of = { kind: KIND.tcp, stream: id, proto: 6, seconds: 7, nanoseconds: 5 }
  return [
    { ...of, data: nothing, flags: START, open },
    ...pieces.map((piece) =>
      piece === 'gap'
        ? { ...of, data: nothing, flags: GAP }
        : { ...of, data: typeof piece === 'string' ? encoder.encode(piece) : piece },
    ),
    { ...of, data: nothing, flags: END },
  ]
}

/** A UDP datagram over IPv4 from one port to another, the window on its payload as (udp) leaves it. */
export const datagram = (sport: number, dport: number, payload: string): InputBlock => {
  const data = encoder.encode(payload)
  const total = 28 + data.length
  const ip = [0x45, 0, 0, total, 0, 1, 0, 0, 64, 17, 0, 0, 198, 51, 100, 1, 198, 51, 100, 2]
  const udp = [sport >> 8, sport & 255, dport >> 8, dport & 255, 0, 8 + data.length, 0, 0]
  return { data: Uint8Array.from([...ip, ...udp, ...data]), offset: 28, l3: 0, l4: 20, proto: 17, kind: KIND.udp }
}
