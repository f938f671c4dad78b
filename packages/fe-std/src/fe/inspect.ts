import { defineFE, END, GAP, START } from '@netstreamline/core'
import { kindName } from '../text/kind-name.js'

declare module '@netstreamline/core' {
  interface FEOptions {
    inspect: Record<string, never>
  }
}

/** Kinds told apart; what is seen of others is counted together. */
const KINDS = 64

export default defineFE(
  {
    name: 'inspect',
    summary: 'Shows what passes: blocks, bytes, lengths, kinds, times.',
    description: `Hands on every block. Counters: \`blocks\`, \`bytes\`, \`minLength\`, \`maxLength\`, \`averageLength\` of the blocks with
data; \`starts\`, \`ends\`, \`gaps\` of streams; \`firstTime\` and \`lastTime\` (capture time of the first and last block in s);
\`kind.NAME\` for each kind of block.`,
    inputs: ['any'],
    outputs: ['same'],
    role: ['sink', 'filter'],
    classifier: 'As the block came; 1 if that was 0.',
    state: 'global',
    targets: ['js'],
    examples: ['(pcap,path=sample.pcap) > (inspect)'],
  },
  () => {
    let blocks = 0
    let bytes = 0
    let min = Number.POSITIVE_INFINITY
    let max = 0
    let starts = 0
    let ends = 0
    let gaps = 0
    let first = Number.NaN
    let last = Number.NaN
    let otherKinds = 0
    const kinds = new Map<number, { blocks: number }>()
    let kind = -1
    let ofKind = { blocks: 0 }

    /** Most blocks are of the kind before: the map is asked only when that changes. */
    const change = (to: number): void => {
      kind = to
      let known = kinds.get(to)
      if (!known) {
        known = { blocks: 0 }
        if (kinds.size < KINDS) kinds.set(to, known)
        else otherKinds++
      }
      ofKind = known
    }

    return {
      process(block) {
        const { flags, length } = block
        last = block.seconds + block.nanoseconds / 1e9
        if (blocks + starts + ends + gaps === 0) first = last
        if (flags === 0) {
          blocks++
          bytes += length
          if (length < min) min = length
          if (length > max) max = length
          if (block.kind !== kind) change(block.kind)
          ofKind.blocks++
        } else {
          if (flags & START) starts++
          if (flags & END) ends++
          if (flags & GAP) gaps++
        }
        return block.classifier || 1
      },
      counters() {
        const counters: Record<string, number> = { blocks, bytes, starts, ends, gaps }
        if (blocks > 0) Object.assign(counters, { minLength: min, maxLength: max, averageLength: bytes / blocks })
        if (!Number.isNaN(first)) Object.assign(counters, { firstTime: first, lastTime: last })
        for (const [k, seen] of kinds) counters[`kind.${kindName(k)}`] = seen.blocks
        if (otherKinds > 0) counters['kind.others'] = blocks - [...kinds.values()].reduce((n, k) => n + k.blocks, 0)
        return counters
      },
    }
  },
)
