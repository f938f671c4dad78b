import { StreamlineError } from '@netstreamline/core'
import { type Prefix, parsePrefix } from './address.js'

/** Addresses inside and what they are outside. */
export interface Pair {
  readonly inside: Prefix
  readonly outside: Prefix
  /** Many addresses share one: ports are translated too. */
  readonly shared: boolean
  /** Numbers the outside addresses that are shared. */
  readonly pool: number
}

const refuse = (option: string, message: string, hint: string): StreamlineError =>
  new StreamlineError('SL_OPTION', `(nat) ${message}`, { option, hint })

const prefixes = (option: string, texts: readonly string[]): Prefix[] =>
  texts.map((text) => {
    const prefix = parsePrefix(text)
    if (prefix) return prefix
    const hint = 'Write 192.0.2.1, 192.168.0.0/16 or fd00::/8, no bits set behind the length.'
    throw refuse(option, `'${text}' is no address or prefix`, hint)
  })

const MAX = 64

/**
 * Pairs inside and outside by their order within each family; one outside address serves all insides of its family.
 * @throws SL_OPTION
 */
export const pairsOf = (insideTexts: readonly string[], outsideTexts: readonly string[]): readonly Pair[] => {
  const inside = prefixes('inside', insideTexts)
  const outside = prefixes('outside', outsideTexts)
  if (inside.length > MAX || outside.length > MAX) {
    throw refuse('inside', `takes at most ${MAX} prefixes`, 'Join them, or use several (nat).')
  }
  const pairs: Pair[] = []
  for (const size of [4, 16]) {
    const ins = inside.filter(({ address }) => address.length === size)
    const outs = outside.filter(({ address }) => address.length === size)
    if (outs.length !== ins.length && (outs.length !== 1 || ins.length === 0)) {
      const family = size === 4 ? 'IPv4' : 'IPv6'
      const message = `has ${ins.length} prefixes of ${family} inside and ${outs.length} outside`
      throw refuse('outside', message, 'Give one for each, or one address for all.')
    }
    for (const [i, one] of ins.entries()) {
      const pool = outs.length === 1 ? 0 : i
      const other = outs[pool]!
      const shared = one.bits !== other.bits || (outs.length === 1 && ins.length > 1)
      if (shared && other.bits !== size * 8) {
        const hint = 'Outside, give a prefix of the same length, or a single address that all share.'
        throw refuse('outside', `cannot pair prefixes of ${one.bits} and ${other.bits} bits`, hint)
      }
      pairs.push({ inside: one, outside: other, shared, pool: size === 4 ? pool : MAX + pool })
    }
  }
  return pairs
}
