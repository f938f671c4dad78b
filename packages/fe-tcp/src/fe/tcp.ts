import { defineFE } from '@netstreamline/core'
import { Connections } from '../connections.js'
import { countersOf } from '../counters.js'
import { DESCRIPTION } from '../description.js'
import { OPTIONS } from '../options.js'
import { Packets } from '../packets.js'
import { DEFAULTS, type Settings } from '../settings.js'

/** Options of `tcp`. */
export type TcpOptions = Partial<Settings>

export default defineFE<TcpOptions>(
  {
    name: 'tcp',
    summary: 'Reassembles TCP streams without copying.',
    description: DESCRIPTION,
    inputs: ['link', 'ip'],
    outputs: ['tcp'],
    role: ['filter'],
    options: OPTIONS,
    classifier:
      '1 for every block of a stream, 2 for bytes that lost against others (`conflicts`). Packets that are not TCP get 0, TCP packets themselves are consumed.',
    state: 'flow',
    targets: ['js'],
    examples: [
      '(pcap,path=sample.pcap) > (tcp) > (count)',
      '(pcap,path=sample.pcap) > (tcp) > (port) 80> (count)',
      '(pcap,path=sample.pcap) > (tcp,policy=linux,acknowledged,checksum=offload) 1> (count)',
    ],
  },
  (options, context) => {
    const settings: Settings = { ...DEFAULTS, ...options }
    const life = new Connections(context, settings)
    const packets = new Packets(context, life, settings.checksum)
    return {
      process: (block) => packets.process(block),
      tick: (second) => life.ageing.idle(second),
      finish: () => life.finish(),
      stop: () => packets.free(),
      counters: () => ({ ...countersOf(life), ...packets.counters() }),
    }
  },
)
