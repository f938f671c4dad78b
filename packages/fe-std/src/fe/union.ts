import { defineFE } from '@netstreamline/core'
import { IdentityTable, identityPosition, identityRing, REMEMBERED } from '../select/identity-table.js'

declare module '@netstreamline/core' {
  interface FEOptions {
    union: Record<string, never>
  }
}

export default defineFE(
  {
    name: 'union',
    summary: 'Passes each block once, whichever input it comes by first.',
    description: `What \`or\` becomes. A block is known by the data that it points to (ring and position), not by its window: of
several blocks over the same data the first passes, with its window, kind and classifier. The marks of a stream (begin,
end, gap) are known by their stream as well. The last 65,536 identities are remembered; what comes again after that many
others passes again.`,
    inputs: ['any'],
    outputs: ['same'],
    role: ['filter'],
    classifier: 'As the block came; 1 if that was 0. 0 for what has passed before.',
    state: 'global',
    targets: ['js'],
    examples: ['(pcap,path=sample.pcap) > ((udp) or (port)) > (count)'],
  },
  () => {
    const seen = new IdentityTable(REMEMBERED)
    let duplicates = 0
    return {
      process(block) {
        const ring = identityRing(block)
        const position = identityPosition(block)
        if (seen.find(ring, position) >= 0) {
          duplicates++
          return 0
        }
        seen.add(ring, position)
        return block.classifier || 1
      },
      counters: () => ({ duplicates, forgotten: seen.evicted }),
    }
  },
)
