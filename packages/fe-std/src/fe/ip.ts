import { type Block, type Classifier, CONSUMED, type Context, defineFE, KIND } from '@netstreamline/core'
import { DEFRAGMENTED, Defragmenter, locate, NOT_A_FRAGMENT, payloadEnd } from '@netstreamline/jit/headers'

interface Options {
  version?: number
  fragments?: 'reassemble' | 'pass'
}

/** Classifier 0 means "not mine", so protocol 0 and chains of headers that are cut off get IANA's reserved number. */
const UNKNOWN = 255

/** Narrows to the IP packet: no link header, no padding, fragments put together. */
export default defineFE<Options>(
  {
    name: 'ip',
    summary: 'IPv4 and IPv6 packets without their link header, fragments reassembled.',
    description: `Finds the IP packet behind the link header (Ethernet with VLAN tags, PPPoE, MPLS, LLC/SNAP; Linux cooked, raw IP, BSD loopback, PPP, Cisco HDLC, frame relay, 802.11) and narrows the window to it: padding beyond the length that IP states is left out. A length of zero, as segmentation offload leaves it, means everything captured.

Fragments are kept until the datagram is complete, which then is handed on as one block with a header that says so. At most 1,024 incomplete datagrams, 4 MiB and 30 seconds of capture time are spent on them. Where fragments overlap, the bytes that came first stay.`,
    inputs: ['link', 'ip'],
    outputs: ['ip'],
    role: ['filter'],
    options: {
      properties: {
        version: { type: 'integer', enum: [4, 6], description: 'Only packets of this IP version; both when left out.' },
        fragments: {
          type: 'string',
          enum: ['reassemble', 'pass'],
          default: 'reassemble',
          description: 'Put fragments together, or pass each on as it came.',
        },
      },
    },
    classifier:
      'The transport protocol behind all extension headers, by IANA number: 6 TCP, 17 UDP, 1 ICMP, 58 ICMPv6 …; 255 when the headers are cut off or name protocol 0.',
    state: 'flow',
    targets: ['js'],
    examples: ['(pcap,path=sample.pcap) > (ip) > (count)', '(pcap,path=sample.pcap) > (ip,version=4) 17> (count)'],
  },
  ({ version, fragments }, context) => {
    const wanted = version ?? 0
    const defragment = fragments === 'pass' ? undefined : reassembler(context)
    const counters = { notIp: 0 }

    const process = (block: Block): Classifier => {
      if (!locate(block)) {
        counters.notIp++
        return 0
      }
      const l3 = block.l3
      if (wanted !== 0 && block.bytes[l3]! >> 4 !== wanted) return 0
      const end = payloadEnd(block)
      if (defragment?.take(block, end)) return CONSUMED
      block.offset = l3
      block.length = end - l3
      block.kind = KIND.ip
      return block.proto > 0 ? block.proto : UNKNOWN
    }
    return {
      process,
      counters: () => ({ ...counters, ...defragment?.defragmenter.counters() }),
      stop: () => defragment?.defragmenter.free(),
    }
  },
)

const reassembler = (context: Context) => {
  const defragmenter = new Defragmenter(context)
  return {
    defragmenter,
    /** True when the packet was a fragment; a datagram that it completed has been handed on. */
    take(block: Block, end: number): boolean {
      const found = defragmenter.add(block, end)
      if (found === DEFRAGMENTED) {
        const { offset, length, kind, l3, l4, proto, ring, position } = defragmenter.datagram
        const classifier = proto > 0 ? proto : UNKNOWN
        context.emit({ offset, length, kind, l3, l4, proto, ring, position, classifier })
      }
      return found !== NOT_A_FRAGMENT
    },
  }
}
