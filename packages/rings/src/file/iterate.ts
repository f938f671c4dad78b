import type { ReadingFile } from './reading-file.js'

/** Goes on with `next` until it gives null; closes the file then, or when the loop is left. */
export const iterate = (
  file: ReadingFile,
  next: () => Promise<Uint8Array | null>,
): AsyncIterableIterator<Uint8Array> => {
  const end = async (): Promise<IteratorResult<Uint8Array>> => {
    file.closeSync()
    return { done: true, value: undefined }
  }
  // Not a generator, whose `return` would wait for a `next` that is under way.
  return {
    next: async () => {
      if (file.isClosed) return end()
      try {
        const value = await next()
        if (value !== null) return { done: false, value }
      } catch (error) {
        file.closeSync()
        throw error
      }
      return end()
    },
    return: end,
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** Copies of all blocks, for a thread that may sleep. */
export function* iterateSync(file: ReadingFile): IterableIterator<Uint8Array> {
  try {
    for (let block = file.readBlockSync(); block !== null; block = file.readBlockSync()) yield block
  } finally {
    file.closeSync()
  }
}
