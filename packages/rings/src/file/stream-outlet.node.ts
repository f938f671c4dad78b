import { WriteStream } from 'node:fs'
import { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import { StreamlineError } from '@netstreamline/core'
import type { Outlet } from './outlet.node.js'

/** What Node does not say of a socket in its types. */
interface Handle {
  readonly fd?: number
  readonly constructor: { readonly name: string }
}

/** What is used of the response of an HTTP/1 server. */
interface Response extends Writable {
  readonly req: { readonly method?: string }
  readonly statusCode: number
  readonly headersSent: boolean
  /** False: what is written goes out as it is. */
  readonly chunkedEncoding?: boolean
  readonly strictContentLength?: boolean
  readonly socket: unknown
  flushHeaders(): void
}

const isResponse = (stream: Writable): stream is Response => 'flushHeaders' in stream && 'req' in stream

/** Has it a body (RFC 9110, 6.4.1)? */
const hasBody = ({ req, statusCode }: Response): boolean =>
  req.method !== 'HEAD' && statusCode >= 200 && statusCode !== 204 && statusCode !== 304

/** The socket of a response whose body is what is written, not parts of it with their sizes. */
const socketOf = (response: Response): unknown => {
  const { chunkedEncoding, strictContentLength, headersSent, socket } = response
  return headersSent && hasBody(response) && chunkedEncoding === false && !strictContentLength ? socket : undefined
}

const nothing = new Uint8Array(0)

/** A stream. Its errors come out of what is under way, not as an event that nobody hears. */
export class StreamOutlet implements Outlet {
  readonly isDoneInTime: boolean
  onClosed: ((problem: unknown) => void) | undefined
  private readonly stream: Writable
  private problem: unknown
  private fail: ((error: unknown) => void) | undefined
  private corked: Socket | undefined

  constructor(stream: Writable) {
    this.stream = stream
    // Whoever else calls back may keep the bytes: a Transform hands on the very chunk.
    this.isDoneInTime = stream instanceof Socket || stream instanceof WriteStream
  }

  get takesNothing(): boolean {
    return isResponse(this.stream) && !hasBody(this.stream)
  }

  /** Not before `take`: a socket that connects has none. */
  get fd(): number | undefined {
    return this.wire?.fd
  }

  async take(): Promise<void> {
    const { stream } = this
    stream.on('error', this.onError).on('close', this.onClose)
    if (isResponse(stream)) stream.flushHeaders()
    // Called back when everything before it has left, and the socket is connected.
    if (!this.takesNothing) await this.writeTo(this.wire?.socket ?? stream, nothing)
  }

  keepOut(): void {
    if (this.corked !== undefined) return
    this.corked = this.wire?.socket
    this.corked?.cork()
  }

  letIn(): void {
    this.corked?.uncork()
    this.corked = undefined
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.writeTo(this.stream, bytes)
  }

  moved(): void {
    this.check()
    // A socket that sends is not idle; it does not see what the system does for it.
    const { timeout } = this.stream as { timeout?: number }
    if (timeout !== undefined && timeout > 0) (this.stream as Socket).setTimeout(timeout)
  }

  abandon(): void {
    if (this.fail !== undefined) this.stream.destroy()
  }

  async give(): Promise<void> {
    const { stream } = this
    stream.off('close', this.onClose)
    // What was reported already comes as an event, too, possibly later.
    if (this.problem === undefined && !stream.destroyed) stream.off('error', this.onError)
    this.letIn()
  }

  /** A socket or pipe whose bytes go out as they are; a TLS socket has a descriptor, too, but is none. */
  private get wire(): { socket: Socket; fd: number } | undefined {
    const { stream } = this
    const socket = isResponse(stream) ? socketOf(stream) : stream
    if (!(socket instanceof Socket) || 'encrypted' in socket) return undefined
    const handle = (socket as unknown as { _handle?: Handle | null })._handle
    const isPlain = handle?.constructor.name === 'TCP' || handle?.constructor.name === 'Pipe'
    return isPlain && handle!.fd !== undefined && handle!.fd >= 0 ? { socket, fd: handle!.fd } : undefined
  }

  private writeTo(stream: Writable, bytes: Uint8Array): Promise<void> {
    this.check()
    this.letIn()
    return new Promise<void>((done, fail) => {
      this.fail = fail
      stream.write(bytes, (error) => {
        this.fail = undefined
        this.problem ??= error ?? undefined
        if (error) fail(this.problem)
        else done()
      })
    })
  }

  private check(): void {
    if (this.problem !== undefined) throw this.problem
    if (this.stream.destroyed || !this.stream.writable) throw closed()
  }

  private readonly onError = (error: unknown): void => {
    this.problem ??= error
  }

  /** Now nobody looks at what was written any more, whether or not that was called back. */
  private readonly onClose = (): void => {
    this.problem ??= closed()
    this.fail?.(this.problem)
    this.onClosed?.(this.problem)
  }
}

const closed = (): StreamlineError =>
  new StreamlineError('SL_BROKEN_PIPE', 'the stream was closed', { hint: 'Whoever reads must stay until the end.' })
