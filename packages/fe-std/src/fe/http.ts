import { type Context, defineFE } from '@netstreamline/core'
import { CopyRing } from '../copy-ring.js'
import { fileOutput } from '../http/file-output.js'
import { logOutput, MAX_LOG_LINE } from '../http/log-output.js'
import { bodyOutput, type HttpOutput, headOutput, wholeOutput } from '../http/output.js'
import { HttpProtocol } from '../http/protocol.js'
import { MAX_HEAD } from '../lines/heads.js'
import { Budget } from '../streams/budget.js'
import { MEMORY, memoryOption } from '../streams/options.js'

const EMIT = ['stream', 'heads', 'bodies', 'files', 'log'] as const
type Emit = (typeof EMIT)[number]

const outputOf = (emit: Emit, context: Context): HttpOutput => {
  switch (emit) {
    case 'heads':
      return headOutput(new CopyRing(context, MAX_HEAD))
    case 'bodies':
      return bodyOutput()
    case 'files':
      return fileOutput(context)
    case 'log':
      return logOutput(context, new CopyRing(context, MAX_LOG_LINE))
    default:
      return wholeOutput()
  }
}

export default defineFE<{ emit?: Emit; memory?: number }>(
  {
    name: 'http',
    summary: 'HTTP/1 streams, message heads, bodies, files or a log among TCP streams.',
    description: `Recognises HTTP/1.0 and 1.1 (RFC 9112) by the first line of a stream, on any port, and follows the messages in it: keep-alive, pipelining, interim responses, chunked coding, bodies of a stated length or until the close, responses to HEAD, CONNECT and upgrades, and HTTP again inside a tunnel. Responses are paired with their requests. HTTP/2 with prior knowledge is recognised, not read.

| \`emit\` | hands on | classifier |
|---|---|---|
| \`stream\` | every block of a stream that is HTTP as it came, with START, END and GAP: \`(tcp) > (http) > (file,path="{name}")\` saves all HTTP streams | 1 requests, 2 responses, 3 and 4 client and server of HTTP/2 |
| \`heads\` | each message head as one block, from the start line to the empty line; START and END of the stream | 1, 2 |
| \`bodies\` | the bodies, block by block, without chunk sizes and trailers; START, END and GAP of the stream | 1, 2 |
| \`files\` | each body as a stream of its own, with START and END, named after its number and the last part of the target: \`(http,emit=files) > (file,path="{name}")\` | 1, 2 |
| \`log\` | a line of JSON for each request with its response, when that is complete | the status, 65535 without response |

The line has, as far as they are known: \`time\` (of the request, in s), \`src\` \`sport\` \`dst\` \`dport\` (client and server), \`method\`, \`host\`, \`uri\`, \`version\`, \`agent\`, \`referer\`, \`sent\` (bytes of the body), \`status\`, \`type\`, \`encoding\`, \`received\`, \`wait\` (from head to head, in s). A target is cut after 8 KiB, other values after 1 KiB; then \`cut\` is true. Bytes that are no UTF-8 are taken for Latin-1; what a terminal might obey is escaped.

**What RFC 9112 lets a reader do**, this does: bare LF ends a line, empty lines before a message are skipped, blanks around the parts of a request line are skipped, folded lines are joined, Transfer-Encoding goes before Content-Length. What it says to refuse or to repair counts as \`irregular\`. A message whose length nobody can know (Content-Length that differs or is no number, a request whose last coding is not chunked, a wrong chunk size) counts as \`malformed\`. After that, and after lost bytes, messages are looked for again by lines that are start lines; requests of a connection that were under way when responses were lost are taken to have no answer, but the last.

**Bounds.** A start line may have 16 KiB, which is also what is held of a stream before it is known; a head 64 KiB; 1024 requests may wait for an answer. \`memory\` bounds what all streams together hold: heads that go on in the next block, blocks of streams that are not known, requests that wait. What there is no room for is given up and counted (\`noRoom\`). State is kept of streams between START and END.`,
    inputs: ['tcp'],
    outputs: ['tcp', 'message', 'bytes'],
    role: ['filter'],
    options: {
      properties: {
        emit: {
          type: 'string',
          enum: EMIT,
          default: 'stream',
          description: 'What to hand on: whole streams, message heads, message bodies, bodies as files, or a log.',
        },
        memory: memoryOption,
      },
    },
    classifier:
      '1 for the direction of requests, 2 for that of responses; 3 and 4 for those of HTTP/2. With `emit=log` the status, 65535 without response. 0 for streams that are not HTTP.',
    state: 'flow',
    targets: ['js'],
    examples: [
      '(pcap,path=sample.pcap) > (tcp) > (http) > (count)',
      '(pcap,path=sample.pcap) > (tcp) > (http,emit=heads) 1> (count)',
      '(pcap,path=sample.pcap) > (tcp) > (http,emit=files) 2> (file,path="files/{name}")',
      '(pcap,path=sample.pcap) > (tcp) > (http,emit=log) 200:299> (file,path=http.log)',
    ],
  },
  ({ emit = 'stream', memory = MEMORY }, context) => {
    const output = outputOf(emit, context)
    const http = new HttpProtocol(context, output, new Budget(memory))
    const { streams } = http
    output.streams = streams
    return {
      process: (block) => streams.process(block),
      finish: () => streams.finish(),
      stop() {
        streams.free()
        output.free()
      },
      counters: () => http.counters(),
    }
  },
)
