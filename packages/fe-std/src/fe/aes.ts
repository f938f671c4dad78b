import { type Block, defineFE, END, GAP, KIND, START } from '@netstreamline/core'
import { keyOf, parseHex } from '../aes/key.js'
import { AesStreams } from '../aes/streams.js'

/** Options of `aes`. */
export interface AesOptions {
  key?: string
  keyfile?: string
  iv: string
  op?: 'encrypt' | 'decrypt'
  streams?: number
}
declare module '@netstreamline/core' {
  interface FEOptions {
    aes: AesOptions
  }
}

export default defineFE<AesOptions>(
  {
    name: 'aes',
    summary: 'Encrypts or decrypts streams in place with AES in counter mode.',
    description: `The window keeps its place and length; its bytes are replaced (NIST SP 800-38A, CTR; the counter is all 16 bytes, as \`openssl enc -aes-128-ctr\` has it). A key of 16, 24 or 32 bytes makes it AES-128, -192 or -256. Who reads the same data elsewhere in the request sees it unchanged.

**Streams.** The keystream goes on from block to block of a stream, and is another for each: the counter of a stream begins at \`iv\` with bytes 0 to 3 combined (exclusive or) with its number, and bytes 4 to 7 with the input's. So what was written with \`file,path={stream}\` is decrypted when it comes with the same stream numbers. Stream 0, which files and packets are in, has \`iv\` itself. A stream of \`(tcp)\` has to come from its START; at most \`streams\` are open at a time, those beyond are refused (\`refused\`), and none is forgotten before its END: no byte of a keystream is used twice. After lost bytes (GAP), \`op=decrypt\` refuses the rest of the stream (\`lost\`); otherwise the keystream goes on over what is there.

**What it does not do.** Counter mode hides data and does not protect it against change: who alters the encrypted bytes alters the same bits of the plain ones. Never use a key and \`iv\` for two inputs.

Packets and messages become raw bytes, since nothing in them can be read any more.`,
    inputs: ['any'],
    outputs: ['same', 'bytes'],
    role: ['filter'],
    options: {
      properties: {
        key: {
          type: 'string',
          description: 'The key in hexadecimal. Other users may see it in the list of processes.',
        },
        keyfile: { type: 'string', minLength: 1, description: 'A file with the key, as it is or in hexadecimal.' },
        iv: { type: 'string', description: 'Initial counter: 16 bytes in hexadecimal.' },
        op: {
          type: 'string',
          enum: ['encrypt', 'decrypt'],
          default: 'encrypt',
          description: 'The same but for what follows lost bytes.',
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
      required: ['iv'],
      anyOf: [{ required: ['key'] }, { required: ['keyfile'] }],
    },
    classifier: '1 for what was encrypted or decrypted; 0 for blocks of streams that cannot be.',
    state: 'flow',
    targets: ['js'],
    examples: [
      '(pcap,path=sample.pcap) > (tcp) > (aes,key=000102030405060708090a0b0c0d0e0f,iv=00000000000000000000000000000000) > (file,path="{stream}.aes")',
      '(file,path=sample.pcap) > (aes,key=000102030405060708090a0b0c0d0e0f,iv=00000000000000000000000000000000) > (count)',
    ],
  },
  async ({ key, keyfile, iv, op, streams = 65536 }, context) => {
    const vector = parseHex(iv, 'iv', (bytes) => bytes === 16, '16 bytes in hexadecimal')
    const states = new AesStreams(await keyOf(key, keyfile), vector, streams)
    const counters = { bytes: 0, refused: 0, lost: 0 }

    /** Is the stream one that can be gone on with? */
    const follow = (id: number, { flags, kind }: Block): boolean => {
      if (flags & START) return states.open(id)
      if (states.has(id)) return true
      // Only of what has no beginning of its own is this the beginning.
      return kind !== KIND.tcp && states.open(id)
    }

    const process = (block: Block): number => {
      const { stream, input, flags, length } = block
      const id = stream + input * 2 ** 32
      if (!follow(id, block)) {
        counters.refused++
        return 0
      }
      if (flags & GAP && op === 'decrypt') states.lose(id)
      const lost = states.isLost(id)
      if (lost && length > 0) counters.lost++
      if (length > 0 && !lost) {
        context.edit(block)
        states.apply(id, stream, input, block.bytes, block.offset, block.offset + length)
        counters.bytes += length
        hide(block)
      }
      if (flags & END) states.close(id)
      return lost && length > 0 ? 0 : 1
    }
    return { process, counters: () => ({ ...counters, streams: states.size }) }
  },
)

/** Headers in the window can no longer be read; those before it can. */
const hide = (block: Block): void => {
  if (block.kind <= KIND.ip || block.kind === KIND.message) block.kind = KIND.bytes
  if (block.l3 >= block.offset) block.l3 = -1
  if (block.l4 >= block.offset) block.l4 = -1
  if (block.l4 < 0 && block.kind === KIND.bytes) block.proto = -1
}
