import { validateManifest } from '@netstreamline/control'
import { ABI, type FunctionalElement, isFE, type OptionValue } from '@netstreamline/core'
import type { OutputBlock } from './blocks.js'
import { type Outcome, type RunOptions, tryFE } from './run.js'
import { damaged, emptied, kindsOf, randomBlocks, type Sample, truncated } from './samples.js'

/** A check that an FE does not pass. */
export interface Failure {
  /** Name of the check: `declared`, `empty`, `random`, `truncated`, `damaged`, `runs`, `datapaths`, `held`, `stateless`, `released`. */
  readonly check: string
  /** What was seen, with the sample or seed to see it again. */
  readonly message: string
}

/** What {@link conformFE} tries. */
export interface Conformance {
  /** Input that the FE is made for, with the options for it. At least one, to say anything about its work. */
  readonly samples: readonly Sample[]
  /** Options and inputs for runs over random input. Default: those of the first sample. */
  readonly options?: Readonly<Record<string, OptionValue>>
  /** Random inputs are made from this number. Default 1. */
  readonly seed?: number
  /** How many random and damaged inputs are tried. Default 20, of 100 blocks each. */
  readonly rounds?: number
}

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const seen = (b: OutputBlock, identity: boolean) => ({
  ...b,
  data: Array.from(b.data, (byte) => byte.toString(16).padStart(2, '0')).join(''),
  // Where copies lie is up to the datapath.
  position: identity ? b.position : 0,
})
/** Everything that two runs over the same input must agree on. */
const summary = ({ blocks, refused, counters, printed, error }: Outcome): string =>
  JSON.stringify({
    blocks: blocks.map((b) => seen(b, true)),
    refused: refused.map((b) => seen(b, true)),
    counters,
    printed,
    error: error === undefined ? '' : said(error),
  })

const leaks = (census: Outcome['census']): string =>
  Object.entries(census)
    .filter(([, n]) => n !== 0)
    .map(([what, n]) => `${n} ${what}`)
    .join(', ')

/** Does the declaration make a manifest that Streamline accepts? */
const declared = (fe: FunctionalElement): string => {
  if (!isFE(fe)) return 'not made by defineFE'
  const meta = JSON.parse(JSON.stringify(fe.meta)) as FunctionalElement['meta']
  const functions = [{ ...meta, module: './fe.js' }]
  return validateManifest({ abi: ABI, package: 'testkit', version: '0.0.0', functions }).join('; ')
}

/** Each block by itself, in the reverse order: what a function of the block alone must not notice. */
const stateless = async (fe: FunctionalElement, sample: Sample, whole: Outcome): Promise<string> => {
  const there = [...whole.blocks, ...whole.refused].map((b) => JSON.stringify(seen(b, false))).sort()
  const back = await tryFE(fe, { ...sample, blocks: [...sample.blocks].reverse() })
  const here = [...back.blocks, ...back.refused].map((b) => JSON.stringify(seen(b, false))).sort()
  return there.join() === here.join() ? '' : 'declares no state, but its result depends on the order of the blocks'
}

/**
 * Tries an FE as its users might: with its samples, empty, truncated, damaged and random blocks, on both datapaths,
 * stopped early. It may refuse input (classifier 0), but never throw over it.
 * @returns every failure; empty when it passes
 */
export const conformFE = async (fe: FunctionalElement, about: Conformance): Promise<readonly Failure[]> => {
  const { samples, seed = 1, rounds = 20 } = about
  const failures: Failure[] = []
  const check = (name: string, message: string) => {
    if (message) failures.push({ check: name, message })
  }
  const survives = async (name: string, what: string, run: RunOptions): Promise<Outcome> => {
    const outcome = await tryFE(fe, run)
    if (outcome.error !== undefined) check(name, `${what}: threw ${said(outcome.error)}`)
    const left = leaks(outcome.census)
    if (left) check('released', `${what}: left ${left}`)
    return outcome
  }

  check('declared', declared(fe))
  for (const sample of samples) {
    const fused = await survives('runs', sample.name, sample)
    const interpreted = await tryFE(fe, { ...sample, generate: false })
    if (summary(fused) !== summary(interpreted))
      check('datapaths', `${sample.name}: the fused and the interpreting datapath differ`)
    // Capture time stands still, or it would tick more often.
    const still = { ...sample, blocks: sample.blocks.map((b) => ({ ...b, seconds: 0 })) }
    // Counters may tell what was copied, which depends on how soon the ring comes around.
    const handedOn = async (input: Parameters<typeof tryFE>[1]): Promise<string> => {
      const { blocks, refused, printed, error } = await tryFE(fe, input)
      return JSON.stringify([
        blocks.map((b) => seen(b, true)),
        refused.map((b) => seen(b, true)),
        printed,
        error === undefined ? '' : said(error),
      ])
    }
    if ((await handedOn(still)) !== (await handedOn({ ...still, per: 1 })))
      check(
        'held',
        `${sample.name}: its result depends on how many blocks come in a breath; does it use one it has not held?`,
      )
    await survives('runs', `${sample.name}, stopped before its input ends`, { ...sample, end: 'stop' })
    await survives('runs', `${sample.name}, aborted`, { ...sample, end: 'abort' })
    if (fe.meta.state === 'none') {
      const message = await stateless(fe, sample, fused)
      check('stateless', message && `${sample.name}: ${message}`)
    }
    await survives('empty', `${sample.name}, emptied`, emptied(sample))
  }
  const kinds = kindsOf(fe.meta.inputs)
  const { inputs = 1 } = samples[0] ?? {}
  const options = about.options ?? samples[0]?.options
  for (let n = seed; n < seed + rounds; n++) {
    for (const sample of samples) {
      await survives('truncated', `${sample.name}, seed ${n}`, truncated(sample, n))
      await survives('damaged', `${sample.name}, seed ${n}`, damaged(sample, n))
    }
    if (kinds.length === 0) continue
    const run = { options, inputs, blocks: randomBlocks(kinds, inputs, 100, n) }
    const fused = await survives('random', `seed ${n}`, run)
    if (summary(fused) !== summary(await tryFE(fe, { ...run, generate: false })))
      check('datapaths', `random blocks of seed ${n}: the fused and the interpreting datapath differ`)
  }
  return failures
}
