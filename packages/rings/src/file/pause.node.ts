import { StreamlineError } from '@netstreamline/core'

/** @throws SL_INTERRUPTED when the signal has fired */
export const checkSignal = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted) throw new StreamlineError('SL_INTERRUPTED', 'the signal was aborted', {}, signal.reason)
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
    signal?.addEventListener('abort', end)
  })
