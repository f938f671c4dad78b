import { StreamlineError } from '@netstreamline/core'

/** As much of an AbortSignal as files use. */
export interface Signal {
  readonly aborted: boolean
  readonly reason?: unknown
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** Is a file still open? Closing and aborting end what is under way. */
export class Closing {
  isClosed = false
  /** Closed or aborted: `check` throws. */
  isStopped = false
  private isAborted = false
  private readonly signal: Signal | undefined
  private readonly listener: (() => void) | undefined

  /** `close` is called when the signal fires. */
  constructor(signal: Signal | undefined, close: () => void) {
    this.signal = signal
    if (signal === undefined) return
    this.listener = () => {
      this.isAborted = this.isStopped = true
      close()
    }
    if (signal.aborted) this.isAborted = this.isStopped = true
    else signal.addEventListener('abort', this.listener)
  }

  /** Before anything is begun. @throws SL_USAGE, SL_INTERRUPTED */
  check(): void {
    this.checkAbort()
    if (this.isClosed) {
      throw new StreamlineError('SL_USAGE', 'the file is closed', { hint: 'Open another one.' })
    }
  }

  /** After a sleep. @throws SL_INTERRUPTED */
  checkAbort(): void {
    if (!this.isAborted) return
    throw new StreamlineError('SL_INTERRUPTED', 'the signal of the file was aborted', {}, this.signal?.reason)
  }

  /** True the first time. */
  close(): boolean {
    if (this.isClosed) return false
    this.isClosed = this.isStopped = true
    if (this.listener !== undefined) this.signal!.removeEventListener('abort', this.listener)
    return true
  }
}

/** Two calls at a time on one file would mix up their bytes. */
export const refuseSecond = (isBusy: boolean): void => {
  if (!isBusy) return
  throw new StreamlineError('SL_USAGE', 'another call on this file is under way', {
    hint: 'Await it first, or open one file for each.',
  })
}
