import type { Channel, ProbeResult, Registry, Request } from '@netstreamline/core'
import type { Explain } from './explain.js'
import { resolveFunctions } from './functions.js'
import { followKinds, type Kind } from './kinds.js'
import { checkPins } from './pins.js'
import type { probeSources } from './probe.js'
import type { SpaceSource } from './spaces.js'
import { topology } from './topology.js'

/** What planning draws on. */
export interface Planner {
  readonly registry: Registry
  readonly source: SpaceSource
  readonly channels: readonly Pick<Channel, 'ends'>[]
}

/** The plain checks: functions, options, kinds. Runs no plugin code unless `probe` does. */
export const examine = async (
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
