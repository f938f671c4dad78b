// What the protocol FEs say of a stream depends on its bytes, not on how they are cut into blocks, nor on what lies
// around the blocks in memory.
import { type FunctionalElement, KIND } from '@netstreamline/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CONVERSATIONS } from '../testing/conversations.js'
import { bytesOf, GAP, StreamFeed } from '../testing/stream-feed.js'
import dns from './dns.js'
import http from './http.js'
import rtsp from './rtsp.js'
import ssh from './ssh.js'
import tls from './tls.js'

const ELEMENTS: [string, FunctionalElement<never>, string[]][] = [
  ['http', http as never, ['stream', 'heads', 'bodies', 'files', 'log']],
  ['rtsp', rtsp as never, ['stream', 'heads', 'data', 'log']],
  ['ssh', ssh as never, ['stream', 'banners', 'kex', 'log']],
  ['tls', tls as never, ['stream', 'hellos', 'log']],
  ['dns', dns as never, ['messages', 'log']],
]

interface Edit {
  at: number
  what: number[]
  remove: number
}
const edit = fc.record({
  at: fc.nat(2000),
  what: fc.oneof(
    fc.array(fc.nat(255), { maxLength: 4 }),
    fc
      .constantFrom('\r\n', '\n', '\r', ' ', ':', '0', '\r\n\r\n', ',', ';', '$', 'HTTP/1.1 200 OK\r\n')
      .map((text) => [...bytesOf(text)]),
  ),
  remove: fc.nat(3),
})
const edited = (bytes: Uint8Array, edits: readonly Edit[]): Uint8Array => {
  const list = [...bytes]
  for (const { at, what, remove } of edits) list.splice(at % (list.length + 1), remove, ...what)
  return Uint8Array.from(list)
}

interface Sides {
  client: Uint8Array
  server: Uint8Array
  /** Where the client's direction, then the server's, lost bytes. */
  gaps: [number, number]
}

/** All that comes out. Blocks of one stream are put together, where it is their bytes that count. */
const run = async (
  fe: FunctionalElement<never>,
  emit: string,
  { client, server, gaps }: Sides,
  cuts: readonly number[],
  poison: number,
) => {
  const feed = await StreamFeed.of(fe, { emit } as never, poison)
  feed.connect()
  const side = (stream: number, bytes: Uint8Array, gap: number) => {
    if (gap >= bytes.length) {
      feed.pieces(stream, bytes, cuts)
      return
    }
    feed.pieces(stream, bytes.subarray(0, gap), cuts)
    feed.mark(stream, GAP)
    feed.pieces(stream, bytes.subarray(gap), cuts)
  }
  side(0, client, gaps[0])
  feed.seconds = 2
  side(1, server, gaps[1])
  feed.close()
  const counters = feed.counters()
  expect([feed.space.holding, counters['kept']]).toEqual([0, 0])
  const whole = emit === 'stream' || emit === 'bodies' || emit === 'files'
  const out: string[] = []
  for (const { stream, kind, flags, classifier, data } of feed.out()) {
    // What is refused goes its way in the blocks that it came in.
    if (classifier === 0) continue
    const label = `${stream} ${kind} ${flags} ${classifier}: `
    if (whole && flags === 0 && out.at(-1)?.startsWith(label))
      out[out.length - 1] += Buffer.from(data).toString('latin1')
    else out.push(label + Buffer.from(data).toString('latin1'))
  }
  await feed.space.finish()
  return { out, counters }
}

describe.each(ELEMENTS)('%s', (_name, fe, emits) => {
  it.each(emits)('property: emit=%s is the same however streams are cut', async (emit) => {
    const kinds = CONVERSATIONS.map(({ client, server }) => ({ client: bytesOf(client), server: bytesOf(server) }))
    const side = fc.record({
      conversation: fc.constantFrom(...kinds),
      edits: fc.oneof(fc.constant([]), fc.array(edit, { maxLength: 3 })),
      gaps: fc.tuple(fc.oneof(fc.constant(1e9), fc.nat(800)), fc.oneof(fc.constant(1e9), fc.nat(800))),
    })
    const cuts = fc.oneof(
      fc.array(fc.nat(1200), { maxLength: 40 }),
      fc.constant(Array.from({ length: 2000 }, (_, i) => i)),
    )
    await fc.assert(
      fc.asyncProperty(side, cuts, async ({ conversation, edits, gaps }, at) => {
        const client = edited(conversation.client, edits)
        const server = edited(conversation.server, edits)
        const sides = { client, server, gaps }
        const one = await run(fe, emit, sides, [], 0xee)
        const two = await run(fe, emit, sides, at, 0x0a)
        expect(two).toEqual(one)
      }),
      { seed: 3, numRuns: 150 },
    )
  })
})

it('kinds that are no streams are left alone', async () => {
  for (const [, fe] of ELEMENTS) {
    const feed = await StreamFeed.of(fe, {} as never)
    expect(feed.data(0, 'GET / HTTP/1.1\r\n\r\n', KIND.bytes)).toBe(0)
  }
})
