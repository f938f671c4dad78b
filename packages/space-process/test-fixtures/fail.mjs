// Fails: in create, in start, or at the n-th block.
import { defineFE } from '@netstreamline/core'

export default defineFE(
  { name: 'fail', summary: 'test', inputs: ['any'], outputs: ['same'], state: 'global', targets: ['js'] },
  ({ at = 0, exit = false }) => {
    let n = 0
    return () => {
      if (++n < at) return 1
      if (exit) process.exit(3)
      throw new Error('broken on purpose')
    }
  },
)
