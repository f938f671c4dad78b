import { CONSUMED, KIND } from '@netstreamline/core'
import { describe, expect, it } from 'vitest'
import { handshake, segment } from '../testing/packets.js'
import { counters, run, show } from '../testing/run.js'
import type { TestSpace } from '../testing/space.js'

const counter = (space: TestSpace, name: string) => counters(space, name)[0]
const open = handshake(100, 500)

describe('tcp: one connection', () => {
  it('hands on both directions, with kind, headers and description', async () => {
    const space = await run([
      ...open,
      segment({ seq: 101, data: 'hello', options: 12 }),
      segment({ from: 2, seq: 501, ack: 106, data: 'world' }),
    ])
    expect([show(space, 0), show(space, 1)]).toEqual(['<hello|', '<world|'])
    expect(space.results.every((result) => result === CONSUMED)).toBe(true)
    const hello = space.seen.find(({ data }) => data.length > 0)!
    expect(hello).toMatchObject({ kind: KIND.tcp, classifier: 1, proto: 6 })
    expect(hello.l4 - hello.l3).toBe(20)
    expect({ ...JSON.parse(JSON.stringify(space.streams.get(1))) }).toEqual({
      id: 1,
      src: '10.0.0.2',
      dst: '10.0.0.1',
      sport: 80,
      dport: 1000,
      name: '10.0.0.2.80-10.0.0.1.1000',
      peer: 0,
    })
  })
  it('ends a direction when its FIN is reached, with data before it and none after', async () => {
    const space = await run([
      ...open,
      segment({ seq: 104, flags: 'FA', data: 'def' }),
      segment({ seq: 101, data: 'abc' }),
      segment({ seq: 107, data: 'never' }),
      segment({ from: 2, seq: 501, data: 'still open' }),
    ])
    expect([show(space, 0), show(space, 1)]).toEqual(['<abc|def|>', '<still open|'])
    expect(counter(space, 'afterEnd')).toBe(1)
  })
  it('takes data that comes with the SYN', async () => {
    expect(
      show(await run([segment({ seq: 100, flags: 'S', data: 'early' }), segment({ seq: 106, data: 'later' })])),
    ).toBe('<early|later|')
  })
  it('knows keep-alives and retransmissions', async () => {
    const space = await run([
      ...open,
      segment({ seq: 101, data: 'abc' }),
      segment({ seq: 103, data: '\0' }),
      segment({ seq: 101, data: 'abc' }),
      segment({ seq: 102, data: 'bcde' }),
    ])
    expect(show(space)).toBe('<abc|de|')
    expect([counter(space, 'keepAlives'), counter(space, 'retransmitted'), counter(space, 'overlaps')]).toEqual([
      1, 1, 1,
    ])
  })
  it('counts overlaps whose bytes differ', async () => {
    const space = await run([...open, segment({ seq: 103, data: 'XY' }), segment({ seq: 101, data: 'abcdef' })])
    expect(show(space)).toBe('<ab|XY|ef|')
    expect(counter(space, 'conflicts')).toBe(1)
  })
  it('knows the server by its answer, and where the client begins', async () => {
    const space = await run([
      segment({ from: 2, seq: 500, ack: 101, flags: 'SA' }),
      segment({ seq: 104, data: 'def' }),
      segment({ seq: 101, data: 'abc' }),
    ])
    expect([show(space, 0), show(space, 1)]).toEqual(['<abc|def|', '<'])
    expect(space.streams.get(0)?.src).toBe('10.0.0.1')
  })
  it('joins midstream at the first byte', async () => {
    const space = await run([
      segment({ from: 2, seq: 9000, ack: 5, data: '' }),
      segment({ from: 2, seq: 9000, ack: 5, data: 'abc' }),
      segment({ seq: 5, ack: 9003, data: 'xyz' }),
    ])
    expect([show(space, 0), show(space, 1)]).toEqual(['<abc|', '<xyz|'])
  })
})

describe('tcp: loss', () => {
  it('gives up bytes that the receiver has acknowledged, after two seconds', async () => {
    const packets = [
      ...open,
      segment({ seq: 104, data: 'def' }),
      segment({ from: 2, seq: 501, ack: 107, seconds: 1 }),
      segment({ from: 2, seq: 501, ack: 107, seconds: 2 }),
    ]
    const space = await run(packets)
    expect(show(space)).toBe('<?def|')
    expect(counter(space, 'lost')).toBe(3)
  })
  it('is not taken in by one byte far ahead', async () => {
    const space = await run([
      ...open,
      segment({ seq: 101 + 900000, data: '!' }),
      segment({ seq: 101, data: 'abc', seconds: 50 }),
      segment({ from: 2, seq: 501, ack: 104, seconds: 100 }),
      segment({ seq: 104, data: 'def', seconds: 101 }),
    ])
    expect(show(space)).toBe('<abc|def|')
    await space.finish()
    expect(show(space)).toBe('<abc|def|?!|>')
  })
  it('gives up when too much is held', async () => {
    const space = await run([...open, segment({ seq: 104, data: 'def' })], { window: 2 })
    expect(show(space)).toBe('<?def|')
    expect(counter(space, 'gapsWindow')).toBe(1)
  })
  it('holds no more than allowed over all connections, the oldest hole goes first', async () => {
    const packets = [1, 2, 3].flatMap((sport) => [
      ...handshake(100, 500, { sport }),
      segment({ sport, seq: 104, data: 'def' }),
    ])
    const space = await run(packets, { memory: 1100 })
    expect([show(space, 0), show(space, 2), show(space, 4)]).toEqual(['<?def|', '<', '<'])
    expect(space.holding).toBe(2)
  })
  it('marks what the capture has cut off', async () => {
    const whole = segment({ seq: 101, data: 'abcdef' })
    const cut = { ...whole, data: whole.data.subarray(0, 43), wireLength: 46 }
    expect(show(await run([...open, cut, segment({ seq: 107, data: 'ghi' })]))).toBe('<abc|?ghi|')
    expect(show(await run([...open, segment({ seq: 107, data: 'ghi' }), cut]))).toBe('<abc|?ghi|')
  })
  it('marks what is missing at the end', async () => {
    const fin = await run([...open, segment({ seq: 101, data: 'abc' }), segment({ seq: 109, flags: 'FA' })])
    await fin.finish()
    expect(show(fin)).toBe('<abc|?>')
    const ack = await run([...open, segment({ seq: 101, data: 'abc' }), segment({ from: 2, seq: 501, ack: 110 })])
    await ack.finish()
    expect(show(ack)).toBe('<abc|?>')
  })
})

describe('tcp: many connections', () => {
  it('numbers a SYN with another initial sequence number anew, a repeated one not', async () => {
    const space = await run([
      ...open,
      ...open,
      segment({ seq: 101, data: 'one' }),
      ...handshake(9000, 1),
      segment({ seq: 9001, data: 'two' }),
    ])
    expect([show(space, 0), show(space, 2)]).toEqual(['<one|>', '<two|'])
    expect([counter(space, 'connections'), counter(space, 'reused')]).toEqual([2, 1])
    expect(space.streams.get(2)?.name).toBe('10.0.0.1.1000-10.0.0.2.80_1')
  })
  it('survives a forged reset, and ends some seconds after a true one', async () => {
    const start = [...open, segment({ seq: 101, data: 'abc' }), segment({ from: 2, seq: 501, flags: 'R', data: 'why' })]
    expect(show(await run([...start, segment({ seq: 104, data: 'def', seconds: 1 })]))).toBe('<abc|def|')
    const other = { sport: 7, seq: 1, flags: 'S' }
    const space = await run([...start, ...[1, 5, 6].map((seconds) => segment({ ...other, seconds }))])
    expect([show(space, 0), show(space, 1)]).toEqual(['<abc|>', '<>'])
  })
  it('lets a refused SYN be repeated', async () => {
    const space = await run([
      segment({ seq: 100, flags: 'S' }),
      segment({ from: 2, seq: 0, ack: 101, flags: 'RA' }),
      segment({ seq: 100, flags: 'S', seconds: 30 }),
      segment({ from: 2, seq: 500, ack: 101, flags: 'SA', seconds: 31 }),
      segment({ seq: 101, ack: 501, data: 'abc', seconds: 32 }),
      segment({ from: 2, seq: 501, ack: 104, data: 'def', seconds: 32 }),
    ])
    expect([show(space, 0), show(space, 1)]).toEqual(['<abc|', '<def|'])
  })
  it('ends what is silent, but not because a clock jumps', async () => {
    const idle = Array.from({ length: 10 }, (_, i) => segment({ sport: 9, seq: 1, seconds: 30 * i }))
    expect(show(await run([...open, ...idle], { timeout: 200 }))).toBe('<>')
    const jump = [...open, segment({ sport: 9, seq: 1, seconds: 4e9 }), segment({ sport: 9, seq: 1, seconds: 1 })]
    expect(show(await run(jump, { timeout: 200 }))).toBe('<')
  })
  it('bounds a flood of SYNs', async () => {
    const flood = Array.from({ length: 5000 }, (_, i) => segment({ sport: i, dport: 65000, seq: i, flags: 'S' }))
    const space = await run(flood, { connections: 1000 })
    expect(space.streams.size).toBe(1000)
    expect([counter(space, 'connections'), counter(space, 'evictedHalfOpen')]).toEqual([5000, 4000])
    await space.finish()
    expect(space.streams.size).toBe(0)
  })
})

describe('tcp: packets', () => {
  it('is not for UDP; broken headers are not for it either, but count', async () => {
    const broken = segment({ seq: 1 })
    broken.data[32] = 0x40
    const udp = segment({ seq: 1 })
    udp.data[9] = 17
    const space = await run([broken, udp, { ...open[0]!, data: open[0]!.data.subarray(0, 39) }])
    expect(space.results).toEqual([0, 0, 0])
    expect(counter(space, 'malformed')).toBe(2)
  })
  it('reassembles IP fragments and leaves padding out', async () => {
    const { data, kind } = segment({ seq: 101, data: 'abcdefghijklmnop' })
    const [one, two] = [data.slice(0, 44), Uint8Array.of(...data.slice(0, 20), ...data.slice(44), 0, 0, 0)]
    one.set([0, 44], 2)
    one.set([0x20, 0], 6)
    two.set([0, 32], 2)
    two.set([0, 3], 6)
    const space = await run([...open, { kind, data: two }, { kind, data: one }, segment({ seq: 117, data: 'q' })])
    expect(show(space)).toBe('<abcdefghijklmnop|q|')
  })
  it('takes an IP length of zero for all there is', async () => {
    const offloaded = segment({ seq: 101, data: 'abc' })
    offloaded.data.set([0, 0], 2)
    expect(show(await run([...open, offloaded]))).toBe('<abc|')
  })
})
