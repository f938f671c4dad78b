import { type Classifier, defineFE, StreamlineError } from '@netstreamline/core'

interface Options {
  every?: number
  probability?: number
  seed?: number
}

/** A generator of numbers in [0, 1) that the seed determines (splitmix32). */
const generator = (seed: number) => (): number => {
  seed = (seed + 0x9e3779b9) | 0
  let z = Math.imul(seed ^ (seed >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return ((z ^ (z >>> 15)) >>> 0) / 0x100000000
}

export default defineFE<Options>(
  {
    name: 'sample',
    summary: 'Passes one block of N, or each with a probability.',
    description: `\`every=N\` passes the first block of each N. \`probability=P\` passes each block with probability P, by a generator that \`seed\` determines: the same request over the same input chooses the same blocks. Blocks that begin, end or break a stream are counted like any other: sample packets, not streams.`,
    inputs: ['any'],
    outputs: ['same'],
    role: ['filter'],
    options: {
      properties: {
        every: { type: 'integer', minimum: 1, default: 1, description: 'One block of this many.' },
        probability: { type: 'number', minimum: 0, maximum: 1, description: 'Chance of each block, 0 to 1, instead.' },
        seed: { type: 'integer', default: 1, description: 'Start of the generator for `probability`.' },
      },
    },
    classifier: '1 for the blocks that were chosen.',
    state: 'global',
    targets: ['js'],
    examples: [
      '(pcap,path=sample.pcap) > (sample,every=10) > (count)',
      '(pcap,path=sample.pcap) > (sample,probability=0.5,seed=42) > (count)',
    ],
  },
  ({ every = 1, probability, seed = 1 }) => {
    if (probability !== undefined) {
      if (every !== 1) {
        throw new StreamlineError('SL_OPTION', '`sample` takes either every or probability, not both.', {
          hint: 'Leave one of the two out.',
        })
      }
      const random = generator(seed)
      return (): Classifier => (random() < probability ? 1 : 0)
    }
    let left = 0
    return (): Classifier => {
      if (left > 0) {
        left--
        return 0
      }
      left = every - 1
      return 1
    }
  },
)
