import { type Block, type Classifier, defineFE, KIND } from '@netstreamline/core'
import { CopyRing } from '../copy-ring.js'
import { MAX_HEAD } from '../lines/heads.js'
import { RtspHead } from '../rtsp/head.js'
import { MAX_RTSP_LINE } from '../rtsp/log.js'
import { type RtspEmit, RtspProtocol } from '../rtsp/protocol.js'
import { Budget } from '../streams/budget.js'
import { MEMORY, memoryOption } from '../streams/options.js'

const MAX_FRAME = 65535

export default defineFE<{ emit?: RtspEmit; memory?: number }>(
  {
    name: 'rtsp',
    summary: 'RTSP streams, message heads, interleaved data or a log among TCP streams and datagrams.',
    description: `Recognises RTSP/1.0 and 2.0 (RFC 2326, RFC 7826) by the first line of a stream or datagram, on any port, and follows requests, responses (which both ends may send), bodies and interleaved data.

| \`emit\` | hands on | classifier |
|---|---|---|
| \`stream\` | every block of a stream that is RTSP as it came, with START, END and GAP | 1 for the direction that began with a request, 2 for the one that began with a response |
| \`heads\` | each message head as one block, from the start line to the empty line; START and END of the stream | 1 request, 2 response |
| \`data\` | the data of each interleaved frame, such as an RTP packet, as one block; START and END of the stream | the channel plus 1; that of the stream for its START and END |
| \`log\` | a line of JSON for each request with its response | the status, 65535 without response |

The line has, as far as they are known: \`time\` (of the request, in s), \`src\` \`sport\` \`dst\` \`dport\` (who asks and who answers), \`method\`, \`uri\`, \`version\`, \`cseq\`, \`agent\`, \`status\`, \`transport\`, \`session\`, \`wait\` (in s), and \`cut\` if a value was longer than a line can take. Requests and responses are paired by CSeq.

A datagram is one message: with \`stream\` it is handed on whole, with \`heads\` without its body; the other two take streams only.

After lost bytes, and after what cannot be read (\`malformed\`), messages are looked for again by lines that are start lines. A start line may have 16 KiB, a head 64 KiB, 64 requests of a direction may wait for an answer, \`memory\` bounds what all streams together hold, and what there is no room for is given up and counted (\`noRoom\`). State is kept of streams between START and END.`,
    inputs: ['tcp', 'udp'],
    outputs: ['tcp', 'udp', 'message', 'bytes'],
    role: ['filter'],
    options: {
      properties: {
        emit: {
          type: 'string',
          enum: ['stream', 'heads', 'data', 'log'],
          default: 'stream',
          description: 'What to hand on: whole streams, message heads, interleaved data, or a log.',
        },
        memory: memoryOption,
      },
    },
    classifier:
      '1 requests, 2 responses; with `emit=data` the channel plus 1; with `emit=log` the status, 65535 without response.',
    state: 'flow',
    targets: ['js'],
    examples: ['(pcap,path=sample.pcap) > ((tcp) > (rtsp) | (tcp) !> (count))'],
  },
  ({ emit = 'stream', memory = MEMORY }, context) => {
    const largest = { stream: 0, heads: MAX_HEAD, data: MAX_FRAME, log: MAX_RTSP_LINE }[emit]
    const ring = largest === 0 ? undefined : new CopyRing(context, largest)
    const rtsp = new RtspProtocol(context, emit, ring, new Budget(memory))
    const { streams } = rtsp
    const head = new RtspHead()
    let datagrams = 0

    /** One message; the window becomes its head where that is asked for. */
    const datagram = (block: Block): Classifier => {
      if (emit !== 'stream' && emit !== 'heads') return 0
      const { bytes, offset, length } = block
      const next = head.read(bytes, offset, offset + length, 0)
      if (next <= 0) return 0
      datagrams++
      if (emit === 'heads') {
        block.length = next - offset
        block.kind = KIND.message
      }
      return head.type
    }

    return {
      process: (block) => (block.kind === KIND.udp ? datagram(block) : streams.process(block)),
      finish: () => streams.finish(),
      stop() {
        streams.free()
        ring?.free()
      },
      counters: () => ({ ...rtsp.counters(), datagrams }),
    }
  },
)
