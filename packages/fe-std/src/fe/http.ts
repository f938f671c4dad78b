import { type Block, type Classifier, CONSUMED, defineFE, END, GAP, KIND, START } from '@netstreamline/core'
import { type Emit, HttpStreams } from '../http/streams.js'

export default defineFE<{ emit?: Emit }>(
  {
    name: 'http',
    summary: 'HTTP/1 streams, message heads or bodies among TCP streams.',
    description: `Recognises HTTP/1.0 and 1.1 (RFC 9112) by the first line of a stream, on any port, and follows the messages in it: keep-alive, pipelining, chunked coding, bodies of a stated length or until the close, responses to HEAD and CONNECT.

\`emit=stream\`, the default, hands on every block of a stream that is HTTP as it came, with its START, END and GAP: \`(tcp) > (http) > (file,path="{name}")\` saves all HTTP streams. \`emit=heads\` hands on each message head as one block, from the start line to the empty line. \`emit=bodies\` hands on the bodies, block by block, without chunk sizes and trailers. START and END of the stream come with all three.

The first blocks of a stream are held until its first line is complete, at most 16 KiB. A head may take 64 KiB. After lost bytes, and after what cannot be read, messages are looked for again where a block begins with a start line.`,
    inputs: ['tcp'],
    outputs: ['tcp', 'message', 'bytes'],
    role: ['filter'],
    options: {
      properties: {
        emit: {
          type: 'string',
          enum: ['stream', 'heads', 'bodies'],
          default: 'stream',
          description: 'What to hand on: whole streams, message heads, or message bodies.',
        },
      },
    },
    classifier: '1 for the direction of requests, 2 for that of responses; 0 for streams that are not HTTP.',
    state: 'flow',
    targets: ['js'],
    examples: [
      '(pcap,path=sample.pcap) > (tcp) > (http) > (count)',
      '(pcap,path=sample.pcap) > (tcp) > (http,emit=heads) 1> (count)',
    ],
  },
  ({ emit = 'stream' }, context) => {
    const streams = new HttpStreams(context, emit)
    return { process: (block) => look(block, streams), counters: () => streams.counters(), stop: () => streams.free() }
  },
)

const look = (block: Block, streams: HttpStreams): Classifier => {
  if (block.kind !== KIND.tcp) return 0
  if (block.flags & START) return streams.start(block)
  if (block.flags & GAP) return streams.gap(block)
  if (block.flags & END) return streams.end(block)
  return block.length === 0 ? CONSUMED : streams.data(block)
}
