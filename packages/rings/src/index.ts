/**
 * The buffering plane (§6): the arena, data buffers, index buffers, message rings and the control channel over them.
 * Runs in Node and in browsers. The memory layout is specified in `docs/reference/ring-format.md`.
 * @packageDocumentation
 */
export { type Arena, attachArena, createArena, MAX_ARENA } from './arena.js'
export {
  attachByteRing,
  type ByteRing,
  type ByteRingReader,
  type ByteRingWriter,
  createByteRing,
} from './byte-ring.js'
export { type Doorbell, type RingChannel, type RingChannelOptions, ringChannel } from './channel.js'
export type { Consumer } from './consumer.js'
export { inspectRing, type RingCounters, type RingState } from './counters.js'
export { attachDBuf, createDBuf, type DBuf, type DBufOptions, resumeDBuf } from './dbuf.js'
export type { DBufReader } from './dbuf-reader.js'
export type { RingKind } from './format.js'
export * as ringFormat from './format.js'
export type { RingDescriptor } from './header.js'
export { attachIBuf, createIBuf, type IBuf } from './ibuf.js'
export type { IBufReader } from './ibuf-reader.js'
export type { IBufWriter } from './ibuf-writer.js'
export { IndexRecord } from './index-record.js'
export type { WasmMemory } from './memory.js'
export { advance, distance, POSITION_MODULUS } from './position.js'
export type { Producer } from './producer.js'
export { createRingTable, type Resolvable, type RingTable } from './ring-table.js'
