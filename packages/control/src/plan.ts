import {
  asError,
  type Channel,
  type Plan,
  type ProbeResult,
  type Registry,
  type Request,
  type Space,
  StreamlineError,
  type Vertex,
} from '@netstreamline/core'
import { type Candidate, type Candidates, discoverer, waysFor } from './candidates.js'
import type { Explain } from './explain.js'
import { type Resolved, resolveFunctions } from './functions.js'
import { followKinds, type Kind, type Kinds } from './kinds.js'
import { placed, unreachable } from './place.js'
import { probeSources } from './probe.js'
import { MAX_SPACES, type Reach, reachOf } from './reach.js'
import { select, Unreachable } from './select.js'
import type { SpaceSource } from './spaces.js'
import { didYouMean, suggest } from './suggest.js'
import { type Topology, topology } from './topology.js'
import { translate } from './translate.js'
import { where } from './where.js'

export interface Planner {
  readonly registry: Registry
  readonly source: SpaceSource
  readonly channels: readonly Pick<Channel, 'ends'>[]
}

/** A plan with what allocating and running it needs besides. */
export interface Planned {
  readonly plan: Plan
  readonly spaces: ReadonlyMap<string, Space>
  readonly topology: Topology
  /** Bytes that the sources will read, as far as all of them know. */
  readonly size?: number
}

/** Tells one way to run a vertex from another. */
export type Excluded = (vertex: string, candidate: Candidate) => boolean

/** The plain checks: functions, options, kinds. Runs no plugin code unless `probe` does. */
const examine = async (
  { registry }: Planner,
  request: Request,
  explain: Explain,
  probe: typeof probeSources | undefined,
) => {
  const top = topology(request)
  const resolve = () => resolveFunctions(registry, request)
  const resolved = await explain.time('resolve', {}, resolve, (r) => `${r.length} functions known, their options valid`)
  const probed = (await probe?.(registry, request, resolved, top, explain)) ?? new Map<number, ProbeResult>()
  const delivered = new Map<number, Kind[]>([...probed].map(([v, { kinds }]) => [v, kinds.map(String)]))
  return { top, resolved, probed, kinds: followKinds(registry, request, resolved, top, delivered) }
}

/**
 * Says what `plan` would say about functions, options and kinds, without running any plugin's code.
 * @throws SL_FUNCTION_UNKNOWN SL_OPTION SL_KIND SL_SPACE_UNKNOWN SL_USAGE
 */
export const checkRequest = async (planner: Planner, request: Request, explain: Explain): Promise<void> => {
  await examine(planner, request, explain, undefined)
  checkPins(planner.source, request)
}

const checkPins = (source: SpaceSource, request: Request): Set<string> => {
  const names = source.names()
  const pins = new Set<string>()
  for (const vertex of request.vertices) {
    const { space } = vertex
    if (space === undefined) continue
    pins.add(space)
    if (names.includes(space)) continue
    const suggestions = suggest(space, names)
    throw new StreamlineError('SL_SPACE_UNKNOWN', `no space '${space}'${didYouMean(suggestions)}`, {
      ...where(request, vertex),
      space,
      suggestions,
      hint: names.length ? `the spaces here are ${names.join(', ')}` : 'no package here provides a space',
    })
  }
  return pins
}

const discover = async (
  { registry, source }: Planner,
  request: Request,
  resolved: readonly Resolved[],
  explain: Explain,
) => {
  const pins = checkPins(source, request)
  const ways = resolved.map((r) => waysFor(registry, r))
  const targets = new Set(ways.flat().flatMap((way) => way.offers.map((o) => o.target)))
  const open = () => source.open({ targets, pins })
  const { spaces, failed } = await explain.time(
    'spaces',
    {},
    open,
    (s) => `open: ${s.spaces.map((x) => x.name).join(', ')}`,
  )
  if (spaces.length > MAX_SPACES) throw new StreamlineError('SL_USAGE', `more than ${MAX_SPACES} spaces`)
  const pinned = failed.find(({ space }) => pins.has(space))
  if (pinned) throw pinned.error
  const losses = failed.map(({ space, error }) => ({ space, why: `did not open: ${asError(error).message}` }))
  const ask = discoverer()
  const candidates: Candidates[] = []
  // Serialised within a request (§4); spaces are asked side by side.
  for (const [v, r] of resolved.entries()) {
    const { found, lost } = await ask(request, r, ways[v]!, spaces, explain)
    candidates.push({ found, lost: [...lost, ...losses] })
  }
  return { spaces, candidates }
}

/** What translators may know where a vertex stands. */
const surroundings = (kinds: Kinds, probed: ReadonlyMap<number, ProbeResult>, { order, inputs }: Topology) => {
  const snaplen: (number | undefined)[] = []
  for (const v of order) {
    const above = inputs[v]!.map((from) => snaplen[from])
    const known = above.length > 0 && above.every((n) => n !== undefined)
    snaplen[v] = probed.get(v)?.snaplen ?? (known ? Math.max(...(above as number[])) : undefined)
  }
  const numbers = (v: number) =>
    kinds.taken[v]!.every((k) => /^\d+$/.test(k)) ? kinds.taken[v]!.map(Number) : undefined
  return (v: number) => ({ kinds: numbers(v) ?? [], ...(snaplen[v] !== undefined && { snaplen: snaplen[v] }) })
}

const totalSize = (probed: ReadonlyMap<number, ProbeResult>): number | undefined => {
  const sizes = [...probed.values()].map(({ size }) => size)
  return sizes.length > 0 && sizes.every((size) => size !== undefined) ? sizes.reduce((a, b) => a + b, 0) : undefined
}

/**
 * Decides where everything runs: resolve, probe, discover, select, translate, with backtracking to the next candidate
 * where a translation fails.
 * @param excluded candidates that have proved not to work
 */
export const makePlan = async (
  planner: Planner,
  request: Request,
  explain: Explain,
  excluded: Excluded = () => false,
): Promise<Planned> => {
  const { registry } = planner
  const { top, resolved, probed, kinds } = await examine(planner, request, explain, probeSources)
  const { spaces, candidates } = await discover(planner, request, resolved, explain)
  const own = spaces.flatMap((space) => space.channels ?? [])
  const reach: Reach = reachOf(spaces, [...planner.channels, ...own])
  const about = surroundings(kinds, probed, top)
  const runs = new Map<Candidate, Vertex>()
  const refused = new Set<Candidate>()
  let refusal: unknown

  const best = (v: number, space: Space) =>
    candidates[v]!.found.find((c) => c.space === space && !refused.has(c) && !excluded(request.vertices[v]!.name, c))
  const possible = () =>
    resolved.map((_, v) => spaces.reduce((mask, space, s) => (best(v, space) ? mask | (1 << s) : mask), 0))
  const choose = (): Candidate[] => {
    try {
      return select(spaces, reach, top, possible()).map((s, v) => best(v, spaces[s]!)!)
    } catch (e) {
      if (!(e instanceof Unreachable)) throw e
      throw refusal ?? unreachable(request, e.vertex, candidates)
    }
  }
  /** Translates what is chosen. @returns false when a candidate has proved impossible */
  const translateAll = async (chosen: readonly Candidate[]): Promise<boolean> => {
    for (const v of top.order) {
      const candidate = chosen[v]!
      if (runs.has(candidate)) continue
      const { vertex, offers } = resolved[v]!
      const given = { ...vertex, function: resolved[v]!.function, options: offers[0].options }
      const via = candidate.chain.map((step) => step.to).join(' → ')
      const facts = { vertex: vertex.name, space: candidate.space.name }
      const work = () => translate(registry, candidate, given, about(v))
      try {
        runs.set(candidate, via ? await explain.time('translate', facts, work, () => `→ ${via}`) : candidate.runs)
      } catch (e) {
        const error = asError(e, 'SL_PLUGIN')
        refusal ??= new StreamlineError(error.code, error.message, { ...where(request, vertex), ...error.detail }, e)
        refused.add(candidate)
        candidates[v]!.lost.push({ space: candidate.space.name, why: `translation failed: ${error.message}` })
        return false
      }
    }
    return true
  }

  let chosen: Candidate[]
  do {
    chosen = await explain.time('select', {}, choose, (c) =>
      request.vertices.map((v, i) => `${v.name} in ${c[i]!.space.name}`).join(', '),
    )
  } while (!(await translateAll(chosen)))

  const vertices = request.vertices.map((vertex, v) => {
    const neighbours = [
      ...top.inputs[v]!.map((n) => [n, true] as const),
      ...top.outputs[v]!.map((n) => [n, false] as const),
    ]
    const reachable = (space: Space) => {
      const s = 1 << spaces.indexOf(space)
      return neighbours.every(([n, above]) => (above ? reach.to : reach.from)[spaces.indexOf(chosen[n]!.space)]! & s)
    }
    const found = probed.get(v)?.kinds[0]
    return placed(vertex, chosen[v]!, runs.get(chosen[v]!)!, candidates[v]!, reachable, found)
  })
  const size = totalSize(probed)
  return {
    plan: { request, vertices, edges: request.edges },
    spaces: new Map(spaces.map((space) => [space.name, space])),
    topology: top,
    ...(size !== undefined && { size }),
  }
}
