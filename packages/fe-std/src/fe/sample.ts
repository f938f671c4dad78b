import { defineFE, StreamlineError } from '@netstreamline/core'
import { Builder } from '@netstreamline/jit/ir'

interface Options {
  every?: number
  probability?: number
  seed?: number
}

/** One block of `every`: memory[0] counts those still to leave out. */
const everyNth = (every: number): Uint8Array => {
  const b = new Builder({ memory: 1 })
  const [take, left, step] = [b.label(), 0, 1]
  return b
    .loadMemory(left, 0)
    .jumpI('JEQ', left, 0, take)
    .moveI(step, -1)
    .addMemory(step, 0)
    .returnI(0)
    .place(take)
    .moveI(left, every - 1)
    .storeMemory(left, 0)
    .returnI(1)
    .finish()
}

/** Each block with a probability: splitmix32, its state in memory[0], its result compared with the probability · 2^32. */
const byChance = (probability: number, seed: number): Uint8Array => {
  const b = new Builder({ memory: 1 })
  const [z, t] = [0, 1]
  const out = b.label()
  b.moveI(t, 0x9e3779b9).addMemory(t, 0).loadMemory(z, 0).aluI('ADD', z, z, seed)
  for (const [shift, factor] of [
    [16, 0x21f0aaad],
    [15, 0x735a2d97],
  ] as const) {
    b.aluI('SHR', t, z, shift).alu('XOR', z, z, t).aluI('MUL', z, z, factor)
  }
  b.aluI('SHR', t, z, 15).alu('XOR', z, z, t)
  if (probability < 1) b.jumpI('JGE', z, Math.ceil(probability * 2 ** 32), out)
  return b.returnI(1).place(out).returnI(0).finish()
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
      return { program: byChance(probability, seed) }
    }
    return { program: everyNth(every) }
  },
)
