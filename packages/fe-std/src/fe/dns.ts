import { defineFE, KIND } from '@netstreamline/core'
import { CopyRing } from '../copy-ring.js'
import { MAX_DNS_LINE } from '../dns/log.js'
import { Dns, type DnsEmit, type DnsWhich } from '../dns/protocol.js'
import { Budget } from '../streams/budget.js'
import { MEMORY, memoryOption } from '../streams/options.js'

/** Length of a message over TCP, in two bytes. */
const MAX_MESSAGE = 65535

export default defineFE<{ emit?: DnsEmit; messages?: DnsWhich; malformed?: boolean; memory?: number }>(
  {
    name: 'dns',
    summary: 'DNS messages, or a log of them, over UDP and TCP.',
    description: `Checks header, questions and records (RFC 1035), on any port. Names whose compression goes in circles or leads forward, also those in the data of records, and lengths beyond the message, make it none (\`malformed\`). A UDP payload stays one block. In a stream of \`(tcp)\` each message has its length before it: every message is handed on as one block, without copying where it lies in one segment. A stream is held until its first message is complete, at most 64 KiB; if that makes no sense, it is none of DNS. Later ones that make no sense are passed over; after lost bytes nobody knows where a message begins.

The classifier is the type that is asked for, by its number: \`(dns) 28>\` is what concerns IPv6 addresses (AAAA), 1 A, 5 CNAME, 12 PTR, 15 MX, 16 TXT, 33 SRV, 65 HTTPS, 255 any. Responses repeat the question.

\`emit=log\` hands on a line of JSON for each message instead. It has \`time\` (in s), \`src\` \`sport\` \`dst\` \`dport\`, \`transport\`, \`id\`, \`response\` (true, or left out), \`opcode\` (unless 0), \`rcode\` (of a response), \`truncated\` (if it is), \`name\` and \`type\` (of the first question), \`answers\` (a list with \`name\`, \`type\`, \`ttl\` and \`data\`), \`malformed\` (if only the header could be read), and \`cut\` if not all of it is there: a line has at most 24 answers, and the first 64 bytes of data that has no text form here.

mDNS and LLMNR have the same form and are taken too. A message that the capture has cut short is refused. \`memory\` bounds what all streams together hold; what there is no room for is given up and counted (\`noRoom\`).`,
    inputs: ['udp', 'tcp'],
    outputs: ['message', 'bytes'],
    role: ['filter'],
    options: {
      properties: {
        emit: {
          type: 'string',
          enum: ['messages', 'log'],
          default: 'messages',
          description: 'What to hand on: the messages, or a line about each.',
        },
        messages: {
          type: 'string',
          enum: ['all', 'queries', 'responses'],
          default: 'all',
          description: 'Of which messages.',
        },
        malformed: {
          type: 'boolean',
          default: false,
          description: 'Also datagrams of the ports 53, 5353 and 5355 that have a header but make no sense.',
        },
        memory: memoryOption,
      },
    },
    classifier:
      'The type of the first question, such as 1 A, 28 AAAA; without questions that of the first record; 65535 without either; 65534 with `malformed` for what makes no sense.',
    state: 'flow',
    targets: ['js'],
    examples: [
      '(pcap,path=sample.pcap) > (udp) > (dns) > (count)',
      '(pcap,path=sample.pcap) > (udp) > (dns,messages=responses) 1> (count)',
      '(pcap,path=sample.pcap) > ((udp) | (tcp)) > (dns,emit=log) > (file,path=dns.log)',
    ],
  },
  ({ emit = 'messages', messages = 'all', malformed = false, memory = MEMORY }, context) => {
    const ring = new CopyRing(context, emit === 'log' ? MAX_DNS_LINE : MAX_MESSAGE)
    const dns = new Dns(context, emit, messages, malformed, ring, new Budget(memory))
    return {
      process: (block) => (block.kind === KIND.udp ? dns.datagram(block) : dns.segment(block)),
      finish: () => dns.streams.finish(),
      stop() {
        dns.streams.free()
        ring.free()
      },
      counters: () => dns.counters(),
    }
  },
)
