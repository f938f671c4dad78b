import {
  asError,
  type Probe,
  type ProbeResult,
  type Registry,
  type Request,
  StreamlineError,
} from '@netstreamline/core'
import type { Explain } from './explain.js'
import type { Resolved } from './functions.js'
import { kindName } from './kinds.js'
import type { Topology } from './topology.js'
import { where } from './where.js'

const checked = (result: ProbeResult | undefined, name: string): ProbeResult => {
  const kinds = result?.kinds
  if (Array.isArray(kinds) && kinds.every((kind) => Number.isSafeInteger(kind) && kind >= 0)) return result!
  throw new StreamlineError('SL_PLUGIN', `the probe of (${name}) does not say which kinds the source delivers`)
}

/**
 * Runs the probes of the request's sources, because what follows depends on what they deliver.
 * @returns what was found, by the vertex's index
 * @throws what a probe throws (SL_NO_FILE, SL_PERMISSION, SL_CAPTURE …), with the place in the request
 */
export const probeSources = async (
  registry: Registry,
  request: Request,
  resolved: readonly Resolved[],
  { order, inputs }: Topology,
  explain: Explain,
): Promise<Map<number, ProbeResult>> => {
  const found = new Map<number, ProbeResult>()
  for (const v of order) {
    const offer = resolved[v]!.offers.find(({ fn }) => fn.probe)
    // What has an input is used as a sink or filter: there is nothing to look at yet.
    if (!offer || inputs[v]!.length > 0) continue
    const { vertex } = resolved[v]!
    const work = async () => {
      const { probe } = (await registry.load(offer.fn.url)) as { probe?: Probe }
      if (typeof probe !== 'function')
        throw new StreamlineError('SL_PLUGIN', `(${offer.fn.name}) has no probe in ${offer.fn.url}`)
      return checked(await probe({ ...offer.options }), offer.fn.name)
    }
    try {
      const tell = ({ kinds, size }: ProbeResult) =>
        `delivers ${kinds.map((kind) => kindName(String(kind))).join(', ')}${size === undefined ? '' : `, ${size} bytes`}`
      found.set(v, await explain.time('probe', { vertex: vertex.name }, work, tell))
    } catch (e) {
      const error = asError(e, 'SL_PLUGIN')
      throw new StreamlineError(error.code, error.message, { ...where(request, vertex), ...error.detail }, e)
    }
  }
  return found
}
