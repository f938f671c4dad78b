import type { RingKind } from '../format.js'
import type { RingWriter } from '../ring/writer.js'
import type { BlockSource } from './source.js'

/** Memory of a ring, to be written by others than `put`; as of a RingWriter. */
export interface Room {
  /** Offset in the arena of a place for `length` bytes, -1: none now. @throws SL_RING, SL_USAGE */
  reserve(length: number): number
  /** Bytes that were granted; of a c ring perhaps fewer. */
  readonly reserved: number
  /** So many of them are a piece now. */
  commit(length: number): void
}

/** What a writing file writes: pieces of blocks, as {@link BlockSource} shows them. */
export interface BlockSink {
  readonly kind: RingKind
  /** The ring with many readers that it is. */
  readonly writer?: RingWriter
  /** Bytes of the largest piece, and of those into which a larger block is cut. */
  readonly maxPiece: number
  readonly cut: number
  /** Readers that have ever joined, and those that are there now. */
  readonly joined: number
  readonly readers: number
  /** Changes when something was published; who is alone is looked up then. */
  readonly published: number
  /**
   * Copies a piece in. Bytes taken, of a c ring perhaps fewer; -1: no room. If `isWhole` says after the copy that the
   * bytes were not what they seemed, nothing is written and 0 returned. @throws SL_RING
   */
  put(bytes: Uint8Array, more: boolean, isWhole?: () => boolean): number
  /** Is there room for a piece of `length` bytes (c: for any)? */
  hasRoom(length: number): boolean
  /** Is this a ring of indices, which may refer to what a source shows? Then `link` does it (splice). */
  readonly isIndex: boolean
  /**
   * Writes an index to `length` bytes at `offset` of the arena, which `source` shows. True: taken. False: no room.
   * undefined: cannot, it must be copied.
   */
  link(source: BlockSource, offset: number, length: number, more: boolean): boolean | undefined
  /** Where blocks can be read to directly. */
  readonly room?: Room
  /**
   * `pass` is worth while from so many bytes on. It takes all of them without a copy, but they must stay as they are
   * until it resolves; nothing else is put meanwhile.
   */
  readonly passFrom?: number
  pass?(bytes: Uint8Array): Promise<void>
  passSync?(bytes: Uint8Array): void
  /** Shows everything to readers. */
  publish(): void
  /** Sleeps until there may be room for `length` bytes, at most `ms`; both may come back early. */
  waitSync(length: number, ms: number): void
  wait(length: number, ms: number): Promise<void>
  /** Ends a sleep in this thread. */
  wake(): void
  /** Nothing follows. */
  end(): void
  /** Of what goes on to somewhere else: why nothing does any more, and who is told of that. */
  readonly problem?: unknown
  onProblem: (() => void) | undefined
  /** Everything written has arrived there. @throws why it could not */
  drain?(): Promise<void>
  drainSync?(): void
  /** What has not arrived there need not. */
  abandon?(): void
  /** After `end`: closes what was opened for it. */
  give?(): Promise<void>
  giveSync?(): void
}
