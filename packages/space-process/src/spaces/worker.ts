import { createWorkerSpace } from '#worker'

/** The process space in a thread of its own, as the manifest offers it. */
export const meta = {
  name: 'worker',
  depth: 0,
  pinned: true,
  targets: ['js'],
  summary: 'A thread of its own, started by the first request with space=worker.',
}

export default createWorkerSpace
