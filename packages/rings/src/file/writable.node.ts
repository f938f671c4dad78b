import { Writable } from 'node:stream'
import type { WritingFile } from './writing-file.js'

class FileWritable extends Writable {
  private readonly file: WritingFile

  constructor(file: WritingFile) {
    super()
    this.file = file
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    this.finish(() => this.file.put(chunk, false), done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.finish(() => this.file.close(), done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    // Has no effect after `_final`. Readers of what is not complete are told.
    this.file.abort().then(
      () => done(error),
      (problem) => done(error ?? problem),
    )
  }

  /** Calls back when the work is done, without a promise if there is none. */
  private finish(work: () => unknown, done: (error?: Error | null) => void): void {
    try {
      const result = work()
      if (result instanceof Promise) result.then(() => done(), done)
      else done()
    } catch (error) {
      done(error as Error)
    }
  }
}

/**
 * A file as a `Writable` of Node; each chunk is a block. A chunk is done when the ring has taken it, so that readers hold
 * whoever writes back. Its end closes the file; when it is destroyed before, the file is aborted, and its readers fail
 * instead of taking what they have for all. When nobody reads any more it fails (SL_BROKEN_PIPE).
 */
export const toWritable = (file: WritingFile): Writable => new FileWritable(file)
