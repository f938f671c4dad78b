import type { Signal } from './closing.js'
import { bytesIn } from './copies.js'
import type { WritingFile } from './writing-file.js'

/**
 * A file as a Web `WritableStream`; each chunk, of bytes, is a block. A chunk is accepted when the ring has taken it, so
 * that readers hold whoever writes back. Closing the stream closes the file; aborting it aborts the file, whose readers
 * then fail instead of taking what they have for all. When nobody reads any more, the stream fails (SL_BROKEN_PIPE).
 */
export const toWritableStream = (file: WritingFile): WritableStream<Uint8Array> =>
  new WritableStream<Uint8Array>({
    start(controller) {
      const { signal } = controller as unknown as { readonly signal: Signal }
      // `abort` is not called before a write that is under way has come to its end.
      signal.addEventListener('abort', () => void file.abort().catch(() => {}))
    },
    async write(chunk) {
      await file.write(bytesIn(chunk))
    },
    close: () => file.close(),
    abort: () => file.abort(),
  })
