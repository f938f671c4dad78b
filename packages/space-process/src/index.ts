/**
 * The process space: fused datapaths in this thread, and in workers.
 * @packageDocumentation
 */
export { createProcessSpace, type ProcessSpaceOptions } from './space.js'
