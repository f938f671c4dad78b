import { defineFE, KIND } from '@netstreamline/core'
import { locate, payloadEnd } from '@netstreamline/jit/headers'
import { addForwards, parseForward, parsePorts } from '../nat/forward.js'
import { Mappings } from '../nat/mappings.js'
import type { View } from '../nat/packet.js'
import { pairsOf } from '../nat/pairs.js'
import { Translator } from '../nat/translator.js'

/** Options of `nat`. */
export interface NatOptions {
  inside: readonly string[]
  outside: readonly string[]
  ports?: string
  forward?: readonly string[]
  mappings?: number
  tcp?: number
  udp?: number
  icmp?: number
}
declare module '@netstreamline/core' {
  interface FEOptions {
    nat: NatOptions
  }
}

/** Seconds of capture time between two looks for mappings that have ended. */
const SWEEP = 5
/** Seconds that a TCP mapping lives on when both sides have ended or one has reset it (RFC 5382). */
const CLOSING = 240

export default defineFE<NatOptions>(
  {
    name: 'nat',
    summary: 'Translates addresses and ports of packets, in place, checksums included.',
    description: `Packets from addresses \`inside\` leave with an address \`outside\`, and packets to that address get the one inside back. IPv4 and IPv6, with or without link header; TCP, UDP, ICMP and ICMPv6, the packets inside ICMP errors included (RFC 5508). Checksums are updated, not computed anew (RFC 1624): what was wrong stays wrong, and packets that were cut off are right. A UDP checksum of 0 stays 0.

**Prefixes of the same length** are translated one to one, without state, ports as they are: \`inside=192.168.0.0/24,outside=203.0.113.0/24\`, also for other protocols whose checksum covers no addresses, such as SCTP.

**A single address outside** is shared (RFC 3022): ports, and identifiers of ICMP queries, are translated too. A mapping belongs to an address and port inside, whoever is at the other end, and lets everybody in (RFC 4787: endpoint-independent). It keeps its port if that is free and in \`ports\`. It ends after \`tcp\`, \`udp\` or \`icmp\` seconds of capture time without a packet; for TCP after 240 once both sides have sent FIN or one RST. \`forward\` makes mappings that stay. At most \`mappings\` are known, about 50 bytes each; when one more is needed, one that was not used for long goes (\`evicted\`). Later fragments follow their first; at most 1,024 datagrams are remembered for that.

Packets that are not translated get 0: neither side is one of \`inside\` or \`outside\`, nobody has opened the port (\`unknown\`), or the protocol has no ports to share (\`unsupported\`). \`!>\` takes them.`,
    inputs: ['link', 'ip'],
    outputs: ['same'],
    role: ['filter'],
    options: {
      properties: {
        inside: {
          type: 'array',
          items: { type: 'string' },
          description: 'Addresses or prefixes to translate.',
          examples: ['192.168.0.0/16', '10.0.0.0/8,fd00::/8'],
        },
        outside: {
          type: 'array',
          items: { type: 'string' },
          description: 'What they become: for each a prefix of the same length, or one address for all of a family.',
          examples: ['203.0.113.1', '203.0.113.1,2001:db8::1'],
        },
        ports: {
          type: 'string',
          default: '1024-65535',
          description: 'Ports outside that mappings may get, where an address is shared.',
        },
        forward: {
          type: 'array',
          items: { type: 'string' },
          description: 'Ports outside that lead inside, always.',
          examples: ['tcp:8080=192.168.0.5:80,udp:53=[fd00::5]:53'],
        },
        mappings: {
          type: 'integer',
          minimum: 1,
          maximum: 4194304,
          default: 65536,
          'x-unit': 'size',
          description: 'Mappings known at a time, at most.',
        },
        tcp: { type: 'number', minimum: 1, default: 7440, description: 'Seconds that a silent TCP mapping lives.' },
        udp: { type: 'number', minimum: 1, default: 300, description: 'Seconds that a silent UDP mapping lives.' },
        icmp: { type: 'number', minimum: 1, default: 60, description: 'Seconds that a silent ICMP mapping lives.' },
      },
      required: ['inside', 'outside'],
    },
    classifier: '1 for packets that leave, 2 for packets that come in; 0 for those that are not translated.',
    state: 'global',
    targets: ['js'],
    examples: [
      '(pcap,path=sample.pcap) > (nat,inside=192.0.2.2,outside=203.0.113.7) > (pcap,path=outside.pcap)',
      '(pcap,path=sample.pcap) > (nat,inside="192.0.2.0/24,2001:db8::/32",outside="203.0.113.7,2001:db8:f::7") 1> (count)',
    ],
  },
  (options, context) => {
    const { inside, outside, ports = '1024-65535', forward = [], mappings: most = 65536 } = options
    const { tcp = 7440, udp = 300, icmp = 60 } = options
    const pairs = pairsOf(inside, outside)
    const [low, high] = parsePorts(ports)
    const mappings = new Mappings(most, { idle: [tcp, udp, icmp], closing: CLOSING }, low, high)
    addForwards(mappings, pairs, forward.map(parseForward))
    const translator = new Translator(pairs, mappings)
    let swept = 0

    return {
      process(block) {
        if (block.kind > KIND.ip || !locate(block)) return 0
        const { bytes, l3, l4, proto, offset } = block
        const end = payloadEnd(block)
        // Others may have said where the headers are; only what lies in the window can be written to.
        if (l3 < offset || l3 + (bytes[l3]! >> 4 === 6 ? 40 : 20) > end) return 0
        const view: View = { l3, l4: l4 > l3 && l4 < end ? l4 : -1, proto, end }
        const classifier = translator.decide(bytes, view, block.seconds)
        if (classifier === 0) return 0
        context.edit(block)
        translator.apply(bytes, view, block.offset - offset)
        return classifier
      },
      tick(seconds) {
        if (Math.abs(seconds - swept) < SWEEP) return
        swept = seconds
        mappings.sweep(seconds)
      },
      counters: () => {
        const { size, created, evicted, expired, exhausted } = mappings
        return { ...translator.counters, mappings: size, created, expired, evicted, exhausted }
      },
    }
  },
)
