import type { Packet } from './space.js'

/** What of a segment a test wants to say; the rest is ordinary. */
export interface SegmentFields {
  from?: number
  sport?: number
  dport?: number
  seq: number
  ack?: number
  /** Letters of S(YN) F(IN) R(ST) A(CK). */
  flags?: string
  data?: Uint8Array | string
  seconds?: number
  /** Bytes of TCP options. */
  options?: number
  /** Urgent pointer; with it comes URG. */
  urgent?: number | undefined
}

const BITS: Record<string, number> = { F: 1, S: 2, R: 4, P: 8, A: 16 }

/** Raw IPv4 (link type 101) from 10.0.0.`from` to 10.0.0.(3 - `from`); even ports are swapped for host 2. */
export const segment = (s: SegmentFields): Packet => {
  const {
    from = 1,
    sport = 1000,
    dport = 80,
    seq,
    ack = 0,
    flags = 'A',
    data = '',
    seconds = 0,
    options = 0,
    urgent,
  } = s
  const payload = typeof data === 'string' ? new TextEncoder().encode(data) : data
  const size = 40 + options + payload.length
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  const [one, two] = from === 1 ? [sport, dport] : [dport, sport]
  bytes.set([0x45, 0, size >> 8, size, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, from, 10, 0, 0, 3 - from])
  view.setUint16(20, one)
  view.setUint16(22, two)
  view.setUint32(24, seq >>> 0)
  view.setUint32(28, ack >>> 0)
  bytes[32] = (5 + options / 4) << 4
  bytes[33] = [...flags].reduce((sum, letter) => sum | (BITS[letter] ?? 0), 0)
  if (urgent !== undefined) {
    bytes[33]! |= 32
    view.setUint16(38, urgent)
  }
  bytes.fill(1, 40, 40 + options)
  bytes.set(payload, 40 + options)
  return { kind: 101, data: bytes, seconds }
}

/** SYN, SYN+ACK, ACK with these initial sequence numbers. */
export const handshake = (one: number, two: number, more: Partial<SegmentFields> = {}): Packet[] => [
  segment({ ...more, seq: one, flags: 'S' }),
  segment({ ...more, from: 2, seq: two, ack: one + 1, flags: 'SA' }),
  segment({ ...more, seq: one + 1, ack: two + 1 }),
]
