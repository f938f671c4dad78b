import { KIND, kindNumber, type OptionValue } from '@netstreamline/core'
import type { InputBlock } from './blocks.js'
import type { RunOptions } from './run.js'

/** Input that an FE is made for: blocks, with the options to run it with. */
export interface Sample {
  readonly name: string
  readonly blocks: readonly InputBlock[]
  readonly options?: Readonly<Record<string, OptionValue>>
  /** Edges that lead to the FE. Default 1. */
  readonly inputs?: number
}

/** Numbers in [0, 1) that the seed determines (mulberry32). */
export const randomOf = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), seed | 1)
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}

/** Numbers of the kinds that an FE declares as its input; two link types stand for all. */
export const kindsOf = (inputs: readonly string[]): number[] => {
  const each = (name: string): number[] => {
    if (name === 'any') return [1, 101, ...Object.values(KIND)]
    return name === 'link' ? [1, 101] : [kindNumber(name)]
  }
  return [...new Set(inputs.flatMap(each))]
}

/** `count` blocks of random length and contents; some have header positions, streams and flags, sensible or not. */
export const randomBlocks = (kinds: readonly number[], inputs: number, count: number, seed: number): InputBlock[] => {
  const random = randomOf(seed)
  const below = (n: number) => Math.floor(random() * n)
  const opened = new Set<number>()
  return Array.from({ length: count }, (_, i) => {
    const data = Uint8Array.from({ length: below(4) ? below(64) : below(2000) }, () => below(256))
    // Plausible first bytes lead further into a decoder than noise alone.
    if (data.length > 0 && below(2)) data[0] = [0x45, 0x60, 0x4f, 0][below(4)]!
    const stream = below(4)
    const open = opened.has(stream)
      ? undefined
      : { id: stream, src: '192.0.2.1', dst: '192.0.2.2', sport: 1024, dport: 80 }
    opened.add(stream)
    const flags = below(8) ? 0 : 1 << below(3)
    if (flags === 2) opened.delete(stream)
    const l3 = below(3) ? undefined : below(data.length + 1)
    const l4 = l3 === undefined || below(2) ? undefined : l3 + below(data.length - l3 + 1)
    return {
      data: flags ? new Uint8Array(0) : data,
      kind: kinds[below(kinds.length)],
      ...(!flags && { l3, l4 }),
      proto: [undefined, 6, 17, 1, 255][below(5)],
      classifier: 1 + below(65535),
      stream,
      flags,
      open,
      seconds: 1_700_000_000 + i,
      nanoseconds: below(1e9),
      wireLength: data.length + below(100),
      input: below(inputs),
    }
  })
}

const shortened = (block: InputBlock, length: number): InputBlock => {
  const header = (at: number | undefined) => (at !== undefined && at <= length ? at : undefined)
  const { data, l3, l4, offset = 0 } = block
  return {
    ...block,
    data: data.slice(0, length),
    l3: header(l3),
    l4: header(l4),
    offset: Math.min(offset, length),
    length: undefined,
  }
}
/** The sample with every block cut off at a length of its own, as a snapshot length does. */
export const truncated = (sample: Sample, seed: number): RunOptions => {
  const random = randomOf(seed)
  const cut = (b: InputBlock) => shortened(b, Math.floor(random() * (b.data.length + 1)))
  return { ...sample, blocks: sample.blocks.map(cut) }
}
/** The sample with some bytes changed. */
export const damaged = (sample: Sample, seed: number): RunOptions => {
  const random = randomOf(seed)
  const change = (b: InputBlock): InputBlock => {
    const data = b.data.slice()
    for (let n = Math.floor(random() * 4); n > 0 && data.length; n--)
      data[Math.floor(random() * data.length)] = random() * 256
    return { ...b, data }
  }
  return { ...sample, blocks: sample.blocks.map(change) }
}
/** The sample with no bytes in any block. */
export const emptied = (sample: Sample): RunOptions => ({
  ...sample,
  blocks: sample.blocks.map((b) => ({
    ...b,
    data: new Uint8Array(0),
    offset: 0,
    length: 0,
    l3: undefined,
    l4: undefined,
  })),
})
