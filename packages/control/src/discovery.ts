import { asError, type Request, StreamlineError } from '@netstreamline/core'
import { type Candidates, discoverer, waysFor } from './candidates.js'
import type { Planner } from './examine.js'
import type { Explain } from './explain.js'
import type { Resolved } from './functions.js'
import { checkPins } from './pins.js'
import { MAX_SPACES } from './reach.js'

/**
 * Opens the spaces that the request may need and asks them for candidates, vertex by vertex.
 * @throws SL_SPACE_UNKNOWN SL_NO_PLACE, and why a space that the request names does not open
 */
export const discover = async (
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
  if (pinned) throw asError(pinned.error, 'SL_PLUGIN')
  if (new Set(spaces.map((space) => space.name)).size < spaces.length) {
    throw new StreamlineError('SL_USAGE', 'two spaces have the same name')
  }
  const losses = failed.map(({ space, error }) => ({ space, why: `did not open: ${asError(error).message}` }))
  const ask = discoverer()
  const candidates: Candidates[] = []
  // Serialised within a request (§4); spaces are asked side by side.
  for (const [v, r] of resolved.entries()) candidates.push(await ask(request, r, ways[v]!, spaces, losses, explain))
  return { spaces, candidates }
}
