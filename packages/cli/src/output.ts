import { writeSync } from 'node:fs'
import { type ErrorCode, StreamlineError } from '@netstreamline/core'

/** Bytes (about) that are gathered before they are written. */
const CHUNK = 65_536
/** Longest time that a line of a live request waits, in milliseconds. */
const LATENCY = 20
/** Between two attempts to write to a full pipe that another program has made non-blocking. */
const RETRY = 1

const failures: Record<string, readonly [ErrorCode, string, string]> = {
  EPIPE: ['SL_BROKEN_PIPE', 'its reader has closed the pipe', ''],
  ECONNRESET: ['SL_BROKEN_PIPE', 'its reader has gone', ''],
  ENOSPC: ['SL_DISK_FULL', 'no space left on the device', 'Free some space. What was written before is complete.'],
  EDQUOT: ['SL_DISK_FULL', 'the disk quota is used up', 'Free some space. What was written before is complete.'],
  EFBIG: ['SL_DISK_FULL', 'the file has reached the largest size allowed', 'Raise the limit (ulimit -f).'],
}

/** What the system says about standard output, as an error that says what to do. */
export const failure = (e: unknown): StreamlineError => {
  const { code: system = '', message } = e as { code?: string; message: string }
  const [code, why, hint] = failures[system] ?? ['SL_IO', message, '']
  return new StreamlineError(code, `cannot write standard output: ${why}`, { path: '-', system, hint }, e)
}

const cell = new Int32Array(new SharedArrayBuffer(4))

/** Writes all of it. Blocks while a pipe is full: that is the back-pressure on whoever produces the data. */
const writeAll = (fd: number, bytes: Uint8Array): void => {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at)
    } catch (e) {
      if ((e as { code?: string }).code !== 'EAGAIN') throw e
      Atomics.wait(cell, 0, 0, RETRY)
    }
  }
}

/** Standard output, written in large pieces. */
export interface Output {
  /** Takes text; writes when enough has come together, or a moment later. @throws SL_BROKEN_PIPE SL_DISK_FULL SL_IO */
  write(text: string): void
  /** Writes what is waiting. @throws as `write`, once; afterwards everything is dropped */
  flush(): void
  /** Is told when writing fails while nobody calls. */
  onError(handler: (error: StreamlineError) => void): void
}

/** @param fd for tests: another descriptor than standard output */
export const createOutput = (fd = 1): Output => {
  let waiting = ''
  let timer: NodeJS.Timeout | undefined
  let dead = false
  let tell = (_: StreamlineError) => {}
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    const text = waiting
    waiting = ''
    if (dead || text === '') return
    try {
      writeAll(fd, Buffer.from(text))
    } catch (e) {
      dead = true
      throw failure(e)
    }
  }
  const late = () => {
    try {
      flush()
    } catch (e) {
      tell(e as StreamlineError)
    }
  }
  return {
    write(text) {
      waiting += text
      if (waiting.length >= CHUNK) flush()
      else timer ??= setTimeout(late, LATENCY)
    },
    flush,
    onError: (handler) => {
      tell = handler
    },
  }
}

/** Standard error. That nobody reads it is no reason to fail. */
export const writeTalk = (text: string): void => {
  try {
    writeAll(2, Buffer.from(text))
  } catch {
    // Nowhere left to say it.
  }
}
