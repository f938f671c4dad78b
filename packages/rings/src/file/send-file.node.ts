import { StreamlineError } from '@netstreamline/core'
import { loadNative } from '../native/load.node.js'
import type { NativeRings } from '../native/types.js'
import { type DiskFile, type FileName, openDisk } from './disk-file.node.js'
import { type Destination, type Outlet, outletTo } from './outlet.node.js'
import { checkSignal } from './pause.node.js'
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
  readonly native?: Pick<NativeRings, 'sendfile'> | null
}

/** Asked of the system at once. It comes back earlier, whatever it has moved, so that a signal is heard. */
const AT_ONCE = 2 ** 30

/**
 * Sends a file to a descriptor, socket or stream, and returns the number of bytes: fewer than asked for if the file
 * ends before, also because it became shorter meanwhile. No byte goes through JavaScript if the system can move them
 * by itself (sendfile; needs the native part of this package, and a file, plain socket or pipe to go to). Else they
 * are copied through two buffers, of which one is filled while the other is written.
 *
 * What others write to the same stream meanwhile comes after it. A stream is not ended.
 * @throws SL_NO_FILE, SL_IS_DIRECTORY, SL_PERMISSION, SL_BROKEN_PIPE, SL_DISK_FULL, SL_IO, SL_INTERRUPTED, SL_USAGE
 */
export const sendFile = async (from: FileName, to: Destination, options: SendOptions = {}): Promise<number> => {
  const { offset = 0, length = Number.POSITIVE_INFINITY, signal } = options
  if (!(Number.isSafeInteger(offset) && offset >= 0 && length >= 0)) {
    throw new StreamlineError('SL_USAGE', `cannot send ${length} bytes at ${offset}`, {
      hint: 'Give positive numbers.',
    })
  }
  const native = options.native === undefined ? loadNative() : (options.native ?? undefined)
  const outlet = outletTo(to, signal)
  let file: DiskFile | undefined
  try {
    checkSignal(signal)
    file = await openDisk(from)
    await outlet.take()
    const send = native !== undefined && file.isRegular && outlet.fd !== undefined ? moveAll : copyAll
    return await send(file, outlet, { offset, length, signal, native, bufferBytes: options.bufferBytes })
  } catch (error) {
    throw systemError(error, 'send a file')
  } finally {
    outlet.give()
    await file?.close()
  }
}

interface Task {
  readonly offset: number
  readonly length: number
  readonly signal: AbortSignal | undefined
  readonly native: Pick<NativeRings, 'sendfile'> | undefined
  readonly bufferBytes: number | undefined
}

/** By the system. */
const moveAll = async (file: DiskFile, outlet: Outlet, task: Task): Promise<number> => {
  const { offset, length, signal } = task
  let sent = 0
  while (sent < length) {
    checkSignal(signal)
    let n = 0
    try {
      n = await task.native!.sendfile(outlet.fd!, file.fd, offset + sent, Math.min(length - sent, AT_ONCE))
    } catch (error) {
      // Some pairs of descriptors it cannot serve: files opened for appending, file systems without pages.
      if (sent > 0 || (codeOf(error) !== 'EINVAL' && codeOf(error) !== 'ENOSYS')) throw error
      return copyAll(file, outlet, task)
    }
    sent += n
    outlet.moved()
    // Nothing: it is at the end, which may have come nearer, or nobody takes anything at the moment.
    if (n === 0 && (await file.size()) <= offset + sent) break
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
    const n = await file.read(into, 0, Math.min(into.length, length - asked), offset + asked)
    asked += n
    return into.subarray(0, n)
  }
  let sent = 0
  let filled = await read(free)
  while (filled.length > 0) {
    checkSignal(signal)
    const writing = outlet.write(filled)
    // Waited for together: neither may be left behind when the other fails.
    const [result, written] = await Promise.allSettled([read(next), writing])
    if (written.status === 'rejected') throw written.reason
    sent += filled.length
    outlet.moved()
    if (result.status === 'rejected') throw result.reason
    filled = result.value
    ;[free, next] = outlet.isDoneInTime ? [next, free] : [next, new Uint8Array(bufferBytes)]
  }
  return sent
}
