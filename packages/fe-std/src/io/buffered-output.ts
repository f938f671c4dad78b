import type { Output } from '../io.js'

const SIZE = 256 << 10
/** Full buffers that may wait for the disk or the pipe before no more blocks are taken. */
const WAITING = 4
/** Blocks taken per turn while there is room. Bounds what can pile up beyond {@link WAITING} buffers. */
const CREDIT = 1024
/** What a slow stream has left in the buffer is written after this time, in ms. */
const LINGER = 100

/**
 * Collects records in large buffers and writes them one after another, without blocking the event loop. A record is
 * never split between two buffers, so that a file which runs out of space can be cut at a record's end.
 */
export class BufferedOutput {
  /** Where {@link BufferedOutput.reserve} has made room. */
  bytes = new Uint8Array(SIZE)
  written = 0
  private used = 0
  private readonly queue: Uint8Array[] = []
  private readonly spare: Uint8Array<ArrayBuffer>[] = []
  private writing: Promise<void> | undefined
  private failed = false
  private timer: ReturnType<typeof setTimeout> | undefined
  private readonly output: Output
  private readonly onError: (error: unknown) => void
  private readonly whole: (bytes: Uint8Array, length: number, before: number) => number

  /** `whole(bytes, n, before)`: how many of the first `n` bytes of a buffer are complete records, `before` bytes into the output. */
  constructor(
    output: Output,
    onError: (error: unknown) => void,
    whole: (bytes: Uint8Array, length: number, before: number) => number = (_, length) => length,
  ) {
    this.output = output
    this.onError = onError
    this.whole = whole
  }

  /** Makes room for `size` bytes, which the caller writes to {@link BufferedOutput.bytes} at the result. */
  reserve(size: number): number {
    if (this.used + size > this.bytes.length) {
      this.push()
      if (size > this.bytes.length) this.bytes = new Uint8Array(size)
    }
    if (this.used === 0) this.arm()
    const at = this.used
    this.used += size
    return at
  }

  credit(): number {
    return this.failed || this.queue.length < WAITING ? CREDIT : 0
  }

  async ready(): Promise<void> {
    while (this.credit() === 0) await this.writing
  }

  /** Writes all that has been collected; resolves when it is out, or has failed. */
  async flush(): Promise<void> {
    clearTimeout(this.timer)
    this.timer = undefined
    this.push()
    while (this.writing) await this.writing
  }

  private arm(): void {
    if (this.timer !== undefined) return
    this.timer = setTimeout(() => {
      this.timer = undefined
      this.push()
    }, LINGER)
    // Under Node a timer would keep the process alive; the sink's own end flushes as well.
    ;(this.timer as unknown as { unref?(): void }).unref?.()
  }

  private push(): void {
    if (this.used === 0) return
    if (this.failed) {
      // Nothing more can follow what has been written.
      this.used = 0
      return
    }
    this.queue.push(this.bytes.subarray(0, this.used))
    this.bytes = this.spare.pop() ?? new Uint8Array(SIZE)
    this.used = 0
    this.writing ??= this.drain()
  }

  private async drain(): Promise<void> {
    // The caller stores the promise before the first part is written, whatever happens to that.
    await undefined
    for (let part = this.queue[0]; part; part = this.queue[0]) {
      if (!this.failed) await this.writeAll(part)
      this.queue.shift()
      if (part.buffer.byteLength === SIZE && this.spare.length < WAITING)
        this.spare.push(new Uint8Array(part.buffer as ArrayBuffer))
    }
    this.writing = undefined
  }

  private async writeAll(part: Uint8Array): Promise<void> {
    let done = 0
    try {
      while (done < part.length) done += await this.output.write(part, done, part.length - done)
      this.written += done
    } catch (e) {
      this.failed = true
      const keep = this.whole(part, done, this.written)
      this.written += keep
      try {
        this.output.cut(done - keep)
      } finally {
        this.onError(e)
      }
    }
  }
}
