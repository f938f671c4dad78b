import { StreamlineError } from '@netstreamline/core'
import { loadNative } from '../native/load.node.js'
import type { NativeRings } from '../native/types.js'
import { type DiskFile, type FileName, openDisk } from './disk-file.node.js'
import { type Destination, type Outlet, outletTo } from './outlet.node.js'
import { checkSignal, orInterrupted, pauseToRetry } from './pause.node.js'
import { codeOf, systemError } from './system-error.js'

/** What of a file is sent, and how. */
export interface SendOptions {
  /** First byte; default 0. Pipes and devices are read from where they stand. */
  readonly offset?: number
  /** Most bytes; default all there are. */
  readonly length?: number
  /** Ends the sending with SL_INTERRUPTED. What was sent before stays sent. */
  readonly signal?: AbortSignal
  /** Bytes of each of the two buffers where the system cannot do it alone; default 256 KiB. */
  readonly bufferBytes?: number
  /** For tests: what does it instead of the native part of this package; null: nothing. */
  readonly native?: Movers | null
}

/** What the system can do. */
export type Movers = Pick<NativeRings, 'sendfile' | 'splice'>

/** What of an open file is sent to an open outlet. */
export interface Task {
  readonly offset: number
  readonly length: number
  readonly signal?: AbortSignal
  readonly native: Movers | undefined
  readonly bufferBytes?: number
  /** Told of all that was sent. */
  count?(bytes: number): void
}

/** Asked of the system at once. It comes back earlier, whatever it has moved, so that a signal is heard. */
const AT_ONCE = 2 ** 30

/**
 * How long the system waits for a receiver that is about to be ready, ms. One that is not is asked again now and then,
 * so that many slow ones do not take all threads of libuv's pool.
 */
const PATIENCE = 2

/** What is moved for nothing if its pair of descriptors cannot be served: appending, file systems without pages. */
const CANNOT = new Set(['EINVAL', 'ENOSYS', 'EOPNOTSUPP'])

/**
 * Sends a file to a descriptor, socket or stream, or copies it to another path, and returns the number of bytes: fewer
 * than asked for if the file ends before, also because it became shorter meanwhile; with what is added before its end
 * was found. No byte goes through JavaScript if the system can move them by itself (sendfile, splice; needs the native
 * part of this package, and a file, plain socket or pipe to go to, or the response of an HTTP server that says its
 * `Content-Length`). Else they are copied through two buffers, of which one is filled while the other is written.
 *
 * Write nothing else to a stream until it is done. A stream is not ended.
 * @throws SL_NO_FILE, SL_IS_DIRECTORY, SL_PERMISSION, SL_BROKEN_PIPE, SL_DISK_FULL, SL_IO, SL_INTERRUPTED, SL_USAGE
 */
export const sendFile = async (from: FileName, to: Destination, options: SendOptions = {}): Promise<number> => {
  const { offset = 0, length = Number.POSITIVE_INFINITY, signal, bufferBytes } = options
  const isWhole = Number.isSafeInteger(offset) && offset >= 0 && length >= 0
  if (!isWhole || !((bufferBytes ?? 1) >= 1)) {
    throw new StreamlineError('SL_USAGE', `cannot send ${length} bytes at ${offset}`, {
      hint: 'Give positive numbers.',
    })
  }
  const native = options.native === undefined ? loadNative() : (options.native ?? undefined)
  let file: DiskFile | undefined
  let outlet: Outlet | undefined
  try {
    checkSignal(signal)
    file = await openDisk(from)
    outlet = await outletTo(to)
    await orInterrupted(outlet.take(), signal)
    return await send(file, outlet, { offset, length, signal, native, bufferBytes })
  } catch (error) {
    throw systemError(error, 'send a file')
  } finally {
    await outlet?.give()
    await file?.close()
  }
}

/** From an open file to an outlet that was taken; see `sendFile`. */
export const send = async (file: DiskFile, outlet: Outlet, task: Task): Promise<number> => {
  if (outlet.takesNothing) return 0
  if (task.native === undefined || outlet.fd === undefined) return copyAll(file, outlet, task)
  let sent: number | undefined
  outlet.keepOut()
  try {
    sent = await moveAll(file, outlet, task)
  } finally {
    outlet.letIn()
  }
  return sent ?? copyAll(file, outlet, task)
}

/** By the system; undefined: it cannot, and nothing was moved. */
const moveAll = async (file: DiskFile, outlet: Outlet, task: Task): Promise<number | undefined> => {
  const { offset, length, signal } = task
  const native = task.native!
  const move = (at: number, most: number, ms: number): Promise<number> => {
    outlet.moved()
    const to = outlet.fd
    if (to === undefined) throw systemError({ code: 'EPIPE', message: 'the stream has gone' }, 'send a file')
    return file.isRegular ? native.sendfile(to, file.fd, at, most, ms) : native.splice(to, file.fd, most, ms)
  }
  let sent = 0
  let tries = 0
  while (sent < length) {
    checkSignal(signal)
    let n = 0
    try {
      n = await move(offset + sent, Math.min(length - sent, AT_ONCE), tries === 0 ? PATIENCE : 0)
    } catch (error) {
      outlet.moved()
      if (sent === 0 && CANNOT.has(codeOf(error)!)) return undefined
      throw error
    }
    outlet.moved()
    if (n === 0) break
    sent += Math.max(n, 0)
    task.count?.(Math.max(n, 0))
    if (n < 0) await pauseToRetry(tries++, signal)
    else tries = 0
  }
  return sent
}

/** Through two buffers. */
const copyAll = async (file: DiskFile, outlet: Outlet, task: Task): Promise<number> => {
  const { offset, length, signal, bufferBytes = 2 ** 18 } = task
  let free = new Uint8Array(bufferBytes)
  let next = new Uint8Array(bufferBytes)
  let asked = 0
  const read = async (into: Uint8Array): Promise<Uint8Array> => {
    const most = Math.min(into.length, length - asked)
    const n = most > 0 ? await file.read(into, 0, most, offset + asked, signal) : 0
    asked += n
    return into.subarray(0, n)
  }
  let sent = 0
  let filled = await read(free)
  while (filled.length > 0) {
    checkSignal(signal)
    // Waited for together: neither may be left behind when the other fails.
    const [result, written] = await Promise.allSettled([read(next), orInterrupted(outlet.write(filled), signal)])
    if (written.status === 'rejected') throw written.reason
    sent += filled.length
    task.count?.(filled.length)
    outlet.moved()
    if (result.status === 'rejected') throw result.reason
    filled = result.value
    ;[free, next] = outlet.isDoneInTime ? [next, free] : [next, new Uint8Array(bufferBytes)]
  }
  checkSignal(signal)
  return sent
}
