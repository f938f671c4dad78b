import { kindNumber, type ProbeResult } from '@netstreamline/core'
import type { Kinds } from './kinds.js'
import type { Topology } from './topology.js'

/** What translators may know where a vertex stands. */
export const surroundings = (kinds: Kinds, probed: ReadonlyMap<number, ProbeResult>, { order, inputs }: Topology) => {
  const snaplen: (number | undefined)[] = []
  for (const v of order) {
    const above = inputs[v]!.map((from) => snaplen[from])
    const known = above.length > 0 && above.every((n) => n !== undefined)
    snaplen[v] = probed.get(v)?.snaplen ?? (known ? Math.max(...(above as number[])) : undefined)
  }
  /** Nothing at all unless every kind is known exactly: half the truth would mislead. */
  const numbers = (v: number) => {
    const taken = kinds.taken[v]!
    return taken.some((kind) => kind === 'any' || kind === 'link') ? [] : taken.map(kindNumber)
  }
  return (v: number) => ({ kinds: numbers(v), ...(snaplen[v] !== undefined && { snaplen: snaplen[v] }) })
}

/** Bytes that all sources together will read; undefined if one does not know. */
export const totalSize = (probed: ReadonlyMap<number, ProbeResult>): number | undefined => {
  const sizes = [...probed.values()].map(({ size }) => size)
  return sizes.length > 0 && sizes.every((size) => size !== undefined) ? sizes.reduce((a, b) => a + b, 0) : undefined
}
