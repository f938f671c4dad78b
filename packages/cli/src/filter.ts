import { StreamlineError } from '@netstreamline/core'
import { compile, disassemble, linkTypeNumber, linkTypes } from '@netstreamline/fe-bpf'
import type { Command } from './commands.js'

const linkType = (name: string): number => {
  const number = linkTypeNumber(name)
  if (number !== undefined) return number
  throw new StreamlineError('SL_USAGE', `unknown link type '${name}'`, {
    hint: `a DLT number, or one of ${linkTypes.map((type) => type.name).join(', ')}`,
  })
}

const bytes = (text: string): number => {
  if (/^\d{1,10}$/.test(text) && Number(text) <= 0xffffffff) return Number(text)
  throw new StreamlineError('SL_USAGE', `'${text}' is no snapshot length`, { hint: 'give bytes, 1 to 4294967295' })
}

/** Like `tcpdump -d`: several words are one expression, none accepts everything. */
const filter: Command = async ({ args, options }, io) => {
  const { dump = 'd', linktype = 'EN10MB', snaplen = '262144' } = options
  const program = compile(args.join(' '), {
    linktype: linkType(String(linktype)),
    snaplen: bytes(String(snaplen)),
    optimize: options['O'] !== true,
  })
  io.out.write(`${disassemble(program, dump as 'd' | 'dd' | 'ddd')}\n`)
  return 0
}
export default filter
