import { StreamlineError } from '@netstreamline/core'
import type { Input } from '../io.js'
import { fromChunks } from './chunks.js'

/** Compressed bytes given to zlib at a time: bounds what one step can expand to (deflate: 1032 times, 16 MiB). */
const STEP = 16384

export const gunzip = async (input: Input): Promise<Input> => {
  const { createGunzip } = await import('node:zlib')
  const unzip = createGunzip()
  const ready: Uint8Array[] = []
  let failure: Error | undefined
  let ended = false
  unzip.on('data', (chunk: Uint8Array) => ready.push(chunk))
  unzip.on('error', (e) => {
    failure = e
  })
  const step = async (): Promise<void> => {
    const compressed = new Uint8Array(STEP)
    const n = await input.read(compressed, 0, STEP)
    await new Promise<void>((resolve) => {
      // 'close' also follows an error and an early end; the callback alone would then never come.
      unzip.once('close', resolve)
      const done = (): void => {
        unzip.off('close', resolve)
        resolve()
      }
      if (n > 0) unzip.write(compressed.subarray(0, n), done)
      else unzip.end()
    })
    ended = n === 0
  }
  const next = async (): Promise<Uint8Array | undefined> => {
    // What was unpacked before an error is handed out before the error.
    while (ready.length === 0 && !failure && !ended) await step()
    const chunk = ready.shift()
    if (!chunk && failure)
      throw new StreamlineError('SL_CAPTURE', `damaged gzip data: ${failure.message}`, {
        hint: 'Test the file with `gzip -t`. What could be unpacked has been delivered.',
      })
    return chunk
  }
  return fromChunks(next, () => {
    unzip.destroy()
    input.close()
  })
}
