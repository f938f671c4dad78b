import { createSharedRing, type SharedRingOptions, type SharedRingWriter } from '../shared/create.node.js'
import { commonArena } from '../shared/native.node.js'
import { type OpenRingOptions, openSharedRing, type SharedRingReader } from '../shared/open.node.js'
import { ReadingFile, type ReadOptions } from './reading-file.js'
import { RingSink } from './ring-sink.js'
import { RingSource } from './ring-source.js'
import type { Use } from './source.js'
import { type WriteOptions, WritingFile } from './writing-file.js'

/** The ring of another process. Closing the file unmaps it. */
class SharedSource extends RingSource {
  private readonly shared: SharedRingReader

  constructor(name: string, options: OpenRingOptions) {
    const { arena = commonArena(), ...where } = options
    const reader = openSharedRing(name, { ...where, arena })
    super(arena, reader, () => openSharedRing(name, { ...where, arena, strategy: 'srp', from: 'oldest' }))
    this.shared = reader
  }

  override hold(use: Use, mark: number): boolean {
    // Also the memory of a ring that has moved on is needed until then.
    this.shared.keepLeft(true)
    return super.hold(use, mark)
  }

  override settle(): boolean {
    const isFree = super.settle()
    if (isFree) this.shared.keepLeft(false)
    return isFree
  }

  override abandon(): void {
    super.abandon()
    this.shared.close()
  }
}

/** A ring that other processes read. Closing the file takes its name away. */
class SharedSink extends RingSink {
  private readonly shared: SharedRingWriter

  constructor(options: SharedRingOptions) {
    const { arena = commonArena() } = options
    const writer = createSharedRing({ ...options, arena })
    super(arena, writer)
    this.shared = writer
  }

  async give(): Promise<void> {
    this.shared.close()
  }

  giveSync(): void {
    this.shared.close()
  }
}

/**
 * Opens the ring with that name for reading, see `openSharedRing`.
 * @throws SL_RING_NATIVE, SL_RING_NAME, SL_RING_ACCESS, SL_RING_FULL, SL_RING_MEMORY, SL_RING, SL_ARENA_FULL
 */
export const openReadShared = (name: string, options: OpenRingOptions & ReadOptions = {}): ReadingFile =>
  new ReadingFile(new SharedSource(name, options), options)

/**
 * Makes a ring that other processes find by its name, see `createSharedRing`, and opens it for writing. By default it
 * waits for its first reader.
 * @throws SL_RING_NATIVE, SL_RING_NAME, SL_RING_ACCESS, SL_RING_MEMORY, SL_ARENA_FULL, SL_USAGE
 */
export const openWriteShared = (options: SharedRingOptions & WriteOptions): WritingFile => {
  const whenAlone = options.whenAlone ?? ((options.strategy ?? 'srp') === 'srp' ? 'fail' : 'drop')
  const { arena = commonArena() } = options
  return new WritingFile(arena, new SharedSink({ ...options, arena }), { ...options, whenAlone })
}
