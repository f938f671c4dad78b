import { defineFE } from '@netstreamline/core'
import { blockLine } from '../text/block-line.js'
import { escapeText, hexLines } from '../text/escape.js'

/** Options of `print`. */
export interface PrintOptions {
  format?: 'line' | 'hex' | 'text'
  limit?: number
}
declare module '@netstreamline/core' {
  interface FEOptions {
    print: PrintOptions
  }
}

export default defineFE<PrintOptions>(
  {
    name: 'print',
    summary: 'Prints a line for every block and hands it on.',
    description: `The line shows time, kind, length (captured, and on the wire if that was more), classifier, and the stream with
its ends where one is known. With \`format=hex\` or \`format=text\` the data follows, indented. What was captured never
reaches the terminal as it is: control characters, direction marks and the like are written as escapes.`,
    inputs: ['any'],
    outputs: ['same'],
    role: ['sink', 'filter'],
    options: {
      properties: {
        format: {
          type: 'string',
          enum: ['line', 'hex', 'text'],
          default: 'line',
          description: '`line`: one line about the block; `hex` and `text`: also its data.',
        },
        limit: {
          type: 'integer',
          minimum: 0,
          default: 0,
          description: 'Only the first so many blocks are printed, all are handed on; 0 prints all.',
        },
      },
    },
    classifier: 'As the block came; 1 if that was 0.',
    state: 'global',
    targets: ['js'],
    examples: [
      '(pcap,path=sample.pcap) > (print,limit=5)',
      '(pcap,path=sample.pcap) > (print,format=hex,limit=1) > (count)',
    ],
    unshared: true,
  },
  ({ format = 'line', limit = 0 }, context) => {
    const last = limit === 0 ? Number.POSITIVE_INFINITY : limit
    let printed = 0
    return {
      process(block) {
        if (printed < last) {
          printed++
          context.print(blockLine(block, context.stream(block.stream)))
          if (format === 'hex')
            for (const line of hexLines(block.bytes, block.offset, block.length)) context.print(line)
          else if (format === 'text' && block.length > 0)
            for (const line of context.text(block).split(/\r?\n/)) context.print(`  ${escapeText(line)}`)
        }
        return block.classifier || 1
      },
      counters: () => ({ printed }),
    }
  },
)
