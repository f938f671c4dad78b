import type { Space } from '@netstreamline/core'
import { type Reach, union } from './reach.js'
import type { Topology } from './topology.js'

/** Choices that are revised at most; beyond, the request counts as one that fits nowhere. */
const MAX_REVISIONS = 100_000

/** A choice that is open to revision. */
interface Frame {
  /** Spaces of this vertex that have not been tried yet, best first. */
  readonly rest: number[]
  /** How much of the trail was there before the choice. */
  readonly mark: number
}

/** The selection failed: data cannot get to this vertex whatever is chosen. */
export class Unreachable extends Error {
  readonly vertex: number
  constructor(vertex: number) {
    super()
    this.vertex = vertex
  }
}

/** Domains of possible spaces (masks) with a log, so that what a choice ruled out can be brought back. */
const domainsOf = (initial: readonly number[], topology: Topology, reach: Reach) => {
  const domains = [...initial]
  const trail: [vertex: number, before: number][] = []
  const narrow = (vertex: number, mask: number): boolean => {
    const before = domains[vertex]!
    if ((before & mask) === before) return false
    trail.push([vertex, before])
    domains[vertex] = before & mask
    return true
  }
  /** Rules out what has become impossible around the given vertices. @returns a vertex that nothing is left for */
  const propagate = (changed: number[]): number | undefined => {
    for (let v = changed.pop(); v !== undefined; v = changed.pop()) {
      if (domains[v] === 0) return v
      const [to, from] = [union(reach.to, domains[v]!), union(reach.from, domains[v]!)]
      for (const next of topology.outputs[v]!) if (narrow(next, to)) changed.push(next)
      for (const before of topology.inputs[v]!) if (narrow(before, from)) changed.push(before)
    }
    return undefined
  }
  const restore = (mark: number): void => {
    while (trail.length > mark) {
      const [vertex, before] = trail.pop()!
      domains[vertex] = before
    }
  }
  return { domains, trail, narrow, propagate, restore }
}

/**
 * Chooses a space for every vertex (§4, push processing down): in topological order the lowest that can run it and
 * that its data can reach; among equally low ones that which holds most of its inputs, then the first. A choice that
 * leaves a later vertex without a place is revised.
 * @param possible mask of the spaces that can run each vertex
 * @returns the index of a space for each vertex
 * @throws Unreachable
 */
export const select = (
  spaces: readonly Space[],
  reach: Reach,
  topology: Topology,
  possible: readonly number[],
): number[] => {
  const { domains, trail, narrow, propagate, restore } = domainsOf(possible, topology, reach)
  const stuck = propagate([...topology.order])
  if (stuck !== undefined) throw new Unreachable(stuck)
  const chosen: number[] = []
  const ranked = (v: number): number[] => {
    const near = (s: number) => topology.inputs[v]!.filter((from) => chosen[from] === s).length
    return [...spaces.keys()]
      .filter((s) => domains[v]! & (1 << s))
      .sort((a, b) => spaces[a]!.depth - spaces[b]!.depth || near(b) - near(a) || a - b)
  }
  const frames: Frame[] = []
  let failed = 0
  let revisions = 0
  while (frames.length < topology.order.length || failed) {
    const v = topology.order[failed ? frames.length - 1 : frames.length]
    if (v === undefined || revisions > MAX_REVISIONS) throw new Unreachable(topology.order[0]!)
    if (!failed) frames.push({ rest: ranked(v), mark: trail.length })
    const frame = frames.at(-1)!
    restore(frame.mark)
    const space = frame.rest.shift()
    if (space === undefined) {
      frames.pop()
      failed = 1
      revisions++
      continue
    }
    chosen[v] = space
    narrow(v, 1 << space)
    failed = propagate([v]) === undefined ? 0 : 1
    revisions += failed
  }
  return chosen
}
