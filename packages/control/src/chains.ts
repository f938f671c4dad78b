import type { ManifestTranslator, Provided, Registry } from '@netstreamline/core'

/** Translators that are applied one after the other. */
export type Chain = readonly Provided<ManifestTranslator>[]

/** Longest chain, and most chains, that are tried for one vertex. */
const LENGTH = 6
const CHAINS = 64

/**
 * The chains of translators that lead from a function to others, shortest first. None comes back to a function that
 * it has passed.
 */
export const chainsFrom = (registry: Registry, from: string): Chain[] => {
  const chains: Chain[] = []
  let ends: Chain[] = [[]]
  for (let length = 0; length < LENGTH && ends.length > 0; length++) {
    const longer: Chain[] = []
    for (const chain of ends) {
      for (const translator of registry.translators(chain.at(-1)?.to ?? from)) {
        const passed = translator.to === from || chain.some((step) => step.to === translator.to)
        if (!passed && chains.length + longer.length < CHAINS) longer.push([...chain, translator])
      }
    }
    chains.push(...longer)
    ends = longer
  }
  return chains
}
