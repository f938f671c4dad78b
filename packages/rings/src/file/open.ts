import { StreamlineError } from '@netstreamline/core'
import type { Arena } from '../arena.js'
import { createDBuf, type DBuf } from '../dbuf.js'
import type { RingDescriptor } from '../header.js'
import { attachIBuf, type IBuf } from '../ibuf.js'
import { attachRingReader, createRingWriter, type RingOptions } from '../ring/local.js'
import { type ReaderOptions, RingReader } from '../ring/reader.js'
import { RingWriter } from '../ring/writer.js'
import { IBufSink } from './ibuf-sink.js'
import { IBufSource } from './ibuf-source.js'
import { ReadingFile, type ReadOptions } from './reading-file.js'
import { RingSink } from './ring-sink.js'
import { RingSource } from './ring-source.js'
import { type IndexedRing, Rings } from './rings.js'
import { type WriteOptions, WritingFile } from './writing-file.js'

/** How a ring is opened for reading. */
export interface OpenReadOptions extends ReadOptions, ReaderOptions {
  /** Makes one more reader of the ring that is waited for (srp, oldest); only needed for rings of other processes. */
  readonly join?: () => RingReader
  /** IBuf: rings that its indices point into and whose ids do not say where they are (those given at their making). */
  readonly rings?: Iterable<IndexedRing>
  /**
   * IBuf: give the data buffers back as far as they have been read; default true. False if somebody else does, who
   * reads them too.
   */
  readonly releases?: boolean
}

/** How a ring is opened for writing. */
export interface OpenWriteOptions extends WriteOptions {
  /** IBuf: where to copy what is written; a size in bytes makes one. Without it only splicing is possible. */
  readonly data?: DBuf | number
}

const isIBuf = (ring: object): ring is IBuf => 'descriptor' in ring && 'slots' in ring && 'writer' in ring

const isDescriptor = (ring: object): ring is RingDescriptor => 'offset' in ring && 'id' in ring && 'kind' in ring

const unknown = (): never => {
  throw new StreamlineError('SL_USAGE', 'that is no ring', {
    hint: 'Open a RingReader or RingWriter, an IBuf, a descriptor, or options for a new ring.',
  })
}

/**
 * Opens a ring for reading: one end of it, or its descriptor, whatever its kind (§6.1: the same interface is used to
 * access any buffer anywhere). @throws SL_RING_FULL, SL_RING, SL_USAGE
 */
export const openRead = (
  arena: Arena,
  ring: RingReader | RingDescriptor | IBuf,
  options: OpenReadOptions = {},
): ReadingFile => {
  if (ring instanceof RingReader) return new ReadingFile(new RingSource(arena, ring, options.join), options)
  if (isIBuf(ring) || (isDescriptor(ring) && ring.kind === 'i')) {
    const ibuf = isIBuf(ring) ? ring : attachIBuf(arena, ring)
    const rings = new Rings(arena, options.rings)
    return new ReadingFile(new IBufSource(arena, ibuf.reader(), rings, options.releases ?? true), options)
  }
  if (!isDescriptor(ring)) return unknown()
  return new ReadingFile(new RingSource(arena, attachRingReader(arena, ring, options), options.join), options)
}

/**
 * Opens a ring for writing: its writing end, an IBuf or the descriptor of one, or a new ring.
 * @throws SL_ARENA_FULL, SL_RING, SL_USAGE
 */
export const openWrite = (
  arena: Arena,
  ring: RingWriter | IBuf | RingDescriptor | RingOptions,
  options: OpenWriteOptions = {},
): WritingFile => {
  if (isIBuf(ring) || (isDescriptor(ring) && ring.kind === 'i')) {
    const { data } = options
    const ibuf = isIBuf(ring) ? ring : attachIBuf(arena, ring)
    const dbuf = typeof data === 'number' ? createDBuf(arena, { bytes: data }) : data
    const sink = new IBufSink(arena.bytes, ibuf.writer(), dbuf)
    return new WritingFile(arena, sink, { whenAlone: 'fail', ...options })
  }
  if (!(ring instanceof RingWriter) && !('bytes' in ring)) return unknown()
  const writer = ring instanceof RingWriter ? ring : createRingWriter(arena, ring as RingOptions)
  const whenAlone = options.whenAlone ?? (writer.area.strategy === 'srp' ? 'fail' : 'drop')
  return new WritingFile(arena, new RingSink(arena, writer), { ...options, whenAlone })
}
