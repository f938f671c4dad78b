import { type Placed, type Request, type Space, StreamlineError, type Vertex } from '@netstreamline/core'
import type { Candidate, Candidates, Loss } from './candidates.js'
import { where } from './where.js'

const level = (space: Space): string => `${space.name}, depth ${space.depth}`

/** Why this candidate won, in words. */
const why = ({ vertex }: { vertex: Vertex }, { space, chain }: Candidate, found: readonly Candidate[]): string => {
  const through = chain.length ? `; translated by ${chain.map((t) => `${t.from} → ${t.to}`).join(', ')}` : ''
  const alone = found.every((c) => c.space === space)
  if (vertex.space !== undefined) return `space=${vertex.space} pins it${through}`
  return `${alone ? 'the only space that can run it' : `the lowest space that can run it (${level(space)})`}${through}`
}

const lostTo = (winner: Space, other: Space, reachable: boolean): string => {
  if (!reachable) return 'data cannot pass between it and the places of its neighbours'
  if (other.depth > winner.depth) return `higher: depth ${other.depth}`
  return 'as low, but its inputs are not there or it comes later'
}

/** The place of one vertex, as the plan says it. `runs` is what selection or translation has made of it. */
export const placed = (
  vertex: Vertex,
  winner: Candidate,
  runs: Vertex,
  { found, lost }: Candidates,
  reachable: (space: Space) => boolean,
  inputs: NonNullable<Placed['inputs']>,
  linkType: number | undefined,
): Placed => {
  const others = [...new Set(found.map((c) => c.space))].filter((space) => space !== winner.space)
  const losses: Loss[] = others.map((space) => ({
    space: space.name,
    why: lostTo(winner.space, space, reachable(space)),
  }))
  return {
    vertex,
    runs,
    implementation: winner.implementation,
    space: winner.space.name,
    chain: winner.chain.map((step) => step.to),
    inputs,
    why: why({ vertex }, winner, found),
    lost: [...losses, ...lost],
    ...(linkType !== undefined && { linkType }),
  }
}

/** Nothing places this vertex so that its data can reach it. */
export const unreachable = (request: Request, v: number, candidates: readonly Candidates[]): StreamlineError => {
  const vertex = request.vertices[v]!
  const names = (c: Candidates | undefined) => [...new Set(c?.found.map(({ space }) => space.name))]
  const near = request.edges.flatMap(({ from, to }) => (to === v ? [from] : from === v ? [to] : []))
  const around = near.map((n) => `${request.vertices[n]!.name} can run in ${names(candidates[n]).join(', ')}`)
  const here = names(candidates[v]).join(', ') || 'no space'
  return new StreamlineError('SL_NO_PLACE', `no place for (${vertex.function}) that its data can reach`, {
    ...where(request, vertex),
    hint: `it can run in ${here}; ${around.join('; ')}; no channel connects these`,
  })
}
