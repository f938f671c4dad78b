import { defineFE } from '@netstreamline/core'
import { CopyRing } from '../copy-ring.js'
import { MAX_SSH_LINE } from '../ssh/log.js'
import { type SshEmit, SshProtocol } from '../ssh/protocol.js'
import { Budget } from '../streams/budget.js'
import { MEMORY, memoryOption } from '../streams/options.js'

const MAX_MESSAGE = 65536

export default defineFE<{ emit?: SshEmit; memory?: number }>(
  {
    name: 'ssh',
    summary: 'SSH streams, identifications, key exchange messages or a log among TCP streams.',
    description: `Recognises SSH (RFC 4253) by the identification line, on any port and of any version; other lines may stand before that of a server. It reads on to the first key exchange message of each direction. What follows is encrypted.

| \`emit\` | hands on | classifier |
|---|---|---|
| \`stream\` | every block of a stream that is SSH as it came, with START, END and GAP | 1 from the side that opened the connection, 2 from the other |
| \`banners\` | the identification line, such as \`SSH-2.0-OpenSSH_9.2p1 Debian-2\`, without its end; START and END of the stream | 1, 2 |
| \`kex\` | the payload of the key exchange message, from its number (20) on; START and END of the stream | 1, 2 |
| \`log\` | a line of JSON for each connection, when both key exchange messages have come, or nothing more will | 2 with both of them, 1 without |

The line has, as far as they are known: \`time\` (of the first identification, in s), \`src\` \`sport\` \`dst\` \`dport\` (client and server), \`client\` and \`server\` (identifications), what both agree on from their names (RFC 4253 §7.1): \`kex\`, \`hostKey\`, \`cipher\`, \`mac\`, \`compression\` from client to server and \`cipherBack\`, \`macBack\`, \`compressionBack\` the other way, where ciphers that authenticate by themselves have no \`mac\`, and the fingerprints \`hassh\` and \`hasshServer\`.

**Bounds.** An identification has at most 255 bytes, the lines before it 16 KiB, a key exchange message 64 KiB. A stream with other lines is held until that, and refused when the client turns out to speak another protocol. \`memory\` bounds what all streams together hold; what there is no room for is given up and counted (\`noRoom\`). State is kept of streams between START and END.`,
    inputs: ['tcp'],
    outputs: ['tcp', 'message', 'bytes'],
    role: ['filter'],
    options: {
      properties: {
        emit: {
          type: 'string',
          enum: ['stream', 'banners', 'kex', 'log'],
          default: 'stream',
          description: 'What to hand on: whole streams, identifications, key exchange messages, or a log.',
        },
        memory: memoryOption,
      },
    },
    classifier:
      '1 from the side that opened the connection, 2 from the other; with `emit=log` 2 with both key exchanges, 1 without. 0 for streams that are not SSH.',
    state: 'flow',
    targets: ['js'],
    examples: [
      '(pcap,path=sample.pcap) > (tcp) > (ssh) > (count)',
      '(pcap,path=sample.pcap) > (tcp) > (ssh,emit=log) > (file,path=ssh.log)',
    ],
  },
  ({ emit = 'stream', memory = MEMORY }, context) => {
    const largest = { stream: 0, banners: 256, kex: MAX_MESSAGE, log: MAX_SSH_LINE }[emit]
    const ring = largest === 0 ? undefined : new CopyRing(context, largest)
    const ssh = new SshProtocol(context, emit, ring, new Budget(memory))
    const { streams } = ssh
    return {
      process: (block) => streams.process(block),
      finish: () => streams.finish(),
      stop() {
        streams.free()
        ring?.free()
      },
      counters: () => ssh.counters(),
    }
  },
)
