import { StreamlineError } from '@netstreamline/core'
import type { Arena } from '../arena.js'
import { roundCapacity } from '../header.js'
import type { DescriptorOutlet } from './descriptor-outlet.node.js'
import { type DiskFile, type FileName, openDisk, openDiskSync } from './disk-file.node.js'
import { DiskSource } from './disk-source.node.js'
import { type Destination, type Outlet, outletTo, outletToSync } from './outlet.node.js'
import { OutletSink } from './outlet-sink.node.js'
import { ReadingFile, type ReadOptions } from './reading-file.js'
import { systemError } from './system-error.js'
import { type WriteOptions, WritingFile } from './writing-file.js'

/** How a file of the system is opened for reading. */
export interface ReadFromOptions extends Omit<ReadOptions, 'whenGone'> {
  /** First byte; default 0. Pipes and devices are read from where they stand. */
  readonly offset?: number
  /** Most bytes; default all there are. */
  readonly length?: number
  /** Bytes of the ring that it is read ahead into, 4 KiB to 1 GiB, rounded up to a power of two; default 1 MiB. */
  readonly prefetch?: number
}

/** How a file, socket or stream of the system is opened for writing. */
export interface WriteToOptions extends Omit<WriteOptions, 'whenAlone'> {
  /** Bytes of the ring where small writes are gathered, 4 KiB to 1 GiB, rounded up to a power of two; default 256 KiB. */
  readonly gather?: number
}

const ringSize = (bytes: number, what: string): number => {
  if (bytes >= 4096 && bytes <= 2 ** 30) return roundCapacity(bytes, 4096)
  throw new StreamlineError('SL_USAGE', `${what} cannot be ${bytes} bytes`, { hint: 'Choose 4096 to 1073741824.' })
}

const readingFrom = (arena: Arena, file: DiskFile, options: ReadFromOptions, isSync: boolean): ReadingFile => {
  const { offset = 0, length = Number.POSITIVE_INFINITY, prefetch = 2 ** 20 } = options
  if (!Number.isSafeInteger(offset) || !(offset >= 0 && length >= 0)) {
    throw new StreamlineError('SL_USAGE', `cannot read ${length} bytes at ${offset}`, {
      hint: 'Give positive numbers.',
    })
  }
  const range = { from: offset, to: offset + length, prefetch: ringSize(prefetch, 'prefetch'), isSync }
  return new ReadingFile(new DiskSource(arena, file, range), options)
}

/**
 * Opens a file of the system as a buffer (§6.1, "Disk access"): its bytes are read by the system into a c ring in the
 * arena, ahead of who reads them. `seek` goes to any byte. Spliced to a socket, it does not come into the arena at all;
 * spliced to a ring, the system reads it into that.
 * @throws SL_NO_FILE, SL_IS_DIRECTORY, SL_PERMISSION, SL_IO, SL_ARENA_FULL, SL_USAGE
 */
export const openReadFrom = async (
  arena: Arena,
  name: FileName,
  options: ReadFromOptions = {},
): Promise<ReadingFile> => {
  const file = await openDisk(name).catch((error) => {
    throw systemError(error, 'open a file')
  })
  try {
    return readingFrom(arena, file, options, false)
  } catch (error) {
    await file.close()
    throw error
  }
}

/**
 * The same for a thread that stands still (`…Sync`, `try…`): nothing is read ahead but by the system, a quarter of
 * `prefetch` at once.
 */
export const openReadFromSync = (arena: Arena, name: FileName, options: ReadFromOptions = {}): ReadingFile => {
  let file: DiskFile
  try {
    file = openDiskSync(name)
  } catch (error) {
    throw systemError(error, 'open a file')
  }
  try {
    return readingFrom(arena, file, options, true)
  } catch (error) {
    file.closeSync()
    throw error
  }
}

const writingTo = (arena: Arena, outlet: Outlet, options: WriteToOptions, isSync: boolean): WritingFile => {
  const sink = new OutletSink(arena, outlet, ringSize(options.gather ?? 2 ** 18, 'gather'), isSync)
  return new WritingFile(arena, sink, { ...options, whenAlone: 'drop' })
}

/**
 * Opens a path, descriptor, `FileHandle` or stream for writing, as `openWrite` does a ring: blocks go out one after the
 * other, without borders. Small ones are gathered; of 16 KB and more they are written from where they lie, so a socket or
 * file gets the blocks of a ring without a copy. `close` waits until all has gone; only a path is closed then, streams
 * are not ended. `abort`, and a signal, destroy a stream on which something is under way.
 * @throws SL_NO_FILE, SL_IS_DIRECTORY, SL_PERMISSION, SL_DISK_FULL, SL_BROKEN_PIPE, SL_IO, SL_ARENA_FULL, SL_USAGE
 */
export const openWriteTo = async (
  arena: Arena,
  to: Destination,
  options: WriteToOptions = {},
): Promise<WritingFile> => {
  let outlet: Outlet | undefined
  try {
    outlet = await outletTo(to)
    await outlet.take()
    return writingTo(arena, outlet, options, false)
  } catch (error) {
    await outlet?.give()
    throw systemError(error, 'open a file')
  }
}

/** The same for a thread that stands still: a path or a descriptor. */
export const openWriteToSync = (arena: Arena, to: string | URL | number, options: WriteToOptions = {}): WritingFile => {
  let outlet: DescriptorOutlet | undefined
  try {
    outlet = outletToSync(to)
    return writingTo(arena, outlet, options, true)
  } catch (error) {
    outlet?.giveSync()
    throw systemError(error, 'open a file')
  }
}
