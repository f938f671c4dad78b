import { setTimeout as sleep } from 'node:timers/promises'
import { StreamlineError } from '@netstreamline/core'
import { count } from '../format.js'
import type { Io } from '../io.js'
import { type Interrupts, interrupts } from '../run/signals.js'
import { readSome } from './descriptor.js'

interface WriterOptions {
  readonly strategy: 'srp' | 'mrp' | 'frp' | undefined
  readonly bytes: number
  /** Undefined: one, and those that come in the moment after it. */
  readonly readers: number | undefined
  readonly access: 'user' | 'group' | 'other'
  readonly keeps: boolean
}

/** Most bytes of one read: what a pipe holds. */
const CHUNK = 65_536
/** Readers that a shell starts together join within this time, in milliseconds. */
const SETTLE = 300
const POLL = 10

type Writer = import('@netstreamline/rings/node').SharedRingWriter

/** Like a FIFO: nothing is read before somebody takes it. False: interrupted. */
const waitForReaders = async (writer: Writer, readers: number | undefined, stop: Interrupts): Promise<boolean> => {
  while (writer.joined < (readers ?? 1)) {
    if (stop.signal.aborted) return false
    await sleep(POLL)
  }
  if (readers === undefined) await sleep(SETTLE)
  return !stop.signal.aborted
}

/** A place for up to `CHUNK` bytes; -1 when nobody reads any more, or on interruption. */
const place = async (writer: Writer, keeps: boolean, stop: Interrupts): Promise<number> => {
  for (;;) {
    const isAlone = writer.readers() === 0
    if (stop.signal.aborted || (isAlone && !keeps)) return -1
    // What would be written now nobody would ever read. Live data (frp) goes on.
    if (isAlone && writer.area.strategy !== 'frp') {
      await sleep(POLL)
      continue
    }
    const at = writer.reserve(CHUNK)
    if (at >= 0) return at
    await writer.waitRoom(100)
  }
}

/** Standard input into the ring, read where it lies there: nothing is copied in this process. */
const copy = async (writer: Writer, heap: Uint8Array, keeps: boolean, stop: Interrupts): Promise<'end' | 'alone'> => {
  for (;;) {
    const at = await place(writer, keeps, stop)
    if (at < 0) return stop.signal.aborted ? 'end' : 'alone'
    const done = await readSome(0, heap, at, writer.reserved)
    if (done === 0) return 'end'
    writer.commit(done)
    writer.publish()
  }
}

/** `streamline pipe NAME -w`. */
export const writePipe = async (name: string, options: WriterOptions, io: Io): Promise<number> => {
  const { createSharedRing } = await import('@netstreamline/rings/node')
  const { createArena } = await import('@netstreamline/rings/arena')
  const { strategy = 'srp', bytes, readers, access, keeps } = options
  const arena = createArena()
  const stop = interrupts()
  const writer = createSharedRing({
    name,
    arena,
    kind: 'c',
    bytes,
    strategy,
    access,
    readers: readers ?? 1,
    maxReaders: 32,
  })
  const started = performance.now()
  // Standard input may be silent for ever: nobody waits for it to answer.
  stop.signal.addEventListener('abort', () => {
    writer.close()
    stop.endNow()
  })
  let why: 'end' | 'alone' = 'end'
  let joined = 0
  try {
    if (await waitForReaders(writer, readers, stop)) why = await copy(writer, arena.bytes, keeps, stop)
  } finally {
    joined = writer.joined
    writer.close()
  }
  if (why === 'alone' && stop.exitCode === undefined) {
    throw new StreamlineError('SL_BROKEN_PIPE', `all readers of ${name} have left`, {
      hint: 'With --keep the writer waits for others.',
      name,
    })
  }
  if (io.json) {
    const seconds = (performance.now() - started) / 1000
    io.out.write(`${JSON.stringify({ name, bytes: writer.bytes, readers: joined, full: writer.full, seconds })}\n`)
  } else if (io.terminal) io.say(`${name}: ${count(writer.bytes)} bytes to ${count(joined)} readers`)
  io.out.flush()
  return stop.exitCode ?? 0
}
