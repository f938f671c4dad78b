import type { Batch, Context, Instance } from '@netstreamline/core'
import { StreamlineError } from '@netstreamline/core'
import { openRead } from '#io'
import type { Input } from '../io.js'
import { captureError } from './errors.js'
import { begin, openCapture } from './open.js'
import type { Reader } from './reader.js'
import type { Window } from './window.js'

/**
 * Delivers the packets of a capture `loop` times. They stay where they were read: in the source's ring, until the
 * batch after the chunk's last packet is asked for.
 */
export const createCaptureSource = (path: string, loop: number, context: Context): Instance => {
  let window: Window | undefined
  let reader: Reader | undefined
  let input: Input | undefined
  let packets = 0
  let passes = 0
  /** All passes added up, once it has stopped. */
  let bytesRead = 0
  /** Position at which this pass began: error messages count from the file's begin. */
  let start = 0
  /** Packets of the passes before this one. */
  let before = 0
  let ended = false

  const fail = (batch: Batch, error: unknown): void => {
    ended = batch.end = true
    context.fail(error)
  }

  const finish = (batch: Batch): void => {
    ended = batch.end = true
  }

  /** Begins the next pass. */
  const again = async (batch: Batch, w: Window): Promise<void> => {
    start = w.position
    before = packets
    if (input?.rewind && w.input === input) input.rewind()
    else {
      w.close()
      input = await openRead(path)
      // Stopped while the file was being opened.
      if (ended) return input.close()
      w.attach(input)
    }
    w.eof = false
    reader = await begin(w, input, path)
    return pull(batch)
  }

  const pull = (batch: Batch): void | Promise<void> => {
    if (ended || !window || !reader) return finish(batch)
    const first = batch.count
    if (first >= batch.limit) return
    for (;;) {
      batch.ring = window.ring.id
      const more = reader.fill(window, batch)
      // What is wrong with the next record is said when the packets before it are through. Reading on would
      // overwrite what the batch refers to.
      if (batch.count > 0) {
        packets += batch.count - first
        return
      }
      if (reader.error !== undefined) return stopAt(batch, reader.error)
      if (!more) return
      try {
        const waiting = window.refill()
        if (waiting) return waiting.then(() => arrived(batch)).catch((e) => fail(batch, e))
      } catch (e) {
        return fail(batch, e)
      }
      if (window.eof) return arrived(batch)
    }
  }

  const arrived = (batch: Batch): void | Promise<void> => {
    if (ended || !window || !reader) return finish(batch)
    if (!window.eof) return pull(batch)
    const wrong = reader.end(window, window.end - window.at)
    if (wrong !== undefined) return stopAt(batch, wrong)
    passes++
    // However often it is repeated, an empty capture stays empty.
    if (passes >= loop || packets === before) return finish(batch)
    return again(batch, window).catch((e) => fail(batch, e))
  }

  const stopAt = (batch: Batch, message: string): void =>
    fail(batch, captureError(message, { packets, offset: (window as Window).position - start, path }))

  return {
    async start() {
      if (path === '-' && loop > 1)
        throw new StreamlineError('SL_OPTION', 'standard input can be read only once', {
          hint: 'Leave `loop` out, or name a file.',
        })
      ;({ window, reader, input } = await openCapture(path, (bytes) => ({
        bytes: context.bytes,
        ring: context.alloc(bytes),
      })))
    },
    pull,
    stop() {
      ended = true
      bytesRead = window?.position ?? bytesRead
      window?.close()
      window = undefined
    },
    counters: () => ({ packets, bytesRead: window?.position ?? bytesRead, passes }),
  }
}
