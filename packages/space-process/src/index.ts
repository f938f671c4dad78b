/**
 * The process space: fused datapaths in this thread, and in workers.
 * @packageDocumentation
 */

export { createWorkerSpace } from '#worker'
export { processArena } from './arena.js'
export type { ProcessSpaceOptions } from './options.js'
export type { PortSize } from './port-reader.js'
export { createProcessSpace } from './space.js'
export type { WorkerSpaceOptions } from './worker-setup.js'
