import { defineFE } from '@netstreamline/core'

/**
 * Shannon entropy of bytes[offset .. offset+length), in bits per byte: 0 (all the same) to 8 (every byte equally often).
 * @param {Uint8Array} bytes
 * @param {number} offset
 * @param {number} length
 */
const entropy = (bytes, offset, length) => {
  const seen = new Uint32Array(256)
  for (let at = offset; at < offset + length; at++) seen[bytes[at]]++
  let bits = 0
  for (const count of seen) if (count > 0) bits -= (count / length) * Math.log2(count / length)
  return bits
}

export default defineFE(
  {
    name: 'entropy',
    summary: 'Measures how random the bytes of a block look.',
    description:
      'Compressed and encrypted data has nearly 8 bits of entropy per byte, text 4 to 5. Short blocks have less than\nlong ones of the same kind. Blocks with fewer than `least` bytes are refused.',
    inputs: ['any'],
    outputs: ['same'],
    role: ['filter'],
    options: {
      properties: {
        least: { type: 'integer', minimum: 1, default: 64, description: 'Shortest block that is measured, in bytes.' },
      },
    },
    classifier: '1 plus the entropy in thousandths of a bit per byte: 1 to 8001.',
    state: 'none',
    targets: ['js'],
    examples: ['(pcap,path=sample.pcap) > (tcp) > (entropy,least=256) 7001:8001> (count)'],
  },
  ({ least = 64 }) =>
    ({ bytes, offset, length }) =>
      length < least ? 0 : 1 + Math.round(1000 * entropy(bytes, offset, length)),
)
