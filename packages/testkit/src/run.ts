import {
  ACCEPTED,
  type Accept,
  type FunctionalElement,
  type OptionValue,
  type Placed,
  type VertexCounters,
} from '@netstreamline/core'
import { createProcessSpace } from '@netstreamline/space-process'
import type { InputBlock, OutputBlock } from './blocks.js'
import { collector, feeder, source } from './elements.js'

/** How {@link runFE} runs an FE. */
export interface RunOptions {
  /** Options as the FE gets them after the schema has typed them. */
  readonly options?: Readonly<Record<string, OptionValue>>
  /** What comes in. Left out: the FE is a source and stands first. */
  readonly blocks?: readonly InputBlock[]
  /** How many edges lead to the FE. Default 1. */
  readonly inputs?: number
  /** Blocks in a breath; between breaths the ring is overwritten. Default 16. */
  readonly per?: number
  /** `false`: on the interpreting datapath instead of the fused one. */
  readonly generate?: boolean
  /** What follows the last block. Default `drain`: the input ends. Else it goes on without blocks, and the run is stopped or aborted. */
  readonly end?: 'drain' | 'stop' | 'abort'
}

/** What came out of a run. */
export interface RunResult {
  /** What the FE accepted or emitted, in order. */
  readonly blocks: readonly OutputBlock[]
  /** What it refused (classifier 0), in order. */
  readonly refused: readonly OutputBlock[]
  /** Blocks and bytes in and out, and the FE's own counters. */
  readonly counters: VertexCounters
  /** Lines that it printed, and what it logged. */
  readonly printed: readonly string[]
  readonly logged: readonly string[]
  /** What lives in the space after the run: all zero unless something has leaked. */
  readonly census: Readonly<Record<string, number>>
}

/** How a run ended. */
export interface Outcome extends RunResult {
  /** What the FE, or the space on its behalf, threw. */
  readonly error: unknown
}

const EVERYTHING: Accept = { not: false, lo: 0, hi: 65535 }
const TX = 'testkit'
const nothing: VertexCounters = { blocksIn: 0, blocksOut: 0, bytesIn: 0, bytesOut: 0, counters: {} }

interface Part {
  readonly fe: FunctionalElement
  readonly options?: Readonly<Record<string, OptionValue>>
  readonly inputs: readonly { readonly from: string; readonly accept: Accept }[]
}

/** source > feeder of each input > the FE > collector, in topological order. */
const graph = (fe: FunctionalElement, run: RunOptions, seen: OutputBlock[], idle?: () => void): Map<string, Part> => {
  const { blocks, inputs = 1, per = 16, options = {} } = run
  const parts = new Map<string, Part>()
  const feeders = blocks ? Array.from({ length: inputs }, (_, i) => `feeder#${i}`) : []
  if (blocks) parts.set('source', { fe: source(blocks, Math.max(1, per), idle), inputs: [] })
  for (const [i, name] of feeders.entries())
    parts.set(name, { fe: feeder(blocks!, i), inputs: [{ from: 'source', accept: ACCEPTED }] })
  parts.set('fe', { fe, options, inputs: feeders.map((from) => ({ from, accept: ACCEPTED })) })
  parts.set('collector', { fe: collector(seen), inputs: [{ from: 'fe', accept: EVERYTHING }] })
  return parts
}

const place = (name: string, { fe, options = {}, inputs }: Part, space: string): Placed => {
  const vertex = { name, function: fe.meta.name, options }
  const implementation = {
    function: fe.meta.name,
    package: 'testkit',
    module: name,
    target: 'js',
    state: fe.meta.state,
  }
  return { vertex, runs: vertex, implementation, space, chain: [], why: '', lost: [], inputs }
}

/** As {@link runFE}, but says what was thrown instead of throwing it. */
export const tryFE = async (fe: FunctionalElement, run: RunOptions = {}): Promise<Outcome> => {
  const seen: OutputBlock[] = []
  const printed: string[] = []
  const logged: string[] = []
  const early = run.blocks !== undefined && run.end !== undefined && run.end !== 'drain'
  let idle = () => {}
  const idling = new Promise<void>((resolve) => {
    idle = resolve
  })
  const parts = graph(fe, run, seen, early ? idle : undefined)
  const space = createProcessSpace({
    generate: run.generate,
    load: async (module) => parts.get(module)!.fe,
    print: (line) => void printed.push(line),
    log: (message) => void logged.push(message),
  })
  let error: unknown
  const attempt = async (step: () => Promise<void>) => {
    try {
      await step()
    } catch (thrown) {
      error ??= thrown
    }
  }
  await attempt(async () => {
    for (const [name, part] of parts) await space.instantiate(place(name, part, space.name), TX)
    for (const [to, { inputs }] of parts)
      for (const [input, { from, accept }] of inputs.entries()) await space.connect({ from, to, accept, input }, TX)
    for (const name of [...parts.keys()].reverse()) await space.activate(name, TX)
    await (early ? Promise.race([idling, space.done(TX)]) : space.done(TX))
  })
  if (run.end !== 'abort') await attempt(() => space.stop(TX))
  const counters = (await space.counters(TX)).vertices['fe'] ?? nothing
  await attempt(() => space.abort(TX))
  const census = await space.census()
  await attempt(() => space.close())
  const blocks = seen.filter((b) => b.classifier !== 0)
  return { blocks, refused: seen.filter((b) => b.classifier === 0), counters, printed, logged, census, error }
}

/**
 * Runs one FE in a process space of its own, between a source that hands out `blocks` and a sink that collects.
 * @throws what the FE throws
 */
export const runFE = async (fe: FunctionalElement, run: RunOptions = {}): Promise<RunResult> => {
  const { error, ...result } = await tryFE(fe, run)
  if (error !== undefined) throw error
  return result
}
