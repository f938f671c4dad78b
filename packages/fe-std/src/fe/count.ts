import { defineFE } from '@netstreamline/core'
import { Builder } from '@netstreamline/jit/ir'

declare module '@netstreamline/core' {
  interface FEOptions {
    count: Record<string, never>
    counter: Record<string, never>
  }
}

export default defineFE(
  {
    name: 'count',
    aliases: ['counter'],
    summary: 'Counts blocks and bytes.',
    description: `Hands on every block. The counters \`blocks\` and \`bytes\` (of the windows as they come in) are kept by the
datapath itself, so that counting costs nothing per block; \`streamline run\` shows them at the end.`,
    inputs: ['any'],
    outputs: ['same'],
    role: ['sink', 'filter'],
    classifier: '1',
    state: 'global',
    targets: ['js'],
    examples: ['(pcap,path=sample.pcap) > (count)', '(pcap,path=sample.pcap) > (counter,name=all)'],
  },
  (_options, context) => ({
    program: new Builder().returnI(1).finish(),
    counters: () => ({ ...context.stats() }),
  }),
)
