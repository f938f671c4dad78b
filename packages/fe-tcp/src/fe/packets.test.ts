import { describe, expect, it } from 'vitest'
import { handshake, segment } from '../testing/packets.js'
import { counters, run, show } from '../testing/run.js'
import type { Packet } from '../testing/space.js'

const open = handshake(100, 500)

/** The checksum of a raw IPv4 packet's TCP segment, from the definition (RFC 9293 §3.1). */
const sumOf = ({ data }: Packet, length = data.length - 20): number => {
  const words = [6, length]
  for (let i = 12; i < 20; i += 2) words.push((data[i]! << 8) | data[i + 1]!)
  for (let i = 20; i < data.length; i += 2) words.push((data[i]! << 8) | (data[i + 1] ?? 0))
  let total = words.reduce((sum, word) => sum + word, 0)
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16)
  return total
}
const withSum = (packet: Packet, sum: number): Packet => {
  const data = packet.data.slice()
  data[36] = sum >> 8
  data[37] = sum
  return { ...packet, data }
}
const good = (packet: Packet) => withSum(packet, ~sumOf(packet) & 0xffff)
/** What the host leaves to its network card: the sum of the pseudo header. */
const partial = (packet: Packet, length: number) => {
  const pseudo = { ...packet, data: packet.data.slice(0, 20) }
  return withSum(packet, sumOf(pseudo, length))
}

describe('tcp: checksums', () => {
  const names = ['checksumsBad', 'checksumsOffloaded', 'checksumsUnknown'] as const
  const abc = segment({ seq: 101, data: 'abc' })
  const wrong = withSum(good(abc), (~sumOf(abc) & 0xffff) ^ 0x100)
  const started = open.map(good)

  it('are left alone by default', async () => {
    const space = await run([...open, wrong])
    expect(show(space)).toBe('<abc|')
    expect(counters(space, ...names)).toEqual([0, 0, 0])
  })
  it('are verified on demand; what is wrong is not taken', async () => {
    for (const checksum of ['offload', 'strict'] as const) {
      const space = await run([...started, good(segment({ seq: 101, data: 'abcd' })), wrong], { checksum })
      expect(show(space)).toBe('<abcd|')
      expect(space.results.slice(-2)).toEqual([-1, 0])
      expect(counters(space, ...names)).toEqual([1, 0, 0])
    }
  })
  it('of IPv6 too, unless a routing header hides the destination', async () => {
    const six = (extension: number[]) => {
      const { data } = segment({ seq: 101, data: 'abc' })
      const tcp = data.slice(20)
      const length = tcp.length + extension.length
      const next = extension.length ? 43 : 6
      const address = (last: number) => [0x20, 1, 13, 184, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last]
      const bytes = Uint8Array.of(0x60, 0, 0, 0, 0, length, next, 64, ...address(1), ...address(2), ...extension, ...tcp)
      let total = 6 + tcp.length
      for (let i = 8; i < 40; i += 2) total += (bytes[i]! << 8) | bytes[i + 1]!
      for (let i = 0; i < tcp.length; i += 2) total += (tcp[i]! << 8) | (tcp[i + 1] ?? 0)
      while (total > 0xffff) total = (total & 0xffff) + (total >>> 16)
      const at = 40 + extension.length + 16
      bytes[at] = ~total >> 8
      bytes[at + 1] = ~total
      return bytes
    }
    const packet = (data: Uint8Array) => ({ kind: 101, data })
    const right = six([])
    expect(show(await run([packet(right)], { checksum: 'strict' }))).toBe('<abc|')
    right[57]! ^= 1
    expect(counters(await run([packet(right)], { checksum: 'strict' }), ...names)).toEqual([1, 0, 0])
    const routed = six([6, 0, 0, 0, 0, 0, 0, 0])
    routed[65]! ^= 1
    expect(counters(await run([packet(routed)], { checksum: 'strict' }), ...names)).toEqual([0, 0, 1])
  })
  it('that the network card was to compute are known', async () => {
    const large = segment({ seq: 101, data: new Uint8Array(1600).fill(97) })
    const zero = segment({ seq: 101, data: 'abc' })
    zero.data.set([0, 0], 2)
    const cases = [withSum(abc, 0), partial(abc, 23), partial(abc, 0), withSum(large, 1), withSum(zero, 1)]
    for (const packet of cases) {
      const offload = await run([...started, packet], { checksum: 'offload' })
      expect([counters(offload, ...names), offload.results.at(-1)]).toEqual([[0, 1, 0], -1])
      const strict = await run([...started, packet], { checksum: 'strict' })
      expect([counters(strict, ...names), strict.results.at(-1)]).toEqual([[0, 1, 0], 0])
    }
  })
  it('of what the capture has cut cannot be told', async () => {
    const cut = { ...wrong, data: wrong.data.subarray(0, 42), wireLength: 43 }
    const space = await run([...started, cut], { checksum: 'strict' })
    expect([show(space), counters(space, ...names)]).toEqual(['<ab|?', [0, 0, 1]])
  })
})

describe('tcp: urgent data', () => {
  const urgent = segment({ seq: 101, data: 'abXcd', urgent: 3 })

  it('stays in the stream by default', async () => {
    expect(show(await run([...open, urgent]))).toBe('<abXcd|')
  })
  it('is taken out on demand: the byte before the one that the pointer points to', async () => {
    const space = await run([...open, urgent, segment({ seq: 106, data: 'ef' })], { urgent: false })
    expect(show(space)).toBe('<ab|cd|ef|')
    expect(counters(space, 'urgentBytes', 'gaps')).toEqual([1, 0])
  })
  it('so when it is announced before it comes, comes early, alone, or last', async () => {
    const pointer = segment({ seq: 101, data: 'ab', urgent: 3 })
    const rest = segment({ seq: 103, data: 'Xcd' })
    expect(show(await run([...open, pointer, rest], { urgent: false }))).toBe('<ab|cd|')
    const early = segment({ seq: 103, data: 'Xcd', urgent: 1 })
    const first = segment({ seq: 101, data: 'ab' })
    expect(show(await run([...open, early, first], { urgent: false }))).toBe('<ab|cd|')
    expect(show(await run([...open, first, segment({ seq: 103, data: 'X', urgent: 1 })], { urgent: false }))).toBe('<ab|')
    const acknowledged = await run([...open, urgent], { urgent: false, acknowledged: true })
    await acknowledged.finish()
    expect(show(acknowledged)).toBe('<ab|cd|>')
  })
  it('a pointer to nothing, or to what is past, changes nothing', async () => {
    const nothing = segment({ seq: 101, data: 'ab', urgent: 0 })
    const past = segment({ seq: 102, data: 'bc', urgent: 1 })
    const space = await run([...open, nothing, past], { urgent: false })
    expect(show(space)).toBe('<ab|c|')
    expect(counters(space, 'urgentBytes')).toEqual([0])
  })
})

describe('tcp: fast open and keep-alives', () => {
  it('data on a SYN that is not acknowledged comes again and counts once (RFC 7413)', async () => {
    const space = await run([
      segment({ seq: 100, flags: 'S', data: 'early' }),
      segment({ from: 2, seq: 500, ack: 101, flags: 'SA' }),
      segment({ seq: 101, ack: 501, data: 'early' }),
      segment({ seq: 106, ack: 501, data: 'late' }),
    ])
    expect(show(space)).toBe('<early|late|')
  })
  it('by acknowledgement, the second one counts if it differs and the policy is last', async () => {
    const space = await run(
      [
        segment({ seq: 100, flags: 'S', data: 'EARLY' }),
        segment({ from: 2, seq: 500, ack: 101, flags: 'SA' }),
        segment({ seq: 101, ack: 501, data: 'early' }),
        segment({ from: 2, seq: 501, ack: 106 }),
      ],
      { acknowledged: true, policy: 'last' },
    )
    expect(show(space)).toBe('<early|')
  })
  it('a keep-alive has the byte before, or none', async () => {
    const space = await run([
      ...open,
      segment({ seq: 101, data: 'abc' }),
      segment({ seq: 103, ack: 501 }),
      segment({ seq: 103, ack: 501, data: '\0' }),
      segment({ seq: 104, ack: 501, data: 'd' }),
    ])
    expect([show(space), counters(space, 'keepAlives')]).toEqual(['<abc|d|', [2]])
  })
})
