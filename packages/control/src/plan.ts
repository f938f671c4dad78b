import {
  type Accept,
  asError,
  type Plan,
  type Request,
  type Space,
  StreamlineError,
  type Vertex,
} from '@netstreamline/core'
import type { Candidate } from './candidates.js'
import { discover } from './discovery.js'
import { examine, type Planner } from './examine.js'
import type { Explain } from './explain.js'
import { placed, unreachable } from './place.js'
import { probeSources } from './probe.js'
import { type Reach, reachOf } from './reach.js'
import { select, Unreachable } from './select.js'
import { surroundings, totalSize } from './surroundings.js'
import type { Topology } from './topology.js'
import { translate } from './translate.js'
import { where } from './where.js'

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

  const into = request.vertices.map((): { from: string; accept: Accept }[] => [])
  for (const { from, to, accept } of request.edges) into[to]!.push({ from: request.vertices[from]!.name, accept })
  const vertices = request.vertices.map((vertex, v) => {
    const neighbours = [
      ...top.inputs[v]!.map((n) => [n, true] as const),
      ...top.outputs[v]!.map((n) => [n, false] as const),
    ]
    const reachable = (space: Space) => {
      const s = 1 << spaces.indexOf(space)
      return neighbours.every(([n, above]) => (above ? reach.to : reach.from)[spaces.indexOf(chosen[n]!.space)]! & s)
    }
    const found = probed.get(v)?.kinds.find((kind) => kind <= 0xffff)
    return placed(vertex, chosen[v]!, runs.get(chosen[v]!)!, candidates[v]!, reachable, into[v]!, found)
  })
  const size = totalSize(probed)
  return {
    plan: { request, vertices, edges: request.edges },
    spaces: new Map(spaces.map((space) => [space.name, space])),
    topology: top,
    ...(size !== undefined && { size }),
  }
}
