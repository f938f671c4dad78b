import { type Context, GAP, type Instance } from '@netstreamline/core'
import { openWrite } from '#io'
import { BufferedOutput } from '../io/buffered-output.js'
import type { Output } from '../io.js'

/** Writes the data of all blocks to one file, pipe or device, or to standard output. */
export const createOneFile = (path: string, append: boolean, context: Context): Instance => {
  let output: Output | undefined
  let buffer: BufferedOutput | undefined
  let gaps = 0
  let blocks = 0
  let complete = false
  return {
    async start() {
      output = await openWrite(path, append)
      buffer = new BufferedOutput(output, (e) => context.fail(e))
    },
    process(block) {
      if (block.flags & GAP) gaps++
      if (block.flags === 0) {
        blocks++
        const out = buffer as BufferedOutput
        const at = out.reserve(block.length)
        out.bytes.set(block.bytes.subarray(block.offset, block.offset + block.length), at)
      }
      return block.classifier || 1
    },
    async finish() {
      complete = true
      // An empty stream is an empty file, also where one with content was.
      if (blocks === 0) await output?.write(new Uint8Array(0), 0, 0)
      await buffer?.flush()
    },
    async stop() {
      const discard = blocks === 0 && !complete
      await buffer?.flush()
      output?.close(discard)
      output = undefined
    },
    credit: () => buffer?.credit() ?? 0,
    ready: async () => buffer?.ready(),
    counters: () => ({ files: buffer ? 1 : 0, bytesWritten: buffer?.written ?? 0, gaps }),
  }
}
