import { describe, expect, it } from 'vitest'
import { handshake, segment } from '../testing/packets.js'
import { counters, run, show } from '../testing/run.js'

const open = handshake(100, 500)
const begun = [...open, segment({ seq: 101, ack: 501, data: 'abc' })]
/** Something else happens, so that time passes. */
const later = (seconds: number) => segment({ sport: 7, dport: 7, seq: 1, flags: 'S', seconds })

describe('tcp: ports used again', () => {
  const again = handshake(90000, 70000)

  it('a late SYN gets a stream of its own, and the connection goes on', async () => {
    const space = await run([
      ...begun,
      segment({ seq: 4000, flags: 'S' }),
      // The receiver only asks back (RFC 5961 §4.2).
      segment({ from: 2, seq: 501, ack: 104 }),
      segment({ seq: 104, ack: 501, data: 'def' }),
      segment({ from: 2, seq: 501, ack: 107, data: 'xyz' }),
      segment({ seq: 107, ack: 504, flags: 'FA' }),
    ])
    expect([show(space, 0), show(space, 1), show(space, 2)]).toEqual(['<abc|def|>', '<xyz|', '<'])
    expect(counters(space, 'connections', 'lateSyns', 'reused')).toEqual([2, 1, 0])
    await space.finish()
    expect(show(space, 2)).toBe('<>')
  })
  it('so with one from the other side', async () => {
    const space = await run([
      ...begun,
      segment({ from: 2, seq: 4000, flags: 'S' }),
      segment({ seq: 104, ack: 501, data: 'def' }),
      segment({ from: 2, seq: 501, ack: 107, data: 'xyz' }),
    ])
    expect([show(space, 0), show(space, 1), show(space, 2)]).toEqual(['<abc|def|', '<xyz|', '<'])
    expect(space.streams.get(2)?.src).toBe('10.0.0.2')
  })
  it('an answer to the SYN ends the old connection', async () => {
    const space = await run([...begun, again[0]!])
    expect(show(space)).toBe('<abc|')
    space.packet(again[1]!)
    expect(show(space)).toBe('<abc|>')
    space.packet(segment({ seq: 90001, ack: 70001, data: 'two' }))
    expect(show(space, 2)).toBe('<two|')
    expect(counters(space, 'lateSyns', 'reused')).toEqual([0, 1])
    expect(space.streams.get(2)?.name).toBe('10.0.0.1.1000-10.0.0.2.80_1')
  })
  it('data with its number does so too, where only one direction was captured', async () => {
    const space = await run([...begun, again[0]!, segment({ seq: 90001, data: 'two' })])
    expect([show(space, 0), show(space, 2)]).toEqual(['<abc|>', '<two|'])
  })
  it('and data near it, far from what the old one expects', async () => {
    const [syn, far] = [segment({ seq: 2 ** 31, flags: 'S' }), segment({ seq: 2 ** 31 + 4, data: 'two' })]
    const space = await run([...begun, syn, far])
    await space.finish()
    expect([show(space, 0), show(space, 2)]).toEqual(['<abc|>', '<?two|>'])
  })
  it('a refusal of the SYN leaves the old connection alone', async () => {
    const space = await run([
      ...begun,
      again[0]!,
      segment({ from: 2, seq: 0, ack: 90001, flags: 'RA' }),
      segment({ seq: 104, ack: 501, data: 'def' }),
      later(10),
      later(20),
    ])
    expect(show(space)).toBe('<abc|def|')
  })
  it('one SYN after another before a connection that lives: the last one counts', async () => {
    const space = await run([
      ...begun,
      segment({ seq: 4000, flags: 'S' }),
      segment({ seq: 5000, flags: 'S' }),
      segment({ seq: 104, ack: 501, data: 'def' }),
      segment({ from: 2, seq: 9000, ack: 5001, flags: 'SA' }),
      segment({ seq: 5001, ack: 9001, data: 'two' }),
    ])
    expect([0, 2, 4].map((stream) => show(space, stream))).toEqual(['<abc|def|>', '<>', '<two|'])
  })
  it('an old connection behind a SYN that nobody answers is found again', async () => {
    const space = await run([...begun, segment({ seq: 4000, flags: 'S' }), later(30), later(60)], { opening: 40 })
    for (let s = 90; s < 200; s += 30) space.packet(later(s))
    expect(show(space, 2)).toBe('<>')
    space.packet(segment({ seq: 104, data: 'def', seconds: 200 }))
    expect(show(space)).toBe('<abc|def|')
  })
  it('what has ended, was reset, or was never answered gives way at once', async () => {
    const ended = [segment({ seq: 104, ack: 501, flags: 'FA' }), segment({ from: 2, seq: 501, ack: 105, flags: 'FA' })]
    for (const before of [
      [...begun, ...ended],
      [...begun, segment({ from: 2, seq: 501, flags: 'R' })],
      [segment({ seq: 100, flags: 'S' })],
    ]) {
      const space = await run([...before, again[0]!])
      expect(show(space, 0)).toMatch(/>$/)
      expect(counters(space, 'reused', 'lateSyns')).toEqual([1, 0])
    }
  })
  it('eviction of either keeps the other', async () => {
    const late = segment({ seq: 4000, flags: 'S' })
    const space = await run([...begun, late, later(0)], { connections: 2 })
    // The SYN was half open, so it went.
    expect([show(space, 0), show(space, 2)]).toEqual(['<abc|', '<>'])
    space.packet(segment({ seq: 104, data: 'def' }))
    expect(show(space)).toBe('<abc|def|')
    const alone = await run([...begun, late], { connections: 1 })
    expect([show(alone, 0), show(alone, 2)]).toEqual(['<abc|>', '<'])
    await alone.finish()
    expect(alone.streams.size).toBe(0)
  })
})

describe('tcp: resets', () => {
  const silent = [later(1), later(7)]
  it.each([
    ['behind what was sent', segment({ from: 2, seq: 5000, flags: 'R' })],
    ['before what was acknowledged', segment({ from: 2, seq: 400, flags: 'R' })],
    ['of the opener, far ahead', segment({ seq: 2 ** 20, flags: 'R' })],
    ['that acknowledge, with a number of their own', segment({ from: 2, seq: 0, ack: 104, flags: 'RA' })],
  ])('%s are forged', async (_what, reset) => {
    const space = await run([...begun, reset, ...silent, segment({ seq: 104, data: 'def', seconds: 7 })])
    expect(show(space)).toBe('<abc|def|')
    expect(counters(space, 'resets', 'resetsIgnored')).toEqual([0, 1])
  })
  it.each([
    ['with the next number', segment({ from: 2, seq: 501, ack: 104, flags: 'RA' })],
    ['after lost acknowledgements', segment({ seq: 102, flags: 'R' })],
    ['behind what waits', segment({ seq: 108, flags: 'R' })],
  ])('%s end the connection when it stays silent', async (_what, reset) => {
    const space = await run([...begun, segment({ seq: 105, data: 'ef' }), reset, ...silent])
    expect(show(space)).toBe('<abc|?ef|>')
  })
  it('a refusal must acknowledge the SYN', async () => {
    const syn = segment({ seq: 100, flags: 'S', data: 'fast' })
    const refused = async (ack: number) =>
      counters(await run([syn, segment({ from: 2, seq: 0, ack, flags: 'RA' })]), 'resets', 'resetsIgnored')
    expect(await refused(101)).toEqual([1, 0])
    expect(await refused(105)).toEqual([1, 0])
    expect(await refused(100)).toEqual([0, 1])
    expect(await refused(4000)).toEqual([0, 1])
  })
  it('of connections of which nothing else is known are believed', async () => {
    const space = await run([segment({ seq: 5, flags: 'R' })])
    expect(counters(space, 'resets')).toEqual([1])
  })
})

describe('tcp: time', () => {
  const pass = (from: number, to: number) =>
    Array.from({ length: Math.ceil((to - from) / 20) }, (_, i) => later(from + 20 * (i + 1)))

  it('half-open connections go after `opening`, others after `timeout`', async () => {
    const half = [segment({ sport: 5, seq: 9, flags: 'S' }), segment({ sport: 5, from: 2, seq: 9, ack: 10, flags: 'SA' })]
    const space = await run([...begun, ...half, ...pass(0, 280)], { timeout: 1000 })
    expect([show(space, 0), show(space, 2), show(space, 3)]).toEqual(['<abc|', '<>', '<>'])
    expect(counters(space, 'timedOutHalfOpen', 'timedOutSilent')).toEqual([1, 0])
    for (const packet of pass(280, 1040)) space.packet(packet)
    expect(show(space)).toBe('<abc|>')
    expect(counters(space, 'timedOutHalfOpen', 'timedOutSilent')).toEqual([1, 1])
  })
  it('ended ones are remembered for `closing`: what comes late is no connection', async () => {
    const end = [segment({ seq: 104, ack: 501, flags: 'FA' }), segment({ from: 2, seq: 501, ack: 105, flags: 'FA' })]
    const space = await run([...begun, ...end, ...pass(0, 200), segment({ seq: 104, data: 'x', seconds: 200 })])
    expect(counters(space, 'connections', 'afterEnd')).toEqual([2, 1])
    for (const packet of pass(200, 480)) space.packet(packet)
    expect(counters(space, 'timedOutEnded', 'known')).toEqual([1, 1])
  })
  it('goes by packets, not by how often the space asks', async () => {
    const space = await run([...begun, segment({ seq: 107, data: 'gh', seconds: 1 })])
    space.packet(segment({ from: 2, seq: 501, ack: 109, seconds: 1 }))
    for (let s = 1; s < 60; s++) space.instance.tick!(s)
    expect(show(space)).toBe('<abc|')
    // Until nothing has come for a minute.
    space.instance.tick!(61)
    expect(show(space)).toBe('<abc|?gh|')
  })
  it('never runs backwards', async () => {
    const space = await run([...begun, later(1000), later(1), later(1001), later(2), later(1002)], { timeout: 200 })
    expect(show(space)).toBe('<abc|')
  })
})

describe('tcp: midstream', () => {
  it('connections without a SYN can be left out; their numbers stay', async () => {
    const packets = [segment({ sport: 5, seq: 1, data: 'abc' }), ...begun]
    expect(show(await run(packets), 0)).toBe('<abc|')
    const space = await run(packets, { midstream: false })
    expect([show(space, 0), show(space, 2)]).toEqual(['', '<abc|'])
    expect(counters(space, 'ignored', 'connections')).toEqual([1, 2])
    // With the SYN and ACK the beginning is known.
    const half = await run([open[1]!, segment({ seq: 101, data: 'abc' })], { midstream: false })
    expect(show(half)).toBe('<abc|')
  })
})
