import { type Block, CONSUMED, defineFE, END, GAP, KIND, START } from '@netstreamline/core'
import type { Format } from '../compress/format.js'
import { CompressedStream } from '../compress/stream.js'
import { CopyRing } from '../copy-ring.js'

/** Options of `compress`. */
export interface CompressOptions {
  format?: Format
  level?: number
  piece?: number
  memory?: number
  streams?: number
}
declare module '@netstreamline/core' {
  interface FEOptions {
    compress: CompressOptions
  }
}

/** Bytes of a block that is handed on. */
const OUT = 65536

/** Blocks of these kinds are pieces of streams; each of the others is compressed by itself. */
const isStream = (kind: number): boolean => kind === KIND.tcp || kind === KIND.bytes

export default defineFE<CompressOptions>(
  {
    name: 'compress',
    summary: 'Compresses streams with gzip or deflate.',
    description: `Each stream of \`(tcp)\`, and the bytes of a file, become one compressed stream that any gzip or zlib can read: \`(tcp) > (compress) > (file,path="{stream}.gz")\`. Of blocks of other kinds (packets, datagrams, messages) each becomes a compressed whole of its own; in the gzip format, wholes one after the other are one file.

Data is compressed \`piece\` bytes at a time, with the 32 KiB before a piece to refer to, so that it comes out when that much has gone in, before a GAP, and at the END, which follows the last of it. START, END and GAP are handed on. The same data gives the same bytes, however it comes in blocks, unless memory is short.

A stream needs up to \`piece\` + 32 KiB. When all together need more than \`memory\`, those that have held it longest are compressed up to where they are and go on without what came before (\`shrunk\`). Streams beyond \`streams\` are refused.`,
    inputs: ['any'],
    outputs: ['bytes'],
    role: ['filter'],
    options: {
      properties: {
        format: {
          type: 'string',
          enum: ['gzip', 'zlib', 'raw'],
          default: 'gzip',
          description: 'Wrapping of the deflated data: gzip (RFC 1952), zlib (RFC 1950; HTTP’s deflate) or none.',
        },
        level: { type: 'integer', minimum: 0, maximum: 9, default: 6, description: '0 stored, 1 fastest, 9 smallest.' },
        piece: {
          type: 'integer',
          minimum: 1024,
          maximum: 16777216,
          default: 65536,
          'x-unit': 'size',
          description: 'Bytes that are compressed at a time.',
        },
        memory: {
          type: 'integer',
          minimum: 0,
          default: 67108864,
          'x-unit': 'size',
          description: 'Bytes that all streams together may hold.',
        },
        streams: {
          type: 'integer',
          minimum: 1,
          maximum: 4194304,
          default: 65536,
          'x-unit': 'size',
          description: 'Streams open at a time, at most.',
        },
      },
    },
    classifier: '1 for what was compressed; 0 for blocks of streams that are too many.',
    state: 'flow',
    targets: ['js'],
    examples: [
      '(pcap,path=sample.pcap) > (tcp) > (compress) > (file,path="{stream}.gz")',
      '(file,path=sample.pcap) > (compress,level=9) > (file,path=copy.pcap.gz)',
    ],
  },
  ({ format = 'gzip', level = 6, piece = 65536, memory = 64 << 20, streams: most = 65536 }, context) => {
    const ring = new CopyRing(context, OUT)
    const streams = new Map<number, CompressedStream>()
    const holders = new Map<number, CompressedStream>()
    const counters = { bytesIn: 0, bytesOut: 0, shrunk: 0, refused: 0 }
    let held = 0
    /** Whose output is being written. */
    let stream = 0

    const out = (bytes: Uint8Array): void => {
      counters.bytesOut += bytes.length
      for (let at = 0; at < bytes.length; at += OUT) {
        const place = ring.copy(bytes.subarray(at, at + OUT))
        context.emit({ ...place, kind: KIND.bytes, stream, flags: 0, l3: -1, l4: -1, proto: -1, classifier: 1 })
      }
    }

    const begin = (): CompressedStream => new CompressedStream(format, level, piece, out)
    const open = (id: number): CompressedStream | undefined => {
      if (streams.size >= most) return undefined
      const opened = begin()
      streams.set(id, opened)
      return opened
    }
    const end = (id: number): void => {
      const one = streams.get(id)
      if (!one) return
      held -= one.memory
      streams.delete(id)
      holders.delete(id)
      one.finish()
    }

    /** Those that have held memory longest give it back. */
    const makeRoom = (): void => {
      for (const [id, one] of holders) {
        if (held <= memory) return
        stream = id % 2 ** 32
        held -= one.memory
        one.shrink()
        holders.delete(id)
        counters.shrunk++
      }
    }

    const feed = (id: number, one: CompressedStream, { bytes, offset, length }: Block): void => {
      const before = one.memory
      one.add(bytes, offset, offset + length)
      held += one.memory - before
      counters.bytesIn += length
      if (before === 0 && one.memory > 0) holders.set(id, one)
      if (held > memory) makeRoom()
      stream = id % 2 ** 32
    }

    const ofStream = (block: Block): number => {
      const { flags, length } = block
      const id = block.stream + block.input * 2 ** 32
      stream = block.stream
      if (flags & START) end(id)
      const one = streams.get(id) ?? open(id)
      if (!one) {
        counters.refused++
        return 0
      }
      if (flags & GAP) one.flush()
      if (length > 0) feed(id, one, block)
      if (flags & END) end(id)
      if (flags === 0) return CONSUMED
      block.kind = KIND.bytes
      block.length = 0
      return 1
    }

    const alone = (block: Block): number => {
      stream = block.stream
      const one = begin()
      one.add(block.bytes, block.offset, block.offset + block.length)
      one.finish()
      counters.bytesIn += block.length
      return CONSUMED
    }

    return {
      process: (block) => (isStream(block.kind) ? ofStream(block) : alone(block)),
      finish() {
        for (const id of [...streams.keys()]) {
          stream = id % 2 ** 32
          end(id)
        }
      },
      stop: () => ring.free(),
      counters: () => ({ ...counters, streams: streams.size, held }),
    }
  },
)
