import { Readable } from 'node:stream'
import { copyNext, tryCopy } from './copies.js'
import type { ReadingFile } from './reading-file.js'
import { isTurnDue, takeTurn } from './turns.js'

/** How a file becomes a stream of Node. */
export interface ReadableOptions {
  /** One chunk for each block (object mode); default true but of a c ring and of a file of the system. */
  readonly blocks?: boolean
  /** Most that is read before it is asked for: bytes (default 64 KiB), or blocks (default 16). */
  readonly highWaterMark?: number
  /** Largest chunk of bytes; default 64 KiB. */
  readonly chunkBytes?: number
}

class FileReadable extends Readable {
  private readonly file: ReadingFile
  private readonly next: () => Promise<Uint8Array | null>
  private readonly tryNext: () => Uint8Array | null | undefined

  constructor(file: ReadingFile, { blocks = file.kind !== 'c', highWaterMark, chunkBytes = 65536 }: ReadableOptions) {
    super({ objectMode: blocks, highWaterMark: highWaterMark ?? (blocks ? 16 : 65536) })
    this.file = file
    this.next = blocks ? () => file.readBlock() : () => copyNext(file, chunkBytes)
    this.tryNext = blocks ? () => file.tryReadBlock() : () => tryCopy(file, chunkBytes)
  }

  override _read(): void {
    if (isTurnDue()) void takeTurn().then(this.look)
    else this.look()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.file.close().then(
      () => done(error),
      (problem) => done(error ?? problem),
    )
  }

  private readonly look = (): void => {
    if (this.destroyed) return
    try {
      const block = this.tryNext()
      if (block !== undefined) this.give(block)
      else this.next().then(this.give, this.fail)
    } catch (error) {
      this.fail(error)
    }
  }

  private readonly give = (block: Uint8Array | null): void => {
    if (!this.destroyed) this.push(block && Buffer.from(block.buffer, block.byteOffset, block.byteLength))
  }

  private readonly fail = (error: unknown): void => {
    // Destroying it has closed the file.
    if (!this.destroyed) this.destroy(error as Error)
  }
}

/**
 * A file as a `Readable` of Node, of Buffers: for `pipeline`, `pipe`, `for await`. It reads ahead `highWaterMark` only,
 * so that the ring holds its writer back. At its end and when it is destroyed the file is closed; errors of the file
 * destroy it.
 */
export const toReadable = (file: ReadingFile, options: ReadableOptions = {}): Readable =>
  new FileReadable(file, options)
