import { defineFE, KIND, type Probe } from '@netstreamline/core'
import { openRead } from '#io'
import { createFileSource } from '../files/file-source.js'
import { createManyFiles } from '../files/many-files.js'
import { createOneFile } from '../files/one-file.js'
import { parseTemplate } from '../files/template.js'

/** Options of `file`. */
export interface FileOptions {
  path: string
  append?: boolean
  block?: number
}
declare module '@netstreamline/core' {
  interface FEOptions {
    file: FileOptions
    disk: FileOptions
  }
}

/** Opens the file, but not standard input: that can wait until the request runs. @throws SL_NO_FILE, SL_PERMISSION … */
export const probe: Probe = async (options) => {
  const path = String(options['path'])
  if (path === '-') return { kinds: [KIND.bytes] }
  const input = await openRead(path)
  input.close()
  return { kinds: [KIND.bytes], size: input.size }
}

export default defineFE<FileOptions>(
  {
    name: 'file',
    aliases: ['disk'],
    summary: 'Writes streams to files, or reads a file as a stream of bytes.',
    description: `Behind another function it is a sink: it writes the data of the blocks and hands them on as they came.
Placeholders in the path make a file for each stream, whose beginning creates it, so that an empty stream gives an
empty file: \`{stream}\` (number), \`{src}\` \`{sport}\` \`{dst}\` \`{dport}\` (ends), \`{name}\` (all four). \`{n}\` numbers the blocks
from 1 and gives each a file of its own. What is not known is called \`unknown\`. In values, every character but letters,
digits, \`.\`, \`-\` and \`_\` is replaced: the \`:\` of IPv6 addresses by \`-\`, others by \`_\`. Directories are made as needed.
Files that exist are emptied when the run first opens them, unless \`append\` is given; streams with the same path share
the file. Places where a stream lost bytes are counted (\`gaps\`) and leave nothing in the file. At most 256 files are open
at a time.

First in a request it is a source: blocks of raw bytes.`,
    inputs: ['any'],
    outputs: ['bytes', 'same'],
    role: ['source', 'sink'],
    options: {
      properties: {
        path: {
          type: 'string',
          minLength: 1,
          description:
            'File to read or write, `-` for standard input or output. A sink takes {stream} {src} {sport} {dst} {dport} {name} {n}.',
          examples: ['streams/{stream}.bin', 'out/{src}-{sport}--{dst}-{dport}', '-'],
        },
        append: {
          type: 'boolean',
          default: false,
          description: 'Sink: continue files that exist instead of emptying them.',
        },
        block: {
          type: 'integer',
          minimum: 1,
          maximum: 16777216,
          default: 65536,
          'x-unit': 'size',
          description: 'Source: bytes per block; a pipe gives what it has.',
        },
      },
      required: ['path'],
    },
    classifier: 'Source: 1. Sink: as the block came; 1 if that was 0.',
    state: 'global',
    targets: ['js'],
    examples: [
      '(pcap,path=sample.pcap) > (tcp) > (file,path="streams/{stream}.bin")',
      '(file,path=sample.pcap,block=4k) > (count)',
      '(file,path=sample.pcap) > (disk,path=copy.bin)',
    ],
    probe: true,
    unshared: true,
  },
  (options, context) => {
    const { path, append = false } = options
    if (context.inputs === 0) return createFileSource(path, options.block ?? 65536, context)
    const template = parseTemplate(path)
    return template.varies ? createManyFiles(template, append, context) : createOneFile(path, append, context)
  },
)
