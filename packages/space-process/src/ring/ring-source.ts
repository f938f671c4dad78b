import { type Batch, type Context, type Instance, type Ring, StreamlineError } from '@netstreamline/core'
import type { SharedRingReader } from '@netstreamline/rings/node'

export interface RingSourceOptions {
  readonly name: string
  readonly strategy: 'srp' | 'mrp' | 'frp' | undefined
  readonly from: 'live' | 'oldest'
  readonly kind: number
}

/** Bytes that one pull copies at most, beside one block of any size. */
const BREATH = 256 << 10

/** Hands on the blocks of another process's ring. They are copied: two memories are no longer one. */
export const createRingSource = (options: RingSourceOptions, context: Context): Instance => {
  let reader: SharedRingReader | undefined
  let heap: Uint8Array = new Uint8Array(0)
  let ring: Ring | undefined
  let position = 0

  const add = (batch: Batch, offset: number, length: number): void => {
    const n = batch.count++
    batch.offset[n] = offset
    batch.length[n] = length
    batch.kind[n] = options.kind
    batch.wireLength[n] = length
    const now = Date.now()
    batch.seconds[n] = Math.floor(now / 1000)
    batch.nanoseconds[n] = (now % 1000) * 1e6
    batch.position[n] = position
    position += length
  }
  /** Blocks that are there now, as many as fit. */
  const take = (batch: Batch): void => {
    const from = reader!
    const { base, size } = ring!
    let used = 0
    while (batch.count < batch.limit && from.peek() >= 0) {
      const length = from.area.kind === 'c' ? Math.min(from.length, size - used) : from.length
      if (length > size - used) return
      context.bytes.set(heap.subarray(from.offset, from.offset + length), base + used)
      const isWhole = from.intact()
      if (from.area.kind === 'c') from.consume(length)
      else from.next()
      if (!isWhole) continue
      if (length > 0) add(batch, base + used, length)
      used += length
      if (used === size) return
    }
    from.release()
  }
  const end = (batch: Batch): void => {
    batch.end = true
    if (reader!.state === 'gone') {
      throw new StreamlineError('SL_RING_NAME', `the producer of the ring ${options.name} has died`, {
        hint: 'Everything that it had published came through.',
      })
    }
  }
  /** For a block larger than all before: what was handed on has been used when this is called. */
  const makeRoom = (): void => {
    const from = reader!
    if (from.area.kind === 'c' || from.peek() < 0 || from.length <= ring!.size) return
    ring!.free()
    ring = context.alloc(from.length)
  }
  const pull = async (batch: Batch): Promise<void> => {
    try {
      if (reader!.peek() < 0) await reader!.wait(200)
      makeRoom()
      ring!.reclaim(ring!.base, ring!.size)
      batch.ring = ring!.id
      take(batch)
      if (batch.count === 0 && reader!.state !== 'open') end(batch)
    } catch (error) {
      batch.end = true
      context.fail(error)
    }
  }

  return {
    async start() {
      const { openSharedRing } = await import('#shared')
      reader = openSharedRing(options.name, options)
      heap = new Uint8Array(reader.area.buffer)
      ring = context.alloc(BREATH)
    },
    pull,
    stop() {
      reader?.close()
    },
    counters: () => ({
      bytesRead: position,
      lostBlocks: reader?.lostBlocks ?? 0,
      lostBytes: reader?.lostBytes ?? 0,
    }),
  }
}
