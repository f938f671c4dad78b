import { type Batch, type Context, type Instance, KIND, type Ring } from '@netstreamline/core'
import { openRead } from '#io'
import type { Input } from '../io.js'

/** Bytes that one pull may read while the input need not be waited for. */
const BREATH = 256 << 10

/** Delivers the bytes of a file in blocks of at most `size` bytes. */
export const createFileSource = (path: string, size: number, context: Context): Instance => {
  const slots = Math.max(1, Math.floor(BREATH / size))
  let input: Input | undefined
  let ring: Ring | undefined
  let position = 0

  const add = (batch: Batch, offset: number, length: number): void => {
    const n = batch.count++
    batch.offset[n] = offset
    batch.length[n] = length
    batch.kind[n] = KIND.bytes
    batch.wireLength[n] = length
    batch.seconds[n] = 0
    batch.nanoseconds[n] = 0
    batch.position[n] = position
    position += length
  }

  /** True while more may follow at once. */
  const took = (batch: Batch, offset: number, length: number): boolean => {
    if (length === 0) batch.end = true
    else add(batch, offset, length)
    return length > 0
  }

  return {
    async start() {
      input = await openRead(path)
      ring = context.alloc(size * slots)
    },
    pull(batch) {
      if (!input || !ring) {
        batch.end = true
        return
      }
      const { bytes } = context
      const { base } = ring
      ring.reclaim(base, ring.size)
      batch.ring = ring.id
      try {
        for (let slot = 0; slot < slots && batch.count < batch.limit; slot++) {
          const offset = base + slot * size
          const n = input.read(bytes, offset, size)
          if (typeof n !== 'number')
            return n.then(
              (m) => void took(batch, offset, m),
              (e) => {
                batch.end = true
                context.fail(e)
              },
            )
          if (!took(batch, offset, n)) return
        }
      } catch (e) {
        batch.end = true
        context.fail(e)
      }
    },
    stop() {
      input?.close()
      input = undefined
    },
    counters: () => ({ bytesRead: position }),
  }
}
