import { CONSUMED, type Process } from '@netstreamline/core'
import type { Node } from './node.js'

/** Keeps requests that share a source from failing by each other. */
export interface Guard {
  /** Do other requests use the source without this node? */
  needed(node: Node, source: Node): boolean
  /** Takes what its FE has thrown; the node is dead now. */
  failed(node: Node, error: unknown): void
}

/**
 * What the datapath of `source` calls for a node. Where others use the source without this node, what it throws ends
 * only those that use it, and it is not called again. Elsewhere it ends the run of the source, and the call costs
 * nothing more.
 */
export const callOf = (node: Node, source: Node, guard: Guard): Process => {
  const { instance } = node
  const process = instance.process!.bind(instance)
  if (node.dead) return () => CONSUMED
  if (!guard.needed(node, source)) return process
  return (block) => {
    if (node.dead) return CONSUMED
    try {
      return process(block)
    } catch (error) {
      node.dead = true
      node.cursor.busy = node.cursor.fault = false
      guard.failed(node, error)
      return CONSUMED
    }
  }
}
