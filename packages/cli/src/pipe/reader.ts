import { setTimeout as sleep } from 'node:timers/promises'
import { isStreamlineError, StreamlineError } from '@netstreamline/core'
import { count } from '../format.js'
import type { Io } from '../io.js'
import { failure } from '../output.js'
import { type Interrupts, interrupts } from '../run/signals.js'
import { writeAll } from './descriptor.js'

type Reader = import('@netstreamline/rings/node').SharedRingReader
type Arena = import('@netstreamline/rings/arena').Arena
type Strategy = 'srp' | 'mrp' | 'frp' | undefined

const POLL = 20
/** Most bytes of one write of a reader that may be overtaken: it copies them first. */
const CHUNK = 65_536

/** Joins the ring; waits for a writer that has not come yet, as a FIFO does. Undefined: interrupted. */
const join = async (
  name: string,
  options: { strategy: Strategy; arena: Arena },
  stop: Interrupts,
): Promise<Reader | undefined> => {
  const { openSharedRing } = await import('@netstreamline/rings/node')
  for (;;) {
    try {
      return openSharedRing(name, { ...options, from: 'oldest' })
    } catch (error) {
      const system = isStreamlineError(error) ? error.detail['errno'] : undefined
      if (system !== 'ENOENT' && system !== 'ECONNREFUSED') throw error
    }
    if (stop.signal.aborted) return undefined
    await sleep(POLL)
  }
}

const put = async (bytes: Uint8Array, at: number, length: number): Promise<void> => {
  try {
    await writeAll(1, bytes, at, length)
  } catch (error) {
    throw failure(error)
  }
}

/** The ring to standard output: from where it lies, or by a copy if it may be overwritten meanwhile. */
const copy = async (reader: Reader, heap: Uint8Array, stop: Interrupts): Promise<void> => {
  const own = reader.strategy === 'srp' ? undefined : new Uint8Array(CHUNK)
  while (!stop.signal.aborted) {
    if (reader.peek() < 0) {
      if (reader.state !== 'open') return
      await reader.wait(100)
    } else if (own === undefined) {
      await put(heap, reader.offset, reader.length)
      reader.next()
      reader.release()
    } else {
      const length = reader.read(own)
      if (length > 0) await put(own, 0, length)
    }
  }
}

/** `streamline pipe NAME -r`. */
export const readPipe = async (name: string, { strategy }: { strategy: Strategy }, io: Io): Promise<number> => {
  const { createArena } = await import('@netstreamline/rings/arena')
  const stop = interrupts()
  const arena = createArena()
  const reader = await join(name, { strategy, arena }, stop)
  if (reader === undefined) return stop.exitCode ?? 0
  try {
    await copy(reader, arena.bytes, stop)
  } finally {
    reader.close()
  }
  if (reader.lostBytes > 0) io.say(`${name}: ${count(reader.lostBytes)} bytes were overwritten before they were read`)
  if (reader.state === 'gone') {
    throw new StreamlineError('SL_RING_NAME', `the writer of ${name} died before it had said that nothing follows`, {
      hint: 'What it published was written; the rest is lost.',
      name,
      bytes: reader.bytes,
    })
  }
  return stop.exitCode ?? 0
}
