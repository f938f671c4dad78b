import { StreamlineError } from '@netstreamline/core'
import { pauseSync } from './sleep.js'

/** What ends by a signal that has fired. */
export const interrupted = (signal: AbortSignal): StreamlineError =>
  new StreamlineError('SL_INTERRUPTED', 'the signal was aborted', {}, signal.reason)

/** @throws SL_INTERRUPTED when the signal has fired */
export const checkSignal = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted) throw interrupted(signal)
}

/** Comes back after `ms`, or when the signal fires. */
export const pauseFor = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((done) => {
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      done()
    }
    const timer = setTimeout(end, ms)
    if (signal?.aborted) end()
    else signal?.addEventListener('abort', end)
  })

/** `work`, or SL_INTERRUPTED as soon as the signal fires, whatever becomes of the work. */
export const orInterrupted = async <T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
  if (signal === undefined) return work
  checkSignal(signal)
  let abort = (): void => {}
  const aborted = new Promise<never>((_, fail) => {
    abort = () => fail(interrupted(signal))
    signal.addEventListener('abort', abort)
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** How long to wait before a descriptor that was full, or empty, is tried again, ms: nothing tells when it is not. */
const RETRY_MS = [1, 1, 2, 4, 8]

/** Waits before one more try, after `tries` in vain. */
export const pauseToRetry = (tries: number, signal?: AbortSignal): Promise<void> =>
  pauseFor(RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]!, signal)

/** The same in a thread that may stand still. */
export const pauseToRetrySync = (tries: number): void => pauseSync(RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]!)
