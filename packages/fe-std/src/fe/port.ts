import { type Block, type Classifier, type Context, defineFE, KIND } from '@netstreamline/core'
import { locate } from '@netstreamline/jit/headers'

type Which = 'service' | 'src' | 'dst'

/** Do ports stand first in the header? TCP, UDP, DCCP, SCTP, UDP-Lite. */
const hasPorts = (proto: number): boolean =>
  proto === 6 || proto === 17 || proto === 33 || proto === 132 || proto === 136

/** Classifies by port. Zero-length blocks of a TCP stream may come without a packet: the stream knows its ports then. */
const byPort = (which: Which, context: Context) => {
  const choose = (block: Block, source: number, destination: number): number => {
    if (which === 'src') return source
    if (which === 'dst') return destination
    // The even stream of a connection is the one of the side that opened it: it goes to the service.
    if (block.kind === KIND.tcp) return (block.stream & 1) === 0 ? destination : source
    if (source === 0 || destination === 0) return source | destination
    return Math.min(source, destination)
  }

  return (block: Block): Classifier => {
    if (block.l4 < 0) {
      if (block.kind === KIND.tcp) {
        const stream = context.stream(block.stream)
        return stream === undefined ? 0 : choose(block, stream.sport ?? 0, stream.dport ?? 0)
      }
      if (block.kind > KIND.ip || !locate(block)) return 0
    }
    const { bytes: b, l4 } = block
    // After narrowing the transport header lies before the window, whole because an FE has read it.
    if (l4 < 0 || l4 + 4 > block.offset + block.length || !hasPorts(block.proto)) return 0
    return choose(block, (b[l4]! << 8) | b[l4 + 1]!, (b[l4 + 2]! << 8) | b[l4 + 3]!)
  }
}

export default defineFE<{ which?: Which }>(
  {
    name: 'port',
    summary: 'Classifies packets and streams by port.',
    description: `\`(port) 22>\` restricts traffic to port 22, \`(port) !80>\` reflects all other traffic. The window stays as it is. Works on packets (TCP, UDP, UDP-Lite, SCTP, DCCP), on what \`(udp)\` and \`(ip)\` hand on, and on streams of \`(tcp)\`.

Which of the two ports counts is chosen by \`which\`. The default, \`service\`, is the same in both directions: for a stream of \`(tcp)\` the port of the side that did not open the connection, otherwise the lower one.`,
    inputs: ['any'],
    outputs: ['same'],
    role: ['filter'],
    options: {
      properties: {
        which: {
          type: 'string',
          enum: ['service', 'src', 'dst'],
          default: 'service',
          description: 'The port that counts: of the service (in both directions), of the sender, of the receiver.',
        },
      },
    },
    classifier: 'The port; 0 (not accepted) for what has none.',
    state: 'none',
    targets: ['js'],
    examples: ['(pcap,path=sample.pcap) > (port) 80> (count)', '(pcap,path=sample.pcap) > (tcp) > (port) !80> (count)'],
  },
  ({ which }, context) => byPort(which ?? 'service', context),
)
