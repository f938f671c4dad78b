import { defineFE } from '@netstreamline/core'
import { CopyRing } from '../copy-ring.js'
import { Budget } from '../streams/budget.js'
import { MEMORY, memoryOption } from '../streams/options.js'
import { MAX_TLS_LINE } from '../tls/log.js'
import { type TlsEmit, TlsProtocol } from '../tls/protocol.js'

const MAX_HELLO = 65540

export default defineFE<{ emit?: TlsEmit; memory?: number }>(
  {
    name: 'tls',
    summary: 'TLS streams, hellos or a log among TCP streams.',
    description: `Recognises TLS 1.0 to 1.3, and SSL 3.0, by the hello at the beginning of a stream, on any port, in however many records. The alert of a server that refuses counts as its answer. What follows the hellos is not looked at.

| \`emit\` | hands on | classifier |
|---|---|---|
| \`stream\` | every block of a stream that is TLS as it came, with START, END and GAP | the version |
| \`hellos\` | each ClientHello and ServerHello as one block, from its type on (RFC 8446 §4.1), and START and END of the stream | 1 ClientHello, 2 ServerHello; the version for START and END |
| \`log\` | a line of JSON for each connection, when both hellos have come, or nothing more will | the version |

Versions are those of the protocol: 768 SSL 3.0, 769 TLS 1.0, 770 TLS 1.1, 771 TLS 1.2, 772 TLS 1.3; drafts of 1.3 count as 772. Of a client it is the highest that it offers, of a server the one that it has chosen: \`(tls) 768:770>\` are streams that are out of date.

The line has, as far as they are known: \`time\` (of the ClientHello, in s), \`src\` \`sport\` \`dst\` \`dport\` (client and server), \`offered\` (highest version), \`sni\`, \`alpn\` (a list), \`ja3\`, \`ja4\`, \`version\`, \`cipher\` (IANA number, in hexadecimal), \`protocol\` (what the server chose of \`alpn\`; TLS 1.3 encrypts it), \`ja3s\`, \`alert\` (its number), and \`cut\` if a value was longer than a line can take.

**Bounds.** A hello may have 64 KiB, in at most 128 KiB of records; a stream is held so long. \`memory\` bounds what all streams together hold; what there is no room for is given up and counted (\`noRoom\`). A hello whose lengths make no sense is refused (\`malformed\`). Connections that were running before the capture, and TLS that begins inside another protocol (STARTTLS), are not recognised.`,
    inputs: ['tcp'],
    outputs: ['tcp', 'message', 'bytes'],
    role: ['filter'],
    options: {
      properties: {
        emit: {
          type: 'string',
          enum: ['stream', 'hellos', 'log'],
          default: 'stream',
          description: 'What to hand on: whole streams, hellos, or a log.',
        },
        memory: memoryOption,
      },
    },
    classifier:
      'The version: 768 SSL 3.0, 769 TLS 1.0, 770 TLS 1.1, 771 TLS 1.2, 772 TLS 1.3; with `emit=hellos` 1 ClientHello, 2 ServerHello. 0 for streams that are not TLS.',
    state: 'flow',
    targets: ['js'],
    examples: [
      '(pcap,path=sample.pcap) > (tcp) > (tls) 771:772> (count)',
      '(pcap,path=sample.pcap) > (tcp) > (tls,emit=hellos) 1> (count)',
      '(pcap,path=sample.pcap) > (tcp) > (tls,emit=log) > (file,path=tls.log)',
    ],
  },
  ({ emit = 'stream', memory = MEMORY }, context) => {
    const largest = { stream: 0, hellos: MAX_HELLO, log: 3 * MAX_TLS_LINE }[emit]
    const ring = largest === 0 ? undefined : new CopyRing(context, largest)
    const tls = new TlsProtocol(context, emit, ring, new Budget(memory))
    const { streams } = tls
    return {
      process: (block) => streams.process(block),
      finish: () => streams.finish(),
      stop() {
        streams.free()
        ring?.free()
      },
      counters: () => tls.counters(),
    }
  },
)
