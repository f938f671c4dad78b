import { type Space, StreamlineError } from '@netstreamline/core'
import type { WorkerSpaceOptions } from './worker-setup.js'

/** Where modules cannot be loaded by a worker as they are in the page (no import maps there), the space takes nothing. */
export const createWorkerSpace = ({ name = 'worker', depth = 0 }: WorkerSpaceOptions = {}): Space => {
  const none = async (): Promise<never> => {
    throw new StreamlineError('SL_NO_PLACE', 'there is no worker space in a browser', { hint: 'Leave out space=….' })
  }
  const nothing = async (): Promise<void> => {}
  return {
    name,
    depth,
    targets: [],
    discover: async () => [],
    instantiate: none,
    connect: none,
    activate: none,
    done: nothing,
    stop: nothing,
    abort: nothing,
    counters: async () => ({ vertices: {}, edges: [] }),
    census: async () => ({}),
    close: nothing,
  }
}
