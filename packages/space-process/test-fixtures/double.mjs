// Adds up what passes, says so, and hands it on with the classifier of its first byte.
import { defineFE } from '@netstreamline/core'

export default defineFE(
  { name: 'double', summary: 'test', inputs: ['any'], outputs: ['same'], state: 'global', targets: ['js'] },
  (_options, context) => {
    let sum = 0
    let blocks = 0
    return {
      process(block) {
        blocks++
        for (let i = 0; i < block.length; i++) sum = (sum + block.bytes[block.offset + i]) >>> 0
        return 1 + (block.bytes[block.offset] ?? 0)
      },
      finish() {
        context.print(`blocks ${blocks}`)
        context.print(`sum ${sum}`)
      },
      counters: () => ({ sum }),
    }
  },
)
