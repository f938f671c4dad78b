import type { Input } from '../io.js'

/**
 * An {@link Input} over whatever hands out chunks: `next` resolves with one, or undefined at the end. What the
 * caller has no room for waits here.
 */
export const fromChunks = (next: () => Promise<Uint8Array | undefined>, close: () => void, size?: number): Input => {
  let chunk: Uint8Array | undefined
  let at = 0
  const take = (into: Uint8Array, offset: number, length: number): number => {
    if (!chunk) return 0
    const n = Math.min(length, chunk.length - at)
    into.set(chunk.subarray(at, at + n), offset)
    at += n
    if (at === chunk.length) chunk = undefined
    return n
  }
  return {
    size,
    read(into, offset, length) {
      if (chunk) return take(into, offset, length)
      const fetchNext = async (): Promise<number> => {
        do {
          chunk = await next()
          at = 0
        } while (chunk?.length === 0)
        return take(into, offset, length)
      }
      return fetchNext()
    },
    close,
  }
}
