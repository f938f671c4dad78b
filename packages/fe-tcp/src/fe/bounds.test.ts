import { describe, expect, it } from 'vitest'
import { handshake, segment } from '../testing/packets.js'
import { counters, run, show } from '../testing/run.js'
import { TestSpace } from '../testing/space.js'
import tcp from './tcp.js'

const open = handshake(100, 500)
/** Segments of one byte, every second one missing. */
const scattered = (count: number, from = 101, seconds = 0) =>
  Array.from({ length: count }, (_, i) => segment({ seq: from + 1 + 2 * i, data: 'x', seconds }))
const later = (seconds: number) => segment({ sport: 7, dport: 7, seq: 1, flags: 'S', seconds })

describe('tcp: gaps', () => {
  const early = [...open, segment({ seq: 101, data: 'abc' }), segment({ seq: 107, data: 'gh' })]

  it('are given up for one reason each', async () => {
    const reasons = [
      'gapsAcknowledged',
      'gapsTime',
      'gapsWindow',
      'gapsSegments',
      'gapsMemory',
      'gapsCut',
      'gapsEnd',
    ] as const
    const acked = segment({ from: 2, seq: 501, ack: 109, seconds: 1 })
    const cut = segment({ seq: 104, data: 'defghi' })
    const packets = {
      gapsAcknowledged: [...early, acked, later(3)],
      gapsTime: [...early, later(50), later(100)],
      gapsWindow: early,
      gapsSegments: early,
      gapsMemory: early,
      gapsCut: [...early.slice(0, 4), { ...cut, data: cut.data.subarray(0, 43), wireLength: 46 }],
      gapsEnd: early,
    }
    const options = { gapsTime: { hold: 60 }, gapsWindow: { window: 1 }, gapsSegments: { segments: 0 }, gapsMemory: { memory: 500 } }
    for (const reason of reasons) {
      const space = await run(packets[reason], reason in options ? options[reason as keyof typeof options] : {})
      if (reason === 'gapsEnd') await space.finish()
      expect(counters(space, ...reasons)).toEqual(reasons.map((other) => (other === reason ? 1 : 0)))
      expect(show(space)).toMatch(reason === 'gapsCut' ? /^<abc\|def\|\?$/ : /^<abc\|\?gh\|/)
    }
  })
  it('waits, on demand, until the end, and drops what exceeds the bounds', async () => {
    const acked = segment({ from: 2, seq: 501, ack: 109, seconds: 1 })
    const space = await run([...early, acked, later(60), later(120), segment({ seq: 110, data: 'j' })], {
      gap: 'wait',
      hold: 10,
      segments: 1,
    })
    expect(show(space)).toBe('<abc|')
    expect(counters(space, 'discarded')).toEqual([1])
    space.packet(segment({ seq: 104, data: 'def' }))
    expect(show(space)).toBe('<abc|def|gh|')
  })
  it('stops, on demand, at the first gap', async () => {
    const space = await run([...early, segment({ seq: 111, data: 'k' }), segment({ seq: 104, data: 'd' })], {
      gap: 'stop',
      segments: 1,
    })
    expect(show(space)).toBe('<abc|?>')
    expect(counters(space, 'stopped', 'afterEnd', 'held')).toEqual([1, 3, 0])
    await space.finish()
    expect(show(space, 1)).toBe('<>')
  })
  it('by acknowledgement, what waits only for that goes on when a bound is reached', async () => {
    const space = await run([...open, segment({ seq: 101, data: 'abc' }), segment({ seq: 104, data: 'def' })], {
      acknowledged: true,
      window: 5,
    })
    expect(show(space)).toBe('<abc|def|')
    expect(counters(space, 'gaps', 'lost')).toEqual([0, 0])
  })
})

describe('tcp: attacks', () => {
  it('tiny segments in all places of a window cost what is allowed', async () => {
    const space = await run([...open, ...scattered(20000)], { segments: 1e6, memory: 1e6 })
    expect(counters(space, 'held')[0]).toBeLessThanOrEqual(1e6)
    expect(counters(space, 'heldPeak')[0]).toBeGreaterThan(0.99e6)
    // Each is a packet of 41 bytes.
    expect(space.holding).toBeLessThan(2000)
    await space.finish()
    expect(counters(space, 'held', 'lost')).toEqual([0, 20000])
  })
  it('so do overlaps that leave one byte of each large packet', async () => {
    const options = { policy: 'last', memory: 200_000, segments: 1e6 } as const
    const space = await TestSpace.of(tcp, options)
    for (const packet of open) space.packet(packet)
    for (let i = 0; i < 300; i++) {
      space.packet(segment({ seq: 200 + i, data: new Uint8Array(1400) }))
      expect(space.heldBytes).toBeLessThanOrEqual(200_000)
    }
    expect(space.heldBytes).toBeGreaterThan(100_000)
  })
  it('a byte planted far ahead does not make the stream skip what is to come, when memory runs out', async () => {
    const options = { memory: 20_000, gap: 'skip' } as const
    const space = await run([...open, segment({ seq: 101 + 2 ** 28, data: '!' })], options)
    // Other connections hold more than there is room for.
    for (let sport = 2000; sport < 2100; sport++) {
      for (const packet of handshake(1, 1, { sport })) space.packet(packet)
      space.packet(segment({ sport, seq: 9, ack: 2, data: 'x' }))
    }
    space.packet(segment({ seq: 101, data: 'abc' }))
    expect(show(space)).toBe('<abc|')
    expect(counters(space, 'discarded')).toEqual([1])
    expect(counters(space, 'held')[0]).toBeLessThanOrEqual(20_000)
  })
  it('a byte planted far ahead on each of many connections takes no more memory than is allowed', async () => {
    const space = await TestSpace.of(tcp, { memory: 100_000 })
    for (let i = 0; i < 3000; i++) {
      for (const packet of handshake(5, 9, { sport: i })) space.packet(packet)
      space.packet(segment({ sport: i, seq: 6 + 2 ** 29, data: '!' }))
      expect(counters(space, 'held')[0]).toBeLessThanOrEqual(100_000)
    }
    for (let i = 0; i < 3000; i++) space.packet(segment({ sport: i, seq: 6, data: 'abc' }))
    expect(show(space, 0)).toBe('<abc|')
    expect(show(space, 5998)).toBe('<abc|')
  })
  it('a million SYNs stay inside the bound, and what was established lives', async () => {
    const connections = 10_000
    const space = await TestSpace.of(tcp, { connections })
    for (const packet of [...open, segment({ seq: 101, data: 'abc' })]) space.packet(packet)
    const syn = segment({ seq: 7, flags: 'S' })
    const view = new DataView(syn.data.buffer)
    let most = 0
    let table = 0
    space.onBlock = () => {}
    for (let i = 0; i < 1_000_000; i++) {
      view.setUint32(12, Math.imul(i, 0x9e3779b1))
      view.setUint16(20, i)
      space.packet({ ...syn, seconds: i >>> 14 })
      if ((i & 1023) !== 0) continue
      most = Math.max(most, space.streams.size)
      table = Math.max(table, counters(space, 'table')[0]!)
    }
    expect(counters(space, 'connections', 'evictedSilent', 'evictedHalfOpen')).toEqual([1_000_001, 0, 990_001])
    // The connection's two streams, and one of each SYN.
    expect(most).toBeLessThanOrEqual(connections + 1)
    expect(table).toBeLessThanOrEqual(connections * 160)
    const seen: string[] = []
    space.onBlock = ({ data }) => seen.push(new TextDecoder().decode(data))
    space.packet(segment({ seq: 104, data: 'def' }))
    expect(seen).toEqual(['def'])
  })
  it('connections are looked at for their age a few at a time, and all in the end, however time jumps', async () => {
    const space = await TestSpace.of(tcp, { connections: 100_000 })
    space.onBlock = () => {}
    for (let i = 0; i < 50_000; i++) space.packet(segment({ sport: i, seq: 1 }))
    for (let i = 0; i < 20_000; i++) space.packet(segment({ sport: 1, seq: 1, seconds: i * 60 }))
    expect(counters(space, 'known', 'timedOutSilent')).toEqual([1, 49_999])
  })
})
