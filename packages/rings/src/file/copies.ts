import { StreamlineError } from '@netstreamline/core'
import type { ReadingFile } from './reading-file.js'

/** A copy of at most `most` of the bytes that come next; undefined: nothing is there now, null: the end. */
export const tryCopy = (file: ReadingFile, most: number): Uint8Array<ArrayBuffer> | null | undefined => {
  for (;;) {
    const view = file.tryPeek(most)
    if (view === undefined || view === null) return view
    const copy = view.slice()
    // What was overwritten meanwhile counts as lost, and blocks without bytes say nothing in a stream of bytes.
    if (copy.length > 0 && file.intact()) return copy
  }
}

/** The same, when something is there. */
export const copyNext = async (file: ReadingFile, most: number): Promise<Uint8Array<ArrayBuffer> | null> => {
  for (;;) {
    const copy = tryCopy(file, most)
    if (copy !== undefined) return copy
    await file.poll(Number.POSITIVE_INFINITY)
    if (file.isClosed) return null
  }
}

/** What a stream was given, as bytes. @throws SL_USAGE */
export const bytesIn = (chunk: unknown): Uint8Array => {
  if (chunk instanceof Uint8Array) return chunk
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk)
  throw new StreamlineError('SL_USAGE', `a file takes bytes, not ${chunk === null ? 'null' : `a ${typeof chunk}`}`, {
    hint: 'Write Uint8Arrays, for example those of a TextEncoder.',
  })
}
