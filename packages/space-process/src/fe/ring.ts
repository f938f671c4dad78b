import { defineFE, KIND, kindNumber } from '@netstreamline/core'
import { createRingSink } from '../ring/ring-sink.js'
import { createRingSource } from '../ring/ring-source.js'

/** Options of `ring`. */
export interface RingFEOptions {
  path: string
  size?: number
  strategy?: 'srp' | 'mrp' | 'frp'
  readers?: number
  access?: 'user' | 'group' | 'other'
  from?: 'live' | 'oldest'
  kind?: string
}
declare module '@netstreamline/core' {
  interface FEOptions {
    ring: RingFEOptions
  }
}

/** Streams between processes of a machine (§6). */
export default defineFE<RingFEOptions>(
  {
    name: 'ring',
    summary: 'Writes blocks to a ring that other processes read by its name, or reads such a ring.',
    description: `Behind another function it is a sink: it makes the ring, copies the data of each block into it as one block, and
hands the blocks on as they came. Many processes may read it, each at its own pace: by \`(ring)\` at the beginning of a
request, by \`streamline pipe NAME -r\`, from C or from Node.js. Readers that joined hold the stream back (\`srp\`); \`mrp\`
and \`frp\` let slow readers lose blocks, which they count. While nobody reads nothing is kept.

First in a request it is a source: blocks as they were written, with the time at which they were read, as in
\`(ring,path=packets,kind=1) > (bpf,expression="tcp port 80") > (count)\`. \`export\` on any
function of a request puts such a ring behind it, with the function's name.`,
    inputs: ['any'],
    outputs: ['any', 'same'],
    role: ['source', 'sink'],
    options: {
      properties: {
        path: {
          type: 'string',
          pattern: '^[A-Za-z0-9_-][A-Za-z0-9._-]{0,62}$',
          description: 'Name of the ring.',
        },
        size: {
          type: 'integer',
          minimum: 4096,
          maximum: 1073741824,
          default: 1048576,
          'x-unit': 'size',
          description: 'Sink: bytes of the ring; the largest block is half of it.',
        },
        strategy: {
          type: 'string',
          enum: ['srp', 'mrp', 'frp'],
          description:
            'What happens when a reader is slow; a source may choose for itself. Default: srp, that of the ring.',
        },
        readers: {
          type: 'integer',
          minimum: 0,
          maximum: 32,
          default: 0,
          description: 'Sink: keep everything until so many readers have joined.',
        },
        access: {
          type: 'string',
          enum: ['user', 'group', 'other'],
          default: 'user',
          description: 'Sink: who may read.',
        },
        from: {
          type: 'string',
          enum: ['live', 'oldest'],
          default: 'oldest',
          description: 'Source: what comes from now on, or also what is still there.',
        },
        kind: {
          type: 'string',
          default: 'bytes',
          description:
            'Source: what the blocks hold: a link type by number (1: Ethernet), ip, udp, tcp, message or bytes.',
        },
      },
      required: ['path'],
    },
    classifier: 'Source: 1. Sink: as the block came; 1 if that was 0.',
    state: 'global',
    targets: ['js'],
    examples: [
      '(pcap,path=sample.pcap) > (ring,path=packets,size=4M) > (count)',
      '(pcap,path=sample.pcap) > (tcp,export) > (count)',
    ],
    unshared: true,
  },
  (options, context) => {
    const { path: name, size = 2 ** 20, strategy, readers = 0, access = 'user', from = 'oldest', kind } = options
    if (context.inputs > 0) {
      return createRingSink({ name, bytes: size, strategy: strategy ?? 'srp', readers, access }, context)
    }
    return createRingSource({ name, strategy, from, kind: kind === undefined ? KIND.bytes : kindNumber(kind) }, context)
  },
)
