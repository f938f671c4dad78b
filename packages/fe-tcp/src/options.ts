import type { OptionsSchema } from '@netstreamline/core'
import { POLICIES } from './policy.js'
import { DEFAULTS } from './settings.js'

const size = (key: 'connections' | 'window' | 'segments' | 'memory', minimum: number, description: string) =>
  ({ type: 'integer', minimum, default: DEFAULTS[key], 'x-unit': 'size', description }) as const

const seconds = (key: 'patience' | 'hold' | 'timeout' | 'opening' | 'closing', description: string) =>
  ({ type: 'number', minimum: 0, maximum: 1e9, default: DEFAULTS[key], description }) as const

const yes = (key: 'acknowledged' | 'midstream' | 'urgent' | 'conflicts', description: string) =>
  ({ type: 'boolean', default: DEFAULTS[key], description }) as const

/** What `tcp` takes, for its manifest. */
export const OPTIONS: OptionsSchema = {
  properties: {
    policy: {
      type: 'string',
      enum: POLICIES,
      default: DEFAULTS.policy,
      description: 'Which bytes stay where segments overlap that have not been handed on; see Overlaps.',
    },
    acknowledged: yes(
      'acknowledged',
      'Hand on bytes only when the receiver has acknowledged them, so that `policy` decides about all before. Holds every segment.',
    ),
    conflicts: yes('conflicts', 'Hand on, with classifier 2, the bytes that lost against others which differ.'),
    gap: {
      type: 'string',
      enum: ['skip', 'wait', 'stop'],
      default: DEFAULTS.gap,
      description:
        "`skip`: give up bytes that don't come, mark the gap and go on. `stop`: mark it and end the stream. `wait`: wait for them until the connection ends, and drop what exceeds the bounds.",
    },
    patience: seconds(
      'patience',
      'Seconds of capture time after which missing bytes that the receiver has acknowledged are given up.',
    ),
    hold: seconds('hold', 'Seconds of capture time after which missing bytes are given up in any case.'),
    window: size('window', 0, 'Bytes that one direction may hold.'),
    segments: size('segments', 0, 'Segments that one direction may hold.'),
    memory: size('memory', 0, 'Bytes that all directions together may hold, 512 more counted for each segment.'),
    connections: { ...size('connections', 1, 'Connections known at a time, at most.'), maximum: 4194304 },
    midstream: yes('midstream', 'Take connections that began before the capture.'),
    urgent: yes('urgent', 'Leave urgent bytes in the stream; `false` takes them out, as sockets do by default.'),
    checksum: {
      type: 'string',
      enum: ['ignore', 'offload', 'strict'],
      default: DEFAULTS.checksum,
      description:
        'Segments with a wrong checksum: `ignore` takes them, `strict` refuses them, `offload` refuses them unless they look as if a network card was to compute it or has merged them.',
    },
    timeout: seconds(
      'timeout',
      'Seconds of capture time without a segment after which a connection ends (2 hours 4 minutes as in RFC 5382).',
    ),
    opening: seconds('opening', 'The same for connections in which only SYNs and resets have been seen.'),
    closing: seconds('closing', 'How long connections whose both streams have ended are remembered.'),
  },
}
