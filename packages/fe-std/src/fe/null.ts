import { defineFE } from '@netstreamline/core'
import { Builder } from '@netstreamline/jit/ir'

declare module '@netstreamline/core' {
  interface FEOptions {
    null: Record<string, never>
  }
}

export default defineFE(
  {
    name: 'null',
    summary: 'Accepts nothing.',
    description: `Every block gets classifier 0: a plain edge hands nothing on, \`!>\` hands on all. As the end of a branch it
stands for “not wanted”; the blocks that reach it are counted like those of any other function.`,
    inputs: ['any'],
    outputs: ['same'],
    role: ['sink', 'filter'],
    classifier: '0',
    state: 'none',
    targets: ['js'],
    examples: ['(pcap,path=sample.pcap) > (null)', '(pcap,path=sample.pcap) > (null) !> (count)'],
  },
  () => ({ program: new Builder().returnI(0).finish() }),
)
