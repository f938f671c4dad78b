import { defineFE, type Probe, StreamlineError } from '@netstreamline/core'
import { LINK_NAMES } from '../capture/link.js'
import { peekCapture } from '../capture/open.js'
import { createCaptureSink } from '../capture/sink.js'
import { createCaptureSource } from '../capture/source.js'

/** Options of `pcap`. */
export interface PcapOptions {
  path: string
  loop?: number
  format?: 'pcap' | 'pcapng'
  resolution?: 'ns' | 'us'
  linktype?: string
  snaplen?: number
}
declare module '@netstreamline/core' {
  interface FEOptions {
    pcap: PcapOptions
  }
}

/** DLT number by name or number. @throws SL_OPTION */
const linkNumber = (text: string): number => {
  const known = LINK_NAMES[text.toUpperCase()]
  const number = known ?? (/^\d{1,5}$/.test(text) ? Number(text) : 65536)
  if (number > 65535)
    throw new StreamlineError('SL_OPTION', `'${text}' is no link type`, {
      option: 'linktype',
      hint: `Give a DLT number or one of ${Object.keys(LINK_NAMES).join(', ')}.`,
    })
  return number
}

/** Reads as far as the first packet. @throws SL_NO_FILE, SL_IS_DIRECTORY, SL_PERMISSION, SL_CAPTURE */
export const probe: Probe = async (options) => {
  const { reader, size } = await peekCapture(String(options['path']))
  return { kinds: reader.kinds, snaplen: reader.snaplen, size }
}

export default defineFE<PcapOptions>(
  {
    name: 'pcap',
    summary: 'Reads packets from a capture file or writes them to one.',
    description: `First in a request it is a source: it reads pcap (microseconds and nanoseconds, both byte orders, also the
modified format) and pcapng (sections, any number of interfaces of different link types), plain or in gzip, of any
size. Packets are handed on by reference to where they were read. Times are kept exactly, even out of range.

Behind another function it is a sink: it writes the packets and hands them on as they came. Times are written in
nanoseconds; a pcap file then has the magic number \`a1b23c4d\`, which every current tool reads. The link type is that
of the first packet; IP packets without a link header become raw IP. A pcap file has one link type, a pcapng file
gets an interface for each. Nothing is overwritten before the first packet or the regular end of the run. When space
runs out, the file is cut behind the last whole packet.

A capture that is cut off or damaged ends the request with \`SL_CAPTURE\` after all packets before that place have
been delivered.`,
    inputs: ['link', 'ip'],
    outputs: ['link', 'same'],
    role: ['source', 'sink'],
    options: {
      properties: {
        path: {
          type: 'string',
          minLength: 1,
          description: 'File to read or write; `-` is standard input or output. In a browser a URL to read from.',
          examples: ['trace.pcap', '-'],
        },
        loop: { type: 'integer', minimum: 1, default: 1, description: 'Source: how many times the file is read.' },
        format: {
          type: 'string',
          enum: ['pcap', 'pcapng'],
          description: 'Sink: format to write. Left out: pcapng if the path ends in `.pcapng`, else pcap.',
        },
        resolution: {
          type: 'string',
          enum: ['ns', 'us'],
          default: 'ns',
          description: 'Sink, pcap: unit of the times. `us` is for old tools and cuts off what is finer.',
        },
        linktype: {
          type: 'string',
          description:
            'Sink: link type (DLT name or number) of the file. Left out: that of the first packet, EN10MB if none comes.',
          examples: ['EN10MB', '101'],
        },
        snaplen: {
          type: 'integer',
          minimum: 1,
          maximum: 0x7fffffff,
          'x-unit': 'size',
          description: 'Sink: longer packets are cut to this many bytes. Left out: the longest of the link type.',
        },
      },
      required: ['path'],
    },
    classifier: '1',
    state: 'global',
    targets: ['js'],
    examples: [
      '(pcap,path=sample.pcap) > (count)',
      '(pcap,path=sample.pcap,loop=3) > (pcap,path=out.pcapng)',
      '(pcap,path=sample.pcap) > (pcap,path=heads.pcap,snaplen=64) > (count)',
    ],
    probe: true,
    unshared: true,
  },
  (options, context) => {
    const { path } = options
    if (context.inputs === 0) return createCaptureSource(path, options.loop ?? 1, context)
    return createCaptureSink(
      {
        path,
        format: options.format ?? (path.toLowerCase().endsWith('.pcapng') ? 'pcapng' : 'pcap'),
        micro: options.resolution === 'us',
        kind: options.linktype === undefined ? undefined : linkNumber(options.linktype),
        snaplen: options.snaplen ?? 0,
      },
      context,
    )
  },
)
