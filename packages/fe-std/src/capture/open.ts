import { type Batch, createBatch } from '@netstreamline/core'
import { gunzip, openRead } from '#io'
import { record, replay } from '../io/replay.js'
import type { Input } from '../io.js'
import { captureError } from './errors.js'
import { FILE_HEADER, isPcap, openPcap } from './pcap.js'
import { PcapngReader, SHB } from './pcapng.js'
import type { Reader } from './reader.js'
import { Window } from './window.js'

/** What a probe has read of standard input, and the rest of it: read again by the source that follows. */
const pending = new Map<string, Input>()

/** Opens `path` for the source itself: standard input includes what a probe has seen of it. */
const openOnce = async (path: string): Promise<Input> => {
  const input = pending.get(path)
  pending.delete(path)
  return input ?? openRead(path)
}

/** Bytes that a probe reads at a time: nearly always all that it needs. */
const PEEK = 4096

/** Memory that belongs to no space, for looking at a capture. */
const plainMemory = (size: number): ReturnType<ConstructorParameters<typeof Window>[1]> => ({
  bytes: new Uint8Array(size),
  ring: { id: 0, base: 0, size, reclaim() {}, free() {} },
})

/** Reads on until `bytes` of them are in the window or the input has ended. */
const want = async (window: Window, bytes: number): Promise<boolean> => {
  while (!window.eof && window.end - window.at < bytes) await window.refill()
  return window.end - window.at >= bytes
}

/** Finds the format of the capture at the window's front. `input` is what the window reads. */
const detect = async (window: Window, input: Input): Promise<Reader | string> => {
  if ((await want(window, 2)) && window.bytes[window.at] === 0x1f && window.bytes[window.at + 1] === 0x8b) {
    window.attach(await gunzip(replay(window.drop(), input)))
  }
  if (!(await want(window, 4)))
    return `truncated dump file; tried to read 4 file header bytes, only got ${window.end - window.at}`
  const { bytes, at } = window
  const magic = (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0
  if (magic === SHB) return new PcapngReader()
  if (!isPcap(magic)) return 'unknown file format'
  // As libpcap counts: the magic number was read before.
  if (!(await want(window, FILE_HEADER)))
    return `truncated dump file; tried to read ${FILE_HEADER} file header bytes, only got ${window.end - window.at - 4}`
  return openPcap(window)
}

/** Reads what comes before the first packet. */
const toFirstPacket = async (window: Window, reader: Reader): Promise<string | undefined> => {
  const none: Batch = createBatch(0)
  while (reader.fill(window, none) && !reader.error && !window.eof) await window.refill()
  return reader.error ?? (window.eof ? reader.end(window, window.end - window.at) : undefined)
}

/** Reads the head of the capture that `input` gives into `window`. @throws SL_CAPTURE */
export const begin = async (window: Window, input: Input, path: string): Promise<Reader> => {
  const start = window.position
  const reader = await detect(window, input)
  const wrong = typeof reader === 'string' ? reader : await toFirstPacket(window, reader)
  if (wrong !== undefined || typeof reader === 'string')
    throw captureError(wrong ?? '', { packets: 0, offset: window.position - start, path })
  return reader
}

/** Opens the capture at `path` into a window of memory that `alloc` gives. @throws SL_CAPTURE, SL_NO_FILE … */
export const openCapture = async (
  path: string,
  alloc: ConstructorParameters<typeof Window>[1],
): Promise<{ window: Window; reader: Reader; input: Input }> => {
  const input = await openOnce(path)
  const window = new Window(input, alloc)
  try {
    return { window, reader: await begin(window, input, path), input }
  } catch (e) {
    window.close()
    throw e
  }
}

/** Looks at the head of a capture and leaves standard input as if nobody had. */
export const peekCapture = async (path: string): Promise<{ reader: Reader; size?: number }> => {
  const input = await openOnce(path)
  const recorded = path === '-' ? record(input) : undefined
  const window = new Window(recorded?.input ?? input, plainMemory, PEEK)
  try {
    const reader = await begin(window, recorded?.input ?? input, path)
    return { reader, size: input.size }
  } finally {
    if (recorded) pending.set(path, replay(recorded.taken(), input))
    else window.close()
  }
}
