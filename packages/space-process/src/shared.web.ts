import { StreamlineError } from '@netstreamline/core'

const nowhere = (): never => {
  throw new StreamlineError('SL_RING_NATIVE', 'a browser shares no rings with other processes', {
    hint: 'Run this under Node.js on Linux.',
  })
}
/** Rings between processes, which a browser does not have. */
export const createSharedRing = nowhere
export const openSharedRing = nowhere
