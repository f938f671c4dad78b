/**
 * Rings as files (paper, §6.1) with what only Node has: files of the system, sockets and streams, and rings of other
 * processes.
 */
export type { FileName } from './disk-file.node.js'
export * from './index.js'
export {
  openReadFrom,
  openReadFromSync,
  openWriteTo,
  openWriteToSync,
  type ReadFromOptions,
  type WriteToOptions,
} from './open.node.js'
export type { Destination } from './outlet.node.js'
export { type ReadableOptions, toReadable } from './readable.node.js'
export { type SendOptions, sendFile } from './send-file.node.js'
export { openReadShared, openWriteShared } from './shared.node.js'
export { toWritable } from './writable.node.js'
