import { createRequire } from 'node:module'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { type Space, StreamlineError } from '@netstreamline/core'
import { remote } from '@netstreamline/core/protocol'
import { type Arena, createByteRing, type Doorbell, ringChannel } from '@netstreamline/rings'
import { processArena } from './arena.js'
import { hub } from './port-hub.js'
import type { Talk, WorkerSetup, WorkerSpaceOptions } from './worker-setup.js'

const CONTROL = 2 ** 16
const SHARE = 2 ** 27

/** A running worker and the space that it serves. */
export interface Thread {
  readonly space: Promise<Space>
  /** Nothing of it runs any more and its memory is free again. */
  readonly gone: Promise<void>
  terminate(): Promise<void>
}

const shared = (arena: Arena): Arena => {
  if (arena.buffer instanceof SharedArrayBuffer) return arena
  throw new StreamlineError('SL_NO_PLACE', 'the memory of this process cannot be shared with a worker', {
    hint: `Leave out space=…: ${arena.lost ?? 'the arena was made without sharing'}.`,
  })
}

/** Starts a thread over a part of the arena. @throws SL_NO_PLACE SL_ARENA_FULL */
export const startThread = (options: WorkerSpaceOptions): Thread => {
  const arena = shared(options.arena ?? processArena())
  const { name = 'worker', depth = 0, beside = 'process', generate, ports } = options
  const bytes = options.bytes ?? Math.min(SHARE, Math.floor(arena.capacity / 4))
  const from = arena.alloc(bytes, 65536)
  const [there, back] = [createByteRing(arena, CONTROL), createByteRing(arena, CONTROL)]
  const control = new MessageChannel()
  const bell = new MessageChannel()
  const setup: WorkerSetup = {
    name,
    depth,
    beside,
    memory: arena.memory ?? arena.buffer,
    from,
    to: from + bytes,
    generate,
    ports,
    out: back.descriptor,
    in: there.descriptor,
    hub: hub.number,
  }
  const main = createRequire(import.meta.url).resolve('#worker-main')
  const worker = new Worker(main, {
    name,
    workerData: { setup, control: control.port2, bell: bell.port2 },
    transferList: [control.port2, bell.port2],
  })
  const channel = ringChannel({
    out: there.writer(),
    in: back.reader(),
    doorbell: control.port1 as unknown as Doorbell,
    ends: [beside, name],
  })
  let peer = 0
  channel.onMessage((message) => {
    const { hub: number, print, log } = (message ?? {}) as Talk
    if (typeof number === 'number' && peer === 0) {
      peer = number
      hub.connect(peer, (end) => bell.port1.postMessage(end))
    }
    if (typeof print === 'string') (options.print ?? console.log)(print)
    if (typeof log === 'string') (options.log ?? console.warn)(log)
  })
  bell.port1.on('message', (end) => hub.rung(end))

  let reason = ''
  worker.on('error', (error: unknown) => {
    reason ||= (error as Error)?.message ?? String(error)
  })
  const gone = new Promise<void>((resolve) => {
    worker.once('exit', (code) => {
      reason ||= `its thread ended with code ${code}`
      channel.closed(reason)
      // Ports first: from here on nobody touches what the worker had allocated.
      if (peer !== 0) hub.died(peer, reason)
      for (const port of [bell.port1, control.port1] as MessagePort[]) port.close()
      there.free()
      back.free()
      arena.free(from)
      resolve()
    })
  })
  const space = remote(channel)
  space.catch(() => {})
  return {
    space,
    gone,
    async terminate() {
      reason ||= 'it was terminated'
      await worker.terminate()
      await gone
    },
  }
}
