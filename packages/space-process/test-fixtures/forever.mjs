// A source without end.
import { defineFE } from '@netstreamline/core'

export default defineFE(
  { name: 'forever', summary: 'test', inputs: [], outputs: ['bytes'], state: 'global', targets: ['js'] },
  (_options, context) => {
    const ring = context.alloc(65536)
    let position = 0
    return {
      pull(batch) {
        batch.ring = ring.id
        while (batch.count < batch.limit) {
          const i = batch.count++
          batch.offset[i] = ring.base
          batch.length[i] = 64
          batch.kind[i] = 1
          batch.seconds[i] = 0
          batch.position[i] = position++
        }
      },
    }
  },
)
