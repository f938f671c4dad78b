/**
 * Rings as files (paper, §6.1) in Node: all of `@netstreamline/rings/file`, files of the system as buffers, sockets and
 * streams to write to, adapters to Node's streams, and rings of other processes.
 * @packageDocumentation
 */
export * from './file/index.node.js'
