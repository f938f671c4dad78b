/**
 * Rings that processes share by name, on Linux: C programs, Node processes and threads. Needs the native part of this
 * package, and says so (`SL_RING_NATIVE`) where it is missing. The protocol is in `docs/reference/ring-sharing.md`.
 * @packageDocumentation
 */
export { nativeProblem } from './native/load.node.js'
export type { Access, ListedRing, Where } from './native/types.js'
export { createSharedRing, type SharedRingOptions, SharedRingWriter } from './shared/create.node.js'
export { listSharedRings, nameOfRing, removeStaleRings } from './shared/names.node.js'
export {
  type OpenRingOptions,
  observeSharedRing,
  openSharedRing,
  type RingObserver,
  SharedRingReader,
} from './shared/open.node.js'
