import { WriteStream, write } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import { StreamlineError } from '@netstreamline/core'
import { checkSignal, pauseFor } from './pause.node.js'
import { codeOf } from './system-error.js'

/** Where bytes can be sent: a descriptor, a `FileHandle`, or a stream. */
export type Destination = number | FileHandle | Writable

/** A destination, while something is sent to it. */
export interface Outlet {
  /** What the system may write to without this process; undefined: it has to be done with `write`. */
  readonly fd: number | undefined
  /** Is `write` done with the bytes when it resolves? If not it must be given bytes of its own. */
  readonly isDoneInTime: boolean
  /** Waits until what others have written is under way, and keeps out what they write from now on. */
  take(): Promise<void>
  /** Writes all of it. */
  write(bytes: Uint8Array): Promise<void>
  /** Says that bytes went by another way. @throws SL_BROKEN_PIPE when it was closed */
  moved(): void
  give(): void
}

/** How long to wait before a descriptor that was full is tried again, ms: nothing tells when it has room. */
const RETRY_MS = [1, 1, 2, 4, 8]

/** A descriptor, possibly one that is not blocking. */
class DescriptorOutlet implements Outlet {
  readonly isDoneInTime = true
  readonly fd: number
  private readonly signal: AbortSignal | undefined

  constructor(fd: number, signal: AbortSignal | undefined) {
    this.fd = fd
    this.signal = signal
  }

  async take(): Promise<void> {}
  moved(): void {}
  give(): void {}

  async write(bytes: Uint8Array): Promise<void> {
    let tries = 0
    for (let at = 0; at < bytes.length; ) {
      checkSignal(this.signal)
      try {
        at += await this.once(bytes, at)
        tries = 0
      } catch (error) {
        if (codeOf(error) !== 'EAGAIN') throw error
        await pauseFor(RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)]!, this.signal)
      }
    }
  }

  private once(bytes: Uint8Array, at: number): Promise<number> {
    return new Promise((done, fail) => {
      write(this.fd, bytes, at, bytes.length - at, null, (error, n) => (error ? fail(error) : done(n)))
    })
  }
}

/** What Node does not say of a socket in its types. */
interface Handle {
  readonly fd?: number
  readonly constructor: { readonly name: string }
}

/** The descriptor of a socket or pipe whose bytes go out as they are; a TLS socket has one, too, but is none. */
const descriptorOf = (stream: Writable): number | undefined => {
  if (!(stream instanceof Socket) || 'encrypted' in stream) return undefined
  const handle = (stream as unknown as { _handle?: Handle | null })._handle
  const isPlain = handle?.constructor.name === 'TCP' || handle?.constructor.name === 'Pipe'
  return isPlain && handle!.fd !== undefined && handle!.fd >= 0 ? handle!.fd : undefined
}

const nothing = new Uint8Array(0)

/** A stream. Its errors come out of what is under way, not as an event that nobody hears. */
class StreamOutlet implements Outlet {
  readonly isDoneInTime: boolean
  private readonly stream: Writable
  private problem: unknown
  private fail: ((error: unknown) => void) | undefined
  private isCorked = false

  constructor(stream: Writable) {
    this.stream = stream
    // Whoever else calls back may keep the bytes: a Transform hands on the very chunk.
    this.isDoneInTime = stream instanceof Socket || stream instanceof WriteStream
  }

  /** Not before `take`: a socket that connects has none. */
  get fd(): number | undefined {
    return descriptorOf(this.stream)
  }

  async take(): Promise<void> {
    const { stream } = this
    stream.on('error', this.onError).on('close', this.onClose)
    // Called back when everything before it has left, and the socket is connected.
    await this.write(nothing)
    if (this.fd === undefined) return
    stream.cork()
    this.isCorked = true
  }

  write(bytes: Uint8Array): Promise<void> {
    this.check()
    return new Promise((done, fail) => {
      this.fail = fail
      this.stream.write(bytes, (error) => (error ? fail(error) : done()))
    })
  }

  moved(): void {
    this.check()
    // A socket that sends is not idle; it does not see what the system does for it.
    const { timeout } = this.stream as { timeout?: number }
    if (timeout !== undefined && timeout > 0) (this.stream as Socket).setTimeout(timeout)
  }

  give(): void {
    const { stream } = this
    stream.off('error', this.onError).off('close', this.onClose)
    if (this.isCorked) stream.uncork()
  }

  private check(): void {
    if (this.problem !== undefined) throw this.problem
    if (this.stream.destroyed || !this.stream.writable) this.closed()
  }

  private closed(): never {
    throw new StreamlineError('SL_BROKEN_PIPE', 'the stream was closed', {
      hint: 'Whoever reads must stay until the end.',
    })
  }

  private readonly onError = (error: unknown): void => {
    this.problem = error
    this.fail?.(error)
  }

  private readonly onClose = (): void => {
    try {
      this.closed()
    } catch (error) {
      this.onError(this.problem ?? error)
    }
  }
}

export const outletTo = (to: Destination, signal: AbortSignal | undefined): Outlet => {
  if (typeof to === 'number') return new DescriptorOutlet(to, signal)
  if ('write' in to && 'cork' in to) return new StreamOutlet(to)
  return new DescriptorOutlet(to.fd, signal)
}
