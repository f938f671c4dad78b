import type { DiskSource } from './disk-source.node.js'
import { OutletSink } from './outlet-sink.node.js'
import type { ReadingFile } from './reading-file.js'
import type { SpliceLimit } from './splice.js'
import { systemError } from './system-error.js'
import type { WritingFile } from './writing-file.js'

/** How much is moved past the arena; -1: it has to go through it. */
const most = ({ file, range }: DiskSource, from: ReadingFile, to: WritingFile, limit: SpliceLimit): number => {
  if (!file.isRegular || limit.blocks !== undefined || to.isInside) return -1
  return Math.max(0, Math.min(limit.bytes ?? Number.POSITIVE_INFINITY, range.to - from.next))
}

/**
 * Moves a file without its own ring: to a socket or another file by the system (sendfile), to a ring by reading into
 * its memory. What was read ahead is read once more.
 */
export const giveDirectly = (
  source: DiskSource,
  from: ReadingFile,
  to: WritingFile,
  limit: SpliceLimit,
): Promise<number> | undefined => {
  const { file, prefetch } = source
  const { sink } = to
  const isOut = sink instanceof OutletSink && !sink.isSync
  if (source.range.isSync || (!isOut && sink.room === undefined)) return undefined
  from.begin()
  const bytes = most(source, from, to, limit)
  if (bytes < 0) return undefined
  const start = from.next
  const stop = new AbortController()
  let moved = 0
  const count = (n: number): void => {
    moved += n
  }
  const work = async (): Promise<void> => {
    await prefetch.halt()
    try {
      if (isOut) await to.inTurn(() => sink.send(file, { offset: start, length: bytes, signal: stop.signal, count }))
      else {
        const read = async (heap: Uint8Array, place: number, length: number): Promise<number> => {
          const n = await file.read(heap, place, length, start + moved)
          moved += n
          return n
        }
        await to.fill(bytes, read, () => from.isClosed)
      }
    } catch (error) {
      // Whoever closed one of them knows why.
      to.check()
      if (!from.isClosed) throw systemError(error, 'splice a file')
    } finally {
      if (!from.isClosed) {
        prefetch.isHalted = false
        from.resume(start + moved)
      }
    }
  }
  const end = (): void => {
    stop.abort()
    sink.wake()
  }
  const moving = work()
  return from
    .lend(moving, end)
    .then(() => moving)
    .then(() => moved)
}

/** The same in a thread that stands still: only to a ring. */
export const giveDirectlySync = (
  source: DiskSource,
  from: ReadingFile,
  to: WritingFile,
  limit: SpliceLimit,
): number | undefined => {
  if (!source.range.isSync || to.sink.room === undefined) return undefined
  from.begin()
  const bytes = most(source, from, to, limit)
  if (bytes < 0) return undefined
  const start = from.next
  let moved = 0
  try {
    to.fillSync(bytes, (heap, place, length) => {
      const n = source.file.readSync(heap, place, length, start + moved)
      moved += n
      return n
    })
  } catch (error) {
    throw systemError(error, 'splice a file')
  } finally {
    from.resume(start + moved)
  }
  return moved
}
