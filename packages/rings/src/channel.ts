import { asError, type Channel, StreamlineError } from '@netstreamline/core'
import type { ByteRingReader, ByteRingWriter } from './byte-ring.js'
import { createAssembler, cut, type Piece } from './fragments.js'
import { platform } from './platform.js'

/** What wakes the other end: a MessagePort, or anything that behaves like one. What is posted has no meaning. */
export interface Doorbell {
  postMessage(message: unknown): void
  addEventListener(type: 'message' | 'close', listener: () => void): void
  removeEventListener(type: 'message' | 'close', listener: () => void): void
  start?(): void
  close?(): void
}

/** Two byte rings, a doorbell, and what the ends are called. */
export interface RingChannelOptions {
  readonly out: ByteRingWriter
  readonly in: ByteRingReader
  readonly doorbell: Doorbell
  /** [this end, the other end] */
  readonly ends: readonly [string, string]
  /** Longest message accepted, bytes of JSON. Default 64 MiB. */
  readonly maxMessage?: number
  /** Bytes kept in memory while the ring is full. Default 256 MiB. */
  readonly maxQueue?: number
}

/** A core Channel that can be told of a death which its doorbell does not report (a Worker's exit). */
export interface RingChannel extends Channel {
  /** The other end is gone: what it has published is still delivered, then `onClose` is called with `reason`. */
  closed(reason: string): void
  /** Doorbells rung, bytes waiting in memory. */
  counters(): Record<string, number>
}

/** Calls handlers. One's fault is its own: it surfaces as uncaught, the others are called and the channel goes on. */
const call = <T>(handlers: readonly ((value: T) => void)[], value: T): void => {
  for (const handler of handlers) {
    try {
      handler(value)
    } catch (e) {
      platform.queueMicrotask(() => {
        throw e
      })
    }
  }
}

/** Messages handed out before the event loop gets its turn. */
const BUDGET = 1024

/**
 * A control channel over two byte rings. Messages are JSON; one larger than the ring is sent in pieces; what does not
 * fit now waits in memory. The doorbell is rung only when the other end has said that it sleeps.
 */
export const ringChannel = (options: RingChannelOptions): RingChannel => {
  const { out, doorbell, ends, maxMessage = 2 ** 26, maxQueue = 2 ** 28 } = options
  const input = options.in
  const encoder = new platform.TextEncoder()
  const assemble = createAssembler(ends[1], maxMessage)
  const messageHandlers = new Set<(message: unknown) => void>()
  const closeHandlers = new Set<(reason: string) => void>()
  const queue: Piece[] = []
  let queued = 0
  let rung = 0
  let gone: string | undefined

  const ring = (): void => {
    rung++
    doorbell.postMessage(0)
  }

  /** Moves as much of the queue to the ring as fits; asks for a call when some is left. */
  const flush = (): void => {
    for (;;) {
      while (queue.length > 0 && out.send(queue[0]!.bytes, queue[0]!.more)) queued -= queue.shift()!.bytes.length
      if (out.publish()) ring()
      if (queue.length === 0 || out.arm(queue[0]!.bytes.length)) return
    }
  }

  const finish = (reason: string): void => {
    if (gone !== undefined) return
    gone = reason
    queue.length = queued = 0
    doorbell.removeEventListener('message', onRing)
    doorbell.removeEventListener('close', onGone)
    doorbell.close?.()
    const handlers = [...closeHandlers]
    closeHandlers.clear()
    call(handlers, reason)
  }

  /** Hands out what has come. Without a handler messages stay in the ring. `last`: nothing will follow. */
  const drain = (last = false): void => {
    for (let count = 0; gone === undefined && (last || messageHandlers.size > 0); count++) {
      if (count === BUDGET && !last) {
        platform.setTimeout(() => guard(drain), 0)
        break
      }
      const bytes = input.receive()
      if (input.release() && !last) ring()
      if (bytes) {
        const { more } = input
        const message = assemble({ bytes, more })
        if (!more) call([...messageHandlers], message)
      } else if (input.ended) finish(`${ends[1]} has closed the channel`)
      else if (last || input.arm()) break
    }
  }

  /** What the other end has done to the rings must not throw into the event loop: it ends the channel. */
  const guard = (work: () => void): void => {
    if (gone !== undefined) return
    try {
      work()
    } catch (e) {
      finish(asError(e).message)
    }
  }

  const onRing = (): void => {
    guard(flush)
    guard(drain)
  }
  const closed = (reason: string): void => {
    guard(() => drain(true))
    finish(reason)
  }
  const onGone = (): void => closed(`${ends[1]} is gone`)

  doorbell.addEventListener('message', onRing)
  doorbell.addEventListener('close', onGone)
  doorbell.start?.()

  return {
    ends,
    send(message) {
      if (gone !== undefined) throw new StreamlineError('SL_SPACE_DIED', `the channel to ${ends[1]} is closed: ${gone}`)
      const text = JSON.stringify(message)
      if (text === undefined) throw new StreamlineError('SL_USAGE', 'only plain JSON can be sent over a channel')
      const bytes = encoder.encode(text)
      if (bytes.length > maxMessage || queued + bytes.length > maxQueue) {
        throw new StreamlineError('SL_PROTOCOL', `no room to send ${bytes.length} bytes to ${ends[1]}`, {
          hint: bytes.length > maxMessage ? 'Send smaller messages.' : 'The other end does not read its messages.',
          queued,
        })
      }
      queued += bytes.length
      for (const piece of cut(bytes, out.maxMessage)) queue.push(piece)
      guard(flush)
    },
    onMessage(handler) {
      messageHandlers.add(handler)
      platform.queueMicrotask(() => guard(drain))
      return () => {
        messageHandlers.delete(handler)
      }
    },
    onClose(handler) {
      if (gone !== undefined) platform.queueMicrotask(() => handler(gone!))
      else closeHandlers.add(handler)
      return () => {
        closeHandlers.delete(handler)
      }
    },
    close() {
      if (gone !== undefined) return
      if (queue.length === 0 && out.end() && out.publish()) ring()
      finish(`${ends[0]} has closed the channel`)
    },
    closed,
    counters: () => ({ rung, queued }),
  }
}
