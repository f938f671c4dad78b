import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { createByteRing } from './byte-ring.js'
import { type RingChannel, ringChannel } from './channel.js'
import { smallArena, wordsOf } from './testing/rings.js'

const open: RingChannel[] = []
afterEach(() => {
  for (const channel of open.splice(0)) channel.close()
})

/** Both ends of a channel, in one thread. */
const pair = (bytes = 256, options: { maxMessage?: number; maxQueue?: number } = {}) => {
  const arena = smallArena()
  const [there, back] = [createByteRing(arena, bytes), createByteRing(arena, bytes)]
  const { port1, port2 } = new MessageChannel()
  const a = ringChannel({ out: there.writer(), in: back.reader(), doorbell: port1, ends: ['a', 'b'], ...options })
  const b = ringChannel({ out: back.writer(), in: there.reader(), doorbell: port2, ends: ['b', 'a'], ...options })
  open.push(a, b)
  return { a, b, arena, there }
}
const turn = () => new Promise((done) => setTimeout(done, 1))
const until = async (ready: () => boolean) => {
  while (!ready()) await turn()
}
const closing = (channel: RingChannel) => new Promise<string>((done) => channel.onClose(done))

describe('a ring channel', () => {
  it('delivers any JSON both ways, in order, whatever its size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.boolean(), fc.jsonValue()), { minLength: 1, maxLength: 40 }),
        fc.constantFrom(64, 128, 4096),
        async (messages, bytes) => {
          const { a, b } = pair(bytes)
          const got: { a: unknown[]; b: unknown[] } = { a: [], b: [] }
          a.onMessage((m) => got.a.push(m))
          b.onMessage((m) => got.b.push(m))
          for (const [toB, message] of messages) (toB ? a : b).send(message)
          await until(() => got.a.length + got.b.length === messages.length)
          // JSON has no -0.
          const plain = (x: unknown) => JSON.parse(JSON.stringify(x))
          expect(got.b).toEqual(messages.filter(([toB]) => toB).map(([, m]) => plain(m)))
          expect(got.a).toEqual(messages.filter(([toB]) => !toB).map(([, m]) => plain(m)))
          a.close()
        },
      ),
      { numRuns: 60 },
    )
  })

  it('keeps messages until somebody listens, and rings only for who sleeps', async () => {
    const { a, b } = pair(4096)
    for (let n = 0; n < 10; n++) a.send(n)
    expect(a.counters()['rung']).toBe(0)
    const got: unknown[] = []
    b.onMessage((m) => got.push(m))
    await until(() => got.length === 10)
    for (let n = 10; n < 30; n++) a.send(n)
    expect(a.counters()['rung']).toBe(1)
    await until(() => got.length === 30)
    expect(got).toEqual(Array.from({ length: 30 }, (_, n) => n))
  })

  it('lets the event loop run while a flood comes in', async () => {
    const { a, b } = pair(65536)
    let got = 0
    let turns = 0
    const clock = setInterval(() => turns++, 0)
    b.onMessage(() => got++)
    await turn()
    for (let n = 0; n < 20_000; n++) a.send(n)
    await until(() => got === 20_000)
    clearInterval(clock)
    expect(turns).toBeGreaterThan(5)
  })

  it('closes: the other end gets what was sent, then the reason, once', async () => {
    const { a, b } = pair()
    const events: unknown[] = []
    b.onMessage((m) => events.push(m))
    b.onClose((reason) => events.push(reason))
    await turn()
    a.send('last')
    a.close()
    a.close()
    await until(() => events.length === 2)
    await turn()
    expect(events).toEqual(['last', 'a has closed the channel'])
    expect(await closing(b)).toBe('a has closed the channel')
    expect(() => b.send(1)).toThrow(expect.objectContaining({ code: 'SL_SPACE_DIED' }))
    expect(() => a.send(1)).toThrow('a has closed the channel')
    b.closed('told again')
    expect(events.length).toBe(2)
  })

  it('believes who tells it of a death, after handing out what had come', async () => {
    const { a, b } = pair()
    const got: unknown[] = []
    b.onMessage((m) => got.push(m))
    const reason = closing(b)
    a.send('before')
    b.closed('worker exited with code 9')
    expect(got).toEqual(['before'])
    expect(await reason).toBe('worker exited with code 9')
  })

  it('refuses what it cannot send, and a queue that nobody empties', () => {
    const { a } = pair(64, { maxMessage: 1000, maxQueue: 2000 })
    expect(() => a.send(undefined)).toThrow(expect.objectContaining({ code: 'SL_USAGE' }))
    expect(() => a.send('x'.repeat(1000))).toThrow(expect.objectContaining({ code: 'SL_PROTOCOL' }))
    expect(() => {
      for (;;) a.send('x'.repeat(500))
    }).toThrow(expect.objectContaining({ code: 'SL_PROTOCOL', hint: 'The other end does not read its messages.' }))
  })

  it('ends, and nothing worse, when the other end sends rubbish', async () => {
    const rubbish: [string, (x: ReturnType<typeof pair>) => void][] = [
      ['is corrupt', ({ arena, there }) => wordsOf(arena, there.descriptor, 256).fill(-1, 256)],
      ['no JSON', ({ there }) => send(there, Uint8Array.of(0x7b))],
      ['no JSON', ({ there }) => send(there, Uint8Array.of(0x22, 0xff, 0x22))],
      ['an empty message', ({ there }) => send(there, new Uint8Array(0))],
      [
        'longer than 100 bytes',
        ({ there }) => {
          for (let n = 0; n < 3; n++) send(there, new Uint8Array(50), true)
        },
      ],
    ]
    const send = (ring: ReturnType<typeof pair>['there'], bytes: Uint8Array, more = false): void => {
      const writer = ring.writer()
      writer.send(bytes, more)
      writer.publish()
    }
    for (const [why, spoil] of rubbish) {
      const ends = pair(256, { maxMessage: 100 })
      ends.a.send('good')
      spoil(ends)
      const reason = closing(ends.b)
      ends.b.onMessage(() => {})
      expect(await reason).toContain(why)
    }
  })
})
