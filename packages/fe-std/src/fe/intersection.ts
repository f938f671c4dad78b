import { defineFE, StreamlineError } from '@netstreamline/core'
import { IdentityTable, identityPosition, identityRing, REMEMBERED } from '../select/identity-table.js'

declare module '@netstreamline/core' {
  interface FEOptions {
    intersection: Record<string, never>
  }
}

/** Inputs by which one block may come: one bit each. */
const MAX_INPUTS = 32

export default defineFE(
  {
    name: 'intersection',
    summary: 'Passes a block when it has come by all inputs.',
    description: `What \`and\` becomes. A block is known by the data that it points to (ring and position), not by its window; it
passes when it comes by the last of the inputs, with the window, kind and classifier that it has there. Coming by the
same input again does not count. The marks of a stream (begin, end, gap) are known by their stream as well. The last
65,536 identities are remembered; a block for which more others come between its first and last input is lost and
counted in \`incomplete\`. At most 32 inputs.`,
    inputs: ['any'],
    outputs: ['same'],
    role: ['filter'],
    classifier: 'As the block came by the last input; 1 if that was 0. 0 before that and for repetitions.',
    state: 'global',
    targets: ['js'],
    examples: ['(pcap,path=sample.pcap) > ((udp) and (port)) > (count)'],
  },
  (_options, context) => {
    const { inputs } = context
    if (inputs > MAX_INPUTS)
      throw new StreamlineError('SL_USAGE', `(intersection) has ${inputs} inputs; ${MAX_INPUTS} are possible`, {
        hint: 'Intersect some of them first.',
      })
    const all = inputs === MAX_INPUTS ? -1 : (1 << inputs) - 1
    const seen = new IdentityTable(REMEMBERED)
    /** By slot: the inputs that the block has come by. */
    const came = new Int32Array(REMEMBERED)
    let duplicates = 0
    let waiting = 0
    let incomplete = 0
    return {
      process(block) {
        const ring = identityRing(block)
        const position = identityPosition(block)
        let slot = seen.find(ring, position)
        if (slot < 0) {
          const evicted = seen.evicted
          slot = seen.add(ring, position)
          if (seen.evicted > evicted && came[slot] !== all) {
            waiting--
            incomplete++
          }
          came[slot] = 0
          waiting++
        }
        const before = came[slot]!
        const now = before | (1 << block.input)
        if (now === before) {
          duplicates++
          return 0
        }
        came[slot] = now
        if (now !== all) return 0
        waiting--
        return block.classifier || 1
      },
      counters: () => ({ duplicates, waiting, incomplete }),
    }
  },
)
