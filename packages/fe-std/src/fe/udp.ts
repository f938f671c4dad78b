import { type Block, type Classifier, defineFE, KIND } from '@netstreamline/core'
import { fragmentOf, locate, payloadEnd } from '@netstreamline/jit/headers'

const UDP = 17
const HEADER = 8

/** Narrows to the payload of UDP datagrams. */
const process = (block: Block): Classifier => {
  if (!locate(block) || block.proto !== UDP || block.l4 < 0) return 0
  const end = payloadEnd(block)
  const { bytes, l4 } = block
  if (l4 + HEADER > end || fragmentOf(bytes, block.l3, end) >= 0) return 0
  const length = (bytes[l4 + 4]! << 8) | bytes[l4 + 5]!
  // RFC 2675 and segmentation offload leave zero; anything else below the header's length is no UDP.
  if (length !== 0 && length < HEADER) return 0
  const stated = length === 0 ? end : l4 + length
  block.offset = l4 + HEADER
  block.length = Math.min(stated, end) - block.offset
  block.kind = KIND.udp
  return (bytes[l4 + 2]! << 8) | bytes[l4 + 3]! || 65535
}

export default defineFE(
  {
    name: 'udp',
    summary: 'The payload of UDP datagrams, classified by destination port.',
    description: `Narrows the window to what the UDP header states as its payload, as far as it was captured. Fragments are not accepted, since their payload is not whole: put \`(ip)\` before, which reassembles them.

The port of either side can still be told below: \`(udp) > (port) 53>\`.`,
    inputs: ['link', 'ip'],
    outputs: ['udp'],
    role: ['filter'],
    classifier: 'The destination port; 65535 also for datagrams to port 0.',
    state: 'none',
    targets: ['js'],
    examples: ['(pcap,path=sample.pcap) > (udp) > (count)', '(pcap,path=sample.pcap) > (ip) 17> (udp) 53> (count)'],
  },
  () => process,
)
