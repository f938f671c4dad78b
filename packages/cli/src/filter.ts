import { StreamlineError } from '@netstreamline/core'
import type { Command } from './commands.js'

type Bpf = typeof import('@netstreamline/fe-bpf')

const linkType = (name: string, { linkTypeNumber, linkTypes }: Bpf): number => {
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
  const bpf = await import('@netstreamline/fe-bpf')
  const program = bpf.compile(args.join(' '), {
    linktype: linkType(String(linktype), bpf),
    snaplen: bytes(String(snaplen)),
    optimize: options['O'] !== true,
  })
  io.out.write(`${bpf.disassemble(program, dump as 'd' | 'dd' | 'ddd')}\n`)
  return 0
}
export default filter
