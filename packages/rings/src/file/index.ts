/**
 * Rings as files (paper, §6.1): one interface to every ring, with adapters to async iterators and Web streams. Runs in
 * Node and in browsers.
 */
export type { Signal } from './closing.js'
export { type OpenReadOptions, type OpenWriteOptions, openRead, openWrite } from './open.js'
export { type ReadableStreamOptions, toReadableStream } from './readable-stream.js'
export type { ReadingFile, ReadOptions } from './reading-file.js'
export type { IndexedRing } from './rings.js'
export { type SpliceLimit, splice, spliceSync } from './splice.js'
export { toWritableStream } from './writable-stream.js'
export type { WhenAlone, WriteOptions, WritingFile } from './writing-file.js'
