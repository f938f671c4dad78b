import { type Context, type Held, type Instance, StreamlineError } from '@netstreamline/core'
import type { SharedRingWriter } from '@netstreamline/rings/node'

/** How a ring is made for what comes in. */
export interface RingSinkOptions {
  readonly name: string
  readonly bytes: number
  readonly strategy: 'srp' | 'mrp' | 'frp'
  readonly readers: number
  readonly access: 'user' | 'group' | 'other'
}

/**
 * Copies the data of all blocks into a ring that other processes read. What finds no room is held, and holds back
 * those above, until readers have made some.
 */
export const createRingSink = (options: RingSinkOptions, context: Context): Instance => {
  const waiting: Held[] = []
  let writer: SharedRingWriter | undefined
  let stopped = false

  const put = (at: number, length: number): boolean => {
    const ring = writer!
    if (length > ring.maxBlock) {
      throw new StreamlineError('SL_RING', `a block of ${length} bytes does not fit the ring ${options.name}`, {
        hint: `Its limit is ${ring.maxBlock} bytes: choose a larger size.`,
        limit: ring.maxBlock,
      })
    }
    return ring.write(context.bytes.subarray(at, at + length)) >= 0
  }
  const drain = async (): Promise<void> => {
    while (waiting.length > 0 && !stopped) {
      const held = waiting[0]!
      if (put(held.offset, held.length)) {
        held.release()
        waiting.shift()
      } else await writer!.waitRoom(100)
    }
  }

  return {
    async start() {
      const { createSharedRing } = await import('#shared')
      writer = createSharedRing(options)
    },
    process(block) {
      if (block.length > 0 && (waiting.length > 0 || !put(block.offset, block.length)))
        waiting.push(context.hold(block))
      return block.classifier || 1
    },
    credit: () => (waiting.length > 0 ? 0 : Number.POSITIVE_INFINITY),
    ready: drain,
    async finish() {
      await drain()
      writer?.end()
    },
    stop() {
      stopped = true
      for (const held of waiting.splice(0)) held.release()
      writer?.close()
    },
    counters: () => ({
      bytesWritten: writer?.bytes ?? 0,
      readers: writer?.joined ?? 0,
      full: writer?.full ?? 0,
    }),
  }
}
