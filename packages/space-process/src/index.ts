/**
 * The process space: fused datapaths in this thread, and in workers.
 * @packageDocumentation
 */
export { processArena } from './arena.js'
export type { ProcessSpaceOptions } from './options.js'
export type { PortSize } from './port-reader.js'
export { createProcessSpace } from './space.js'
