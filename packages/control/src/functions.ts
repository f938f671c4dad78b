import {
  isStreamlineError,
  type ManifestFunction,
  type OptionValue,
  type Provided,
  type Registry,
  type Request,
  StreamlineError,
  type Vertex,
} from '@netstreamline/core'
import { prepareOptions } from './options.js'
import { didYouMean, suggest } from './suggest.js'
import { where } from './where.js'

/** A package's declaration of the function, and the vertex's options as that declaration types them. */
export interface Offer {
  readonly fn: Provided<ManifestFunction>
  readonly options: Readonly<Record<string, OptionValue>>
}

/** A vertex whose function is known and whose options are valid. */
export interface Resolved {
  readonly vertex: Vertex
  /** The function's own name, where the vertex may say an alias. */
  readonly function: string
  /** At least one, in the registry's order. */
  readonly offers: readonly [Offer, ...Offer[]]
}

const unknown = (registry: Registry, request: Request, vertex: Vertex): StreamlineError => {
  const names = registry.functions().flatMap((fn) => [fn.name, ...(fn.aliases ?? [])])
  const suggestions = suggest(vertex.function, names)
  const broken = registry.packages.filter((p) => p.broken !== undefined)
  const also = broken.length ? `; ${broken.map((p) => `${p.name} is broken: ${p.broken}`).join('; ')}` : ''
  return new StreamlineError('SL_FUNCTION_UNKNOWN', `no function '${vertex.function}'${didYouMean(suggestions)}`, {
    ...where(request, vertex),
    function: vertex.function,
    suggestions,
    hint: `'streamline list' shows what is installed; npm packages with more bear the keyword streamline-plugin${also}`,
  })
}

const resolve = (registry: Registry, request: Request, vertex: Vertex): Resolved => {
  const found = registry.functions(vertex.function)
  if (found.length === 0) throw unknown(registry, request, vertex)
  // A name beats an alias: (count) never means another function that is also called so.
  const exact = found.filter((fn) => fn.name === vertex.function)
  const name = exact[0]?.name ?? found[0]!.name
  const facts = where(request, vertex)
  const offers: Offer[] = []
  let refusal: unknown
  for (const fn of found) {
    if (fn.name !== name) continue
    try {
      offers.push({ fn, options: prepareOptions(fn, vertex.options, facts) })
    } catch (e) {
      // Another package's implementation of the function may take these options.
      if (!isStreamlineError(e)) throw e
      refusal ??= e
    }
  }
  const [first, ...more] = offers
  if (!first) throw refusal
  return { vertex, function: name, offers: [first, ...more] }
}

/**
 * Finds each vertex's function by name or alias and types its options. Runs no plugin code.
 * @throws SL_FUNCTION_UNKNOWN SL_OPTION
 */
export const resolveFunctions = (registry: Registry, request: Request): Resolved[] =>
  request.vertices.map((vertex) => resolve(registry, request, vertex))
