import { type Batch, type Block, type Context, END, type FunctionalElement, GAP, START } from '@netstreamline/core'
import { element } from './harness.js'

/** Everything that can be seen of a block; `data` is the window, `l3` and `l4` count from it. */
export interface Seen {
  readonly data: string
  readonly before: string
  readonly kind: number
  readonly l3: number | undefined
  readonly l4: number | undefined
  readonly proto: number
  readonly classifier: number
  readonly stream: number
  readonly flags: number
  readonly seconds: number
  readonly nanoseconds: number
  readonly wireLength: number
  readonly ring: number
  readonly position: number
  readonly input: number
  readonly known: string | undefined
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

export const see = (b: Block, context: Context): Seen => ({
  data: hex(b.bytes.subarray(b.offset, b.offset + b.length)),
  before: b.l3 >= 0 && b.l3 < b.offset ? hex(b.bytes.subarray(b.l3, b.offset)) : '',
  kind: b.kind,
  l3: b.l3 < 0 ? undefined : b.l3 - b.offset,
  l4: b.l4 < 0 ? undefined : b.l4 - b.offset,
  proto: b.proto,
  classifier: b.classifier,
  stream: b.stream,
  flags: b.flags,
  seconds: b.seconds,
  nanoseconds: b.nanoseconds,
  wireLength: b.wireLength,
  ring: b.ring,
  position: b.position,
  input: b.input,
  known: JSON.stringify(context.stream(b.stream)),
})

/** A sink that remembers all that it sees, in `seen`. */
export const collector = (seen: Seen[], name = 'collect'): FunctionalElement =>
  element(
    name,
    (_options, context) => (block) => {
      seen.push(see(block, context))
      return 1
    },
    'global',
  )

/** A source of `count` blocks of 1..`size` bytes, contents by number, `per` of them a pull. */
export const numbers = element(
  'numbers',
  (options, context) => {
    const { count, size = 64, per = 100 } = options as { count: number; size?: number; per?: number }
    const slots = 4096
    const ring = context.alloc(slots * size)
    let next = 0
    return {
      pull(batch: Batch) {
        const until = Math.min(count, next + Math.min(batch.limit, per, slots))
        batch.ring = ring.id
        for (; next < until; next++) {
          const at = ring.base + (next % slots) * size
          const length = 1 + (next % size)
          ring.reclaim(at, size)
          for (let i = 0; i < length; i++) context.bytes[at + i] = next * 7 + i
          const i = batch.count++
          batch.offset[i] = at
          batch.length[i] = length
          batch.kind[i] = 1
          batch.wireLength[i] = length + 4
          batch.seconds[i] = 1_700_000_000 + Math.floor(next / 100)
          batch.nanoseconds[i] = next % 1_000_000_000
          batch.position[i] = next * size
        }
        batch.end = next >= count
      },
    }
  },
  'global',
)

/** Re-cuts blocks into streams: every fourth block begins one of three blocks, with a gap. Headers before the window. */
export const streams = element(
  'streams',
  (_options, context) => {
    let id = 0
    let n = 0
    return {
      process(b) {
        const phase = n++ % 4
        const l3 = b.offset
        const l4 = b.offset + Math.min(2, b.length)
        const offset = b.offset + Math.min(5, b.length)
        const length = b.offset + b.length - offset
        const about = { stream: id, l3, l4, proto: 6, offset }
        if (phase === 0) {
          context.openStream({
            id,
            src: '10.0.0.1',
            dst: '10.0.0.2',
            sport: 1000 + (id % 60000),
            dport: 80,
            name: `s${id}`,
          })
          context.emit({ ...about, length: 0, flags: START })
        }
        context.emit({ ...about, length, kind: 0x10002, classifier: 1 + phase * 20000 })
        if (phase === 1) context.emit({ ...about, length: 0, flags: GAP })
        if (phase === 3) {
          context.emit({ ...about, length: 0, flags: END })
          context.closeStream(id++)
        }
        return -1
      },
    }
  },
  'flow',
)

/** Hands everything on. */
export const pass = element('pass', () => () => 1)
