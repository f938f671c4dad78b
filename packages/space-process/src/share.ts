import type { Edge, OptionValue } from '@netstreamline/core'
import type { Node } from './node.js'

/** An input as sharing sees it. */
export interface SharedInput {
  readonly node: Node
  readonly accept: Edge['accept']
}

const stable = (options: Readonly<Record<string, OptionValue>>): string =>
  JSON.stringify(Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1)))

/** Two vertices of this key do the same work on the same data (§4): same function, options and inputs. */
export const shareKey = (
  module: string,
  fn: string,
  options: Readonly<Record<string, OptionValue>>,
  inputs: readonly SharedInput[],
): string =>
  JSON.stringify([
    module,
    fn,
    stable(options),
    inputs.map(({ node, accept }) => [node.id, accept.not, accept.lo, accept.hi]),
  ])

/** May another request attach to it? A stateless one always; one with state only before anything has passed (§4). */
export const joinable = (node: Node): boolean => {
  if (node.dead || node.state === 'finished' || node.state === 'stopped') return false
  return (node.stateless && !node.isSource) || node.fresh
}
