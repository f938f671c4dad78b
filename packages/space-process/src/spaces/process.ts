import { createProcessSpace } from '../space.js'

/** The process space of this thread, as the manifest offers it. */
export const meta = {
  name: 'process',
  depth: 0,
  targets: ['js'],
  summary: 'This thread: one fused datapath per source.',
}

export default createProcessSpace
