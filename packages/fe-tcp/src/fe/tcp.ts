import { type Block, type Classifier, CONSUMED, defineFE } from '@netstreamline/core'
import { type Datagram, DEFRAGMENTED, Defragmenter, fragmentOf, locate, payloadEnd } from '@netstreamline/jit/headers'
import { Connections } from '../connections.js'

/** Options of `tcp`. */
export interface TcpOptions {
  connections?: number
  window?: number
  memory?: number
  timeout?: number
}

const TCP = 6
const HEADER = 20

export default defineFE<TcpOptions>(
  {
    name: 'tcp',
    summary: 'Reassembles TCP streams without copying.',
    description: `Hands on the payload of each direction of each connection in order, each byte once, as windows on the packets themselves: segments in order are never copied. Link headers, IP headers, padding and retransmissions are left out. IP fragments are put together first.

**Streams.** Connections are numbered from 0 in order of their first segment. \`stream\` is 2 · connection for the side that opened, 2 · connection + 1 for the other. Who sent the SYN opened; without one, the first to speak did, unless it answered with SYN and ACK. A SYN with another initial sequence number, or after the end, begins a new connection between the same ports. A zero-length START block comes at a direction's first segment, END after its FIN was reached, 5 seconds after a reset, after \`timeout\`, or at the end of the input.

**Disorder.** Segments that are early are held until the bytes before them come. Where segments overlap, the bytes that came first stay; counters tell how often bytes differed. Bytes that never come are marked by a zero-length GAP block: when the receiver has acknowledged them and 2 seconds have passed, when too much is held, or at the end. Connections that were running before the capture begin at their first byte seen. Data that a snapshot length cut off is a gap at once.

**Bounds.** At most \`connections\` connections are known at a time (about 100 bytes each, besides what is known of each stream); when one more comes, one that has ended or that has been silent for long is ended. \`window\` and \`memory\` bound what is held. Checksums are not verified, since captures of the sending host do not hold them.`,
    inputs: ['link', 'ip'],
    outputs: ['tcp'],
    role: ['filter'],
    options: {
      properties: {
        connections: {
          type: 'integer',
          minimum: 1,
          maximum: 4194304,
          default: 262144,
          'x-unit': 'size',
          description: 'Connections known at a time, at most.',
        },
        window: {
          type: 'integer',
          minimum: 0,
          default: 4194304,
          'x-unit': 'size',
          description: 'Bytes that one direction may hold while earlier ones are missing.',
        },
        memory: {
          type: 'integer',
          minimum: 0,
          default: 67108864,
          'x-unit': 'size',
          description: 'Bytes that all directions together may hold.',
        },
        timeout: {
          type: 'number',
          minimum: 1,
          default: 7440,
          description:
            'Seconds of capture time without a segment after which a connection ends (2 hours 4 minutes as in RFC 5382).',
        },
      },
    },
    classifier: '1 for every block of a stream. Packets that are not TCP get 0, TCP packets themselves are consumed.',
    state: 'flow',
    targets: ['js'],
    examples: ['(pcap,path=sample.pcap) > (tcp) > (count)', '(pcap,path=sample.pcap) > (tcp) > (port) 80> (count)'],
  },
  ({ connections = 262144, window = 4194304, memory = 67108864, timeout = 7440 }, context) => {
    const life = new Connections(context, { connections, window, memory }, timeout)
    const defragmenter = new Defragmenter(context)
    let malformed = 0

    const segment = (block: Block): Classifier => {
      const end = payloadEnd(block)
      const { bytes, l4 } = block
      if (l4 < 0 || l4 + HEADER > end || bytes[l4 + 12]! >> 4 < HEADER / 4) {
        malformed++
        if (l4 >= 0 && l4 + HEADER <= end) life.broken(block)
        return 0
      }
      life.segment(block, end, cutOff(block, end))
      return CONSUMED
    }

    const process = (block: Block): Classifier => {
      if (!locate(block) || (block.proto !== TCP && block.l4 >= 0)) return 0
      const end = payloadEnd(block)
      if (fragmentOf(block.bytes, block.l3, end) < 0) return block.proto === TCP ? segment(block) : 0
      if (block.proto !== TCP && block.bytes[block.l3]! >> 4 === 4) return 0
      if (defragmenter.add(block, end) !== DEFRAGMENTED) return CONSUMED
      if (defragmenter.datagram.proto !== TCP) return 0
      return within(block, defragmenter.datagram, segment)
    }

    return {
      process,
      tick: (seconds) => life.tick(seconds),
      finish: () => life.finish(),
      stop: () => defragmenter.free(),
      counters: () => {
        const { reassembler: r, connections, reused, evicted, timedOut, resets } = life
        const { opened, bytes, blocks, gaps, lost } = r.output
        return {
          connections,
          streams: opened,
          bytes,
          blocks,
          retransmitted: r.retransmitted,
          outOfOrder: r.outOfOrder,
          overlaps: r.overlaps,
          conflicts: r.conflicts,
          keepAlives: r.keepAlives,
          gaps,
          lost,
          held: r.heldBytes,
          outOfWindow: r.outOfWindow,
          afterEnd: r.afterEnd,
          reused,
          resets,
          evicted,
          timedOut,
          malformed,
          ...defragmenter.counters(),
        }
      },
    }
  },
)

/** Bytes of the IP packet that were on the wire but are not in the capture. */
const cutOff = (block: Block, end: number): number => {
  if (end !== block.offset + block.length || block.wireLength <= block.length) return 0
  const { bytes: b, l3, l4 } = block
  const four = b[l3]! >> 4 === 4
  const length = four ? (b[l3 + 2]! << 8) | b[l3 + 3]! : (b[l3 + 4]! << 8) | b[l3 + 5]!
  if (length === 0) return 0
  const payload = l4 + ((b[l4 + 12]! >> 4) << 2)
  const stated = four ? l3 + length : l3 + 40 + length
  return Math.max(0, stated - Math.max(end, payload))
}

/** Lets the block in hand point to a reassembled datagram while `look` looks at it. */
const within = (block: Block, datagram: Datagram, look: (block: Block) => Classifier): Classifier => {
  const { offset, length, kind, l3, l4, proto, ring, position } = block
  Object.assign(block, { ...datagram, bytes: block.bytes })
  const classifier = look(block)
  Object.assign(block, { offset, length, kind, l3, l4, proto, ring, position })
  return classifier
}
