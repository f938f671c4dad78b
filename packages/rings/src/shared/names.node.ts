import type { ListedRing, Where } from '../native/types.js'
import { explain } from './errors.js'
import { needNative } from './native.node.js'

/** Names of rings, and whether their producers live. @throws SL_RING_NATIVE, SL_RING_ACCESS */
export const listSharedRings = (where: Where = {}): ListedRing[] => {
  try {
    return needNative().list(where)
  } catch (error) {
    throw explain(error, where.dir ?? 'list')
  }
}

/** Removes names whose producers have died, in this user's directory; which. @throws SL_RING_NATIVE, SL_RING_ACCESS */
export const removeStaleRings = (dir?: string): string[] => {
  try {
    return needNative().removeStale(dir)
  } catch (error) {
    throw explain(error, dir ?? 'list')
  }
}

/** The name of the ring with that id. @throws SL_RING_NAME */
export const nameOfRing = (id: number, where: Where = {}): string => {
  try {
    return needNative().nameOf(id, where)
  } catch (error) {
    throw explain(error, `with id ${id}`)
  }
}
