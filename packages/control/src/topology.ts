import { type Request, StreamlineError } from '@netstreamline/core'

/** The order and neighbourhood of a request's vertices, by their index. */
export interface Topology {
  /** Sources first; among equals as in the request. */
  readonly order: readonly number[]
  /** Vertices that feed each vertex, one entry for each edge, in the order of the edges. */
  readonly inputs: readonly (readonly number[])[]
  /** Vertices that each vertex feeds, one entry for each edge. */
  readonly outputs: readonly (readonly number[])[]
}

const checkNames = (request: Request): void => {
  const seen = new Set<string>()
  for (const { name } of request.vertices) {
    if (seen.has(name)) throw new StreamlineError('SL_SRL_NAME', `two vertices are called '${name}'`, { vertex: name })
    seen.add(name)
  }
}

/**
 * @throws SL_USAGE for a request without vertices or with edges that lead nowhere, SL_SRL_NAME for one name twice,
 * SL_SRL_CYCLE
 */
export const topology = (request: Request): Topology => {
  const size = request.vertices.length
  if (size === 0) throw new StreamlineError('SL_USAGE', 'the request is empty', { hint: 'name at least a source' })
  checkNames(request)
  const inputs: number[][] = Array.from({ length: size }, () => [])
  const outputs: number[][] = Array.from({ length: size }, () => [])
  for (const { from, to } of request.edges) {
    if (!inputs[from] || !inputs[to])
      throw new StreamlineError('SL_USAGE', `an edge leads from ${from} to ${to}: no such vertex`)
    inputs[to].push(from)
    outputs[from]!.push(to)
  }
  const missing = inputs.map((list) => list.length)
  const order = [...missing.keys()].filter((v) => missing[v] === 0)
  for (let i = 0; i < order.length; i++) {
    for (const next of outputs[order[i]!]!) if (--missing[next]! === 0) order.push(next)
  }
  if (order.length < size) {
    const cycle = request.vertices.filter((_, v) => missing[v]! > 0).map((v) => v.name)
    throw new StreamlineError('SL_SRL_CYCLE', `the request runs in a circle: ${cycle.slice(0, 8).join(', ')}`, {
      vertices: cycle.slice(0, 64),
      hint: 'a vertex cannot feed one that comes before it',
    })
  }
  return { order, inputs, outputs }
}
