import { type Block, type Classifier, CONSUMED, defineFE, END, GAP, KIND, START } from '@netstreamline/core'
import { CopyRing } from '../copy-ring.js'
import { checkMessage, MALFORMED, QUERY, RESPONSE } from '../dns/message.js'
import { DnsStream, type Message } from '../dns/stream.js'

/** Length of a message over TCP, in two bytes. */
const MAX_MESSAGE = 65535

export default defineFE(
  {
    name: 'dns',
    summary: 'DNS messages over UDP and TCP.',
    description: `Checks header, questions and records (RFC 1035), on any port; names whose compression goes in circles, and lengths beyond the message, make it none. A UDP payload stays one block. In a stream of \`(tcp)\` each message has its length before it: every message is handed on as one block, without copying where it lies in one segment. A stream whose first message makes no sense is left alone.

mDNS and LLMNR have the same form and are taken too. A message that the capture has cut short is refused.`,
    inputs: ['udp', 'tcp'],
    outputs: ['message'],
    role: ['filter'],
    classifier: '1 query, 2 response.',
    state: 'flow',
    targets: ['js'],
    examples: [
      '(pcap,path=sample.pcap) > (udp) > (dns) > (count)',
      '(pcap,path=sample.pcap) > (udp) > (dns) 2> (count)',
    ],
  },
  (_options, context) => {
    const counters = { queries: 0, responses: 0, malformed: 0 }
    const streams = new Map<number, DnsStream | undefined>()
    const ring = new CopyRing(context, MAX_MESSAGE)

    const check = (bytes: Uint8Array, at: number, length: number): number => {
      const kind = checkMessage(bytes, at, at + length)
      if (kind === MALFORMED) counters.malformed++
      if (kind === QUERY) counters.queries++
      if (kind === RESPONSE) counters.responses++
      return Math.max(kind, 0)
    }

    const handOn = ({ bytes, at, length }: Message): boolean => {
      const classifier = check(bytes, at, length)
      if (classifier === 0) return false
      if (bytes === context.bytes) context.emit({ offset: at, length, kind: KIND.message, classifier })
      else {
        const offset = ring.copy(bytes, at, length)
        const { id, position } = ring
        context.emit({ offset, length, ring: id, position, kind: KIND.message, classifier })
      }
      return true
    }

    const overTcp = (block: Block): Classifier => {
      const { stream, flags, bytes, offset, length } = block
      if ((flags & START) !== 0) streams.set(stream, new DnsStream())
      else if ((flags & END) !== 0) streams.delete(stream)
      // After a gap nobody knows where a message begins.
      else if ((flags & GAP) !== 0) streams.set(stream, undefined)
      if (flags !== 0) return CONSUMED
      const state = streams.get(stream)
      if (state === undefined) return 0
      if (state.feed(bytes, offset, offset + length, handOn)) return CONSUMED
      streams.set(stream, undefined)
      return 0
    }

    const process = (block: Block): Classifier => {
      if (block.kind === KIND.tcp) return overTcp(block)
      if (block.kind !== KIND.udp) return 0
      const kind = check(block.bytes, block.offset, block.length)
      if (kind !== 0) block.kind = KIND.message
      return kind
    }
    return { process, counters: () => ({ ...counters }), stop: () => ring.free() }
  },
)
