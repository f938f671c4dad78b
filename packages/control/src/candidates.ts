import {
  asError,
  type Implementation,
  type Registry,
  type Request,
  type Space,
  StreamlineError,
  type Vertex,
} from '@netstreamline/core'
import { type Chain, chainsFrom } from './chains.js'
import type { Explain } from './explain.js'
import type { Offer, Resolved } from './functions.js'
import { where } from './where.js'

/** A way to run a vertex: an implementation in a space, after a chain of translators (empty where none is needed). */
export interface Candidate {
  readonly space: Space
  readonly implementation: Implementation
  readonly chain: Chain
  /** What is instantiated if no translator has to run first. */
  readonly runs: Vertex
}

/** Why a space does not run a vertex. */
export interface Loss {
  readonly space: string
  readonly why: string
}

/** What each vertex could be, best first within a space. */
export interface Candidates {
  readonly found: Candidate[]
  readonly lost: Loss[]
}

/** One way to provide a vertex, not yet tied to a space. */
interface Way {
  readonly chain: Chain
  readonly vertex: Vertex
  readonly offers: readonly Implementation[]
}

const implementations = (fn: Offer['fn'], targets: readonly string[] = fn.targets): Implementation[] =>
  targets.map((target) => ({
    function: fn.name,
    package: fn.package,
    module: fn.url,
    target,
    state: fn.state,
    ...(fn.unshared !== undefined && { unshared: fn.unshared }),
  }))

/** All ways to provide a vertex: as it stands, then by ever longer chains. */
export const waysFor = (registry: Registry, { vertex, function: name, offers }: Resolved): Way[] => {
  const ways: Way[] = offers.map(({ fn, options }) => ({
    chain: [],
    vertex: { ...vertex, function: name, options },
    offers: implementations(fn),
  }))
  for (const chain of chainsFrom(registry, name)) {
    const { to, targets } = chain.at(-1)!
    for (const fn of registry.functions(to)) {
      const labels = fn.targets.filter((label) => targets.includes(label))
      // Placeholder: what the translators will make of the options is known after selection (§7.1).
      if (fn.name === to && labels.length) {
        ways.push({ chain, vertex: { ...vertex, function: to, options: {} }, offers: implementations(fn, labels) })
      }
    }
  }
  return ways
}

/** The answer of a space may have crossed a channel: only what was offered counts. */
const offered = (answer: readonly Implementation[], offers: readonly Implementation[]): Implementation[] =>
  (Array.isArray(answer) ? answer : []).flatMap((a: Partial<Implementation> | null) => {
    const same = offers.find((o) => o.module === a?.module && o.target === a.target && o.package === a.package)
    return same ? [same] : []
  })

/** Asks spaces which of the ways they can go. The same question is asked once. */
export const discoverer = () => {
  const asked = new Map<string, Promise<readonly Implementation[]>>()
  const ask = (space: Space, vertex: Vertex, offers: readonly Implementation[]) => {
    const { function: fn, options } = vertex
    const key = JSON.stringify([
      space.name,
      fn,
      options,
      vertex.export ?? false,
      offers.map((o) => [o.module, o.target]),
    ])
    const known = asked.get(key)
    if (known) return known
    const answer = space.discover(vertex, offers)
    asked.set(key, answer)
    return answer
  }
  const discoverIn = async (space: Space, ways: readonly Way[]): Promise<Candidate[]> => {
    const found: Candidate[] = []
    for (const { chain, vertex, offers } of ways) {
      for (const implementation of offered(await ask(space, vertex, offers), offers)) {
        found.push({ space, implementation, chain, runs: vertex })
      }
    }
    // What a space runs best comes first, then the shortest way to it.
    const rank = ({ implementation }: Candidate) => space.targets.indexOf(implementation.target)
    return found.sort((a, b) => rank(a) - rank(b))
  }

  /**
   * Which spaces can run the vertex, and how. Spaces are asked at the same time; one that fails to answer loses.
   * @param absent spaces that cannot be asked
   * @throws SL_NO_PLACE when none can
   */
  return async (
    request: Request,
    { vertex }: Resolved,
    ways: readonly Way[],
    spaces: readonly Space[],
    absent: readonly Loss[],
    explain: Explain,
  ): Promise<Candidates> => {
    const found: Candidate[] = []
    const lost: Loss[] = []
    const labels = [...new Set(ways.flatMap((way) => way.offers.map((o) => o.target)))]
    const work = async () => {
      const asking = spaces.map(async (space) => {
        if (vertex.space !== undefined && vertex.space !== space.name) {
          return lost.push({ space: space.name, why: `space=${vertex.space} pins it elsewhere` })
        }
        try {
          const here = await discoverIn(space, ways)
          found.push(...here)
          if (here.length === 0)
            lost.push({ space: space.name, why: `runs ${space.targets.join(', ')}, not ${labels.join(', ')}` })
        } catch (e) {
          lost.push({ space: space.name, why: `did not answer: ${asError(e).message}` })
        }
      })
      await Promise.all(asking)
    }
    const tell = () =>
      found.length ? `can run in ${[...new Set(found.map((c) => c.space.name))].join(', ')}` : 'can run nowhere'
    await explain.time('discover', { vertex: vertex.name }, work, tell)
    lost.push(...absent)
    if (found.length > 0) return { found, lost }
    const hint =
      lost.map(({ space, why }) => `${space}: ${why}`).join('; ') || `no space here runs ${labels.join(', ')}`
    throw new StreamlineError('SL_NO_PLACE', `no space can run (${vertex.function})`, {
      ...where(request, vertex),
      hint,
      lost,
    })
  }
}
