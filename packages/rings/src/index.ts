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
export type { RingKind, Strategy } from './format.js'
export * as ringFormat from './format.js'
export type { RingDescriptor } from './header.js'
export { attachIBuf, createIBuf, type IBuf } from './ibuf.js'
export type { IBufReader } from './ibuf-reader.js'
export type { IBufWriter } from './ibuf-writer.js'
export { IndexRecord } from './index-record.js'
export type { WasmMemory } from './memory.js'
export { advance, distance, POSITION_MODULUS } from './position.js'
export type { Producer } from './producer.js'
export type { Change, DBufKind, RingShapeOptions } from './ring/area.js'
export type { SignalOptions } from './ring/levels.js'
export { attachRingReader, createRingWriter, type RingOptions, resumeRingWriter } from './ring/local.js'
export { observeRing, type ReaderReport, type RingReport } from './ring/observe.js'
export type { ReaderOptions, ReaderState, RingReader } from './ring/reader.js'
export type { Resize } from './ring/resizer.js'
export type { Claim } from './ring/slots.js'
export type { Invitation, RingWriter, WriterOptions } from './ring/writer.js'
export { createRingTable, type Resolvable, type RingTable } from './ring-table.js'
