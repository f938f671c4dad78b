import { type Request, StreamlineError } from '@netstreamline/core'
import type { SpaceSource } from './spaces.js'
import { didYouMean, suggest } from './suggest.js'
import { where } from './where.js'

/** The spaces that `space=` names in the request. @throws SL_SPACE_UNKNOWN */
export const checkPins = (source: SpaceSource, request: Request): Set<string> => {
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
