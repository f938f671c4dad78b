import { type Block, type Context, KIND } from '@netstreamline/core'
import { locate } from '@netstreamline/jit/headers'
import { addressText } from './address.js'
import type { Rule } from './rules/rule.js'

/** Who sent a block to whom, as far as it is known. */
export interface Ends {
  readonly src?: string
  readonly dst?: string
  readonly sport: number
  readonly dport: number
}

const NOBODY: Ends = { sport: 0, dport: 0 }

/** Of a stream what its maker knows, of a packet what stands in its headers. Port 0 is none. */
export const endsOf = (block: Block, context: Context): Ends => {
  const stream = block.kind >= KIND.tcp ? context.stream(block.stream) : undefined
  if (stream) return { ...stream, sport: stream.sport ?? 0, dport: stream.dport ?? 0 }
  // Headers lie before the window where an FE has narrowed it, and are whole then.
  if (block.l3 < 0 && (block.kind > KIND.ip || !locate(block))) return NOBODY
  const { bytes: b, l3, l4 } = block
  const six = b[l3]! >> 4 === 6
  if (l3 + (six ? 40 : 20) > block.offset + block.length) return NOBODY
  const [src, dst] = six ? [l3 + 8, l3 + 24] : [l3 + 12, l3 + 16]
  const size = six ? 16 : 4
  const addresses = { src: addressText(b, src, size), dst: addressText(b, dst, size) }
  const ports = [6, 17, 33, 132, 136].includes(block.proto)
  if (!ports || l4 < 0 || l4 + 4 > block.offset + block.length) return { ...addresses, sport: 0, dport: 0 }
  return { ...addresses, sport: (b[l4]! << 8) | b[l4 + 1]!, dport: (b[l4 + 2]! << 8) | b[l4 + 3]! }
}

/**
 * Does the rule ask for this block? In streams the side that did not open the connection serves. Without streams that
 * with the rule's port does, or with the lower one if the rule names none.
 */
export const asksFor = ({ ports, to }: Rule, block: Block, ends: Ends): boolean => {
  const has = (port: number) => !ports || (port > 0 && ports.some(([low, high]) => port >= low && port <= high))
  let server: boolean
  if (block.kind === KIND.tcp) {
    server = (block.stream & 1) === 0
    if (!has(server ? ends.dport : ends.sport)) return false
  } else {
    server = ports ? has(ends.dport) : ends.dport <= ends.sport
    if (!server && !has(ends.sport)) return false
  }
  return to === undefined || (to === 'server') === server
}
