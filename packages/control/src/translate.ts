import {
  asError,
  isTranslator,
  type Registry,
  StreamlineError,
  type TranslateContext,
  type Vertex,
} from '@netstreamline/core'
import type { Candidate } from './candidates.js'
import { prepareOptions } from './options.js'

const load = async (registry: Registry, url: string, about: string) => {
  const translator = (await registry.load(url))['default']
  if (isTranslator(translator)) return translator
  throw new StreamlineError('SL_PLUGIN', `${url} exports no translator as default`, {
    hint: `${about} is out of date: build the package again`,
  })
}

/**
 * Runs the candidate's translators on the vertex.
 * @param vertex with typed options of its own function
 * @returns what is to be instantiated, with valid options
 * @throws SL_FILTER … what a translator tells the user; SL_NO_PLACE when one cannot translate this vertex; SL_PLUGIN
 */
export const translate = async (
  registry: Registry,
  { chain, implementation }: Candidate,
  vertex: Vertex,
  about: Omit<TranslateContext, 'target'>,
): Promise<Vertex> => {
  let now = vertex
  for (const step of chain) {
    const translator = await load(registry, step.url, step.package)
    const next = await translator.translate(now, { ...about, target: implementation.target })
    if (!next) throw new StreamlineError('SL_NO_PLACE', `(${step.from}) cannot be translated to (${step.to}) here`)
    // Its place in the request stays what it was, whatever the translator returned.
    now = { ...vertex, function: step.to, options: next.options }
  }
  const fn = registry
    .functions(now.function)
    .find(({ name, url }) => name === now.function && url === implementation.module)
  if (!fn) return now
  try {
    return { ...now, options: prepareOptions(fn, now.options) }
  } catch (e) {
    const { message } = asError(e)
    throw new StreamlineError(
      'SL_PLUGIN',
      `what was translated from (${vertex.function}) does not fit: ${message}`,
      {},
      e,
    )
  }
}
