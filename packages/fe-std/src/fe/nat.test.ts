import { isStreamlineError, KIND } from '@netstreamline/core'
import { conformFE, runFE } from '@netstreamline/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAddress, parsePrefix } from '../nat/address.js'
import { Delta } from '../nat/checksum.js'
import { ICMP, ICMP6, icmp, packet, TCP, tcp, UDP, udp, wrong } from '../testing/checksums.js'
import nat, { type NatOptions } from './nat.js'

const fe = nat as unknown as Parameters<typeof runFE>[0]
const address = (text: string): Uint8Array => parseAddress(text)!
const run = async (options: NatOptions, packets: readonly (Uint8Array | readonly [Uint8Array, number])[]) => {
  const blocks = packets.map((one) => {
    const [data, seconds] = one instanceof Uint8Array ? [one, 0] : one
    return { data, seconds, kind: KIND.ip as number }
  })
  const { blocks: out, refused, counters } = await runFE(fe, { options: { ...options } as never, blocks })
  return { out: out.map(({ data, classifier }) => ({ data, classifier, ...seen(data) })), refused, ...counters }
}
/** Addresses and ports of a packet without options. */
const seen = (b: Uint8Array) => {
  const six = b[0]! >> 4 === 6
  const [size, at, l4] = six ? [16, 8, 40] : [4, 12, 20]
  const icmp = [ICMP, ICMP6].includes(b[six ? 6 : 9]!)
  const [first, second] = [(b[l4]! << 8) | b[l4 + 1]!, (b[l4 + 2]! << 8) | b[l4 + 3]!]
  return {
    src: b.slice(at, at + size).join('.'),
    dst: b.slice(at + size, at + 2 * size).join('.'),
    ports: icmp ? [(b[l4 + 4]! << 8) | b[l4 + 5]!] : [first, second],
  }
}

const inside = address('192.168.0.5')
const other = address('192.168.0.6')
const remote = address('198.51.100.9')
const public4 = address('203.0.113.1')
const shared: NatOptions = { inside: ['192.168.0.0/16', 'fd00::/8'], outside: ['203.0.113.1', '2001:db8::1'] }
const six = { inside: address('fd00::5'), remote: address('2001:db8:9::9'), public: address('2001:db8::1') }

describe('the update of a checksum', () => {
  it('gives what computing it anew gives, RFC 1624’s example included', () => {
    const example = new Delta()
    example.word(0x5555, 0x3285)
    expect(example.applied(0xdd2f)).toBe(0x0000)
    const sum = (words: readonly number[]) => {
      const total = words.reduce((a, b) => a + b, 0)
      return ((total % 0xffff || (total ? 0xffff : 0)) ^ 0xffff) & 0xffff
    }
    const word = fc.nat(0xffff)
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 2, maxLength: 20 }),
        fc.array(fc.tuple(fc.nat(18), word)),
        (words, changes) => {
          // A last word that is not zero, as the addresses of any packet have one.
          const now = [...words, 0x4500]
          const delta = new Delta()
          const before = sum(now)
          for (const [at, value] of changes) {
            const i = at % words.length
            delta.word(now[i]!, value)
            now[i] = value
          }
          expect(delta.applied(before)).toBe(sum(now))
        },
      ),
    )
  })
})

describe('nat', () => {
  it('shares one address: each place inside has a port outside, which leads back', async () => {
    const { out, counters } = await run(shared, [
      packet(inside, remote, TCP, tcp(4000, 80)),
      packet(other, remote, TCP, tcp(4000, 80)),
      packet(remote, public4, TCP, tcp(80, 4000)),
      packet(remote, public4, TCP, tcp(80, 1024)),
      packet(inside, remote, UDP, udp(4000, 53, [1, 2, 3])),
      packet(remote, public4, UDP, udp(53, 4000, [1])),
    ])
    expect(out.map(({ src, dst, ports, classifier }) => [src, dst, ...ports, classifier])).toEqual([
      ['203.0.113.1', '198.51.100.9', 4000, 80, 1],
      ['203.0.113.1', '198.51.100.9', 1024, 80, 1],
      ['198.51.100.9', '192.168.0.5', 80, 4000, 2],
      ['198.51.100.9', '192.168.0.6', 80, 4000, 2],
      ['203.0.113.1', '198.51.100.9', 4000, 53, 1],
      ['198.51.100.9', '192.168.0.5', 53, 4000, 2],
    ])
    for (const { data } of out) expect(wrong(data)).toEqual([])
    expect(counters).toMatchObject({ outgoing: 3, incoming: 3, mappings: 3 })
  })

  it('translates identifiers of ICMP queries, in both families', async () => {
    const echo = (type: number) => icmp(type, 0, [1, 2, 0, 9], [5, 5, 5])
    const { out } = await run(shared, [
      packet(inside, remote, ICMP, echo(8)),
      packet(other, remote, ICMP, echo(8)),
      packet(remote, public4, ICMP, icmp(0, 0, [4, 0, 0, 9], [5, 5, 5])),
      packet(six.inside, six.remote, ICMP6, icmp(128, 0, [9, 9, 0, 1])),
      packet(six.remote, six.public, ICMP6, icmp(129, 0, [9, 9, 0, 1])),
    ])
    // 258 is below the range of ports, so both get one of it.
    expect(out.map(({ dst, ports }) => [dst, ...ports])).toEqual([
      ['198.51.100.9', 1024],
      ['198.51.100.9', 1025],
      ['192.168.0.5', 258],
      [six.remote.join('.'), 2313],
      [six.inside.join('.'), 2313],
    ])
    for (const { data } of out) expect(wrong(data)).toEqual([])
  })

  it('translates the packet inside an ICMP error, cut short or not', async () => {
    for (const cut of [28, 30, 40, 48]) {
      const sent = (await run(shared, [packet(inside, remote, TCP, tcp(300, 80, 2, [1, 2, 3, 4, 5, 6, 7, 8]))])).out[0]!
        .data
      const error = packet(address('10.9.9.9'), public4, ICMP, icmp(3, 1, [0, 0, 0, 0], sent.subarray(0, cut)))
      const { out } = await run(shared, [packet(inside, remote, TCP, tcp(300, 80, 2, [1, 2, 3, 4, 5, 6, 7, 8])), error])
      const back = out[1]!
      expect([back.classifier, back.dst]).toEqual([2, '192.168.0.5'])
      expect(wrong(back.data)).toEqual([])
      const within = packet(inside, remote, TCP, tcp(300, 80, 2, [1, 2, 3, 4, 5, 6, 7, 8])).subarray(0, cut)
      expect(back.data.subarray(28)).toEqual(within)
    }
    // The other way round: a host inside complains about what came to it.
    const request = packet(remote, public4, UDP, udp(53, 1024, [7]))
    const got = packet(remote, inside, UDP, udp(53, 300, [7]))
    const complaint = packet(inside, remote, ICMP, icmp(3, 3, [0, 0, 0, 0], got))
    const { out } = await run(shared, [packet(inside, remote, UDP, udp(300, 53)), request, complaint])
    expect(out[2]).toMatchObject({ classifier: 1, src: '203.0.113.1' })
    expect(wrong(out[2]!.data)).toEqual([])
    expect(out[2]!.data.subarray(28)).toEqual(request)
    const six6 = packet(six.inside, six.remote, UDP, udp(5000, 53, [1]))
    const gone = (await run(shared, [six6])).out[0]!.data
    const unreachable = packet(six.remote, six.public, ICMP6, icmp(1, 4, [0, 0, 0, 0], gone))
    const both = await run(shared, [six6, unreachable])
    expect(wrong(both.out[1]!.data)).toEqual([])
    expect(both.out[1]!.data.subarray(48)).toEqual(six6)
  })

  it('moves prefixes of the same length, whatever the protocol, and back', async () => {
    const options: NatOptions = {
      inside: ['10.1.16.0/20', 'fd00::/64'],
      outside: ['192.0.32.0/20', '2001:db8:1:2::/64'],
    }
    const bytes = Uint8Array.from([9, 9, 9, 9, 0, 0, 0, 0, 1, 2, 3, 4])
    const packets = [
      packet(address('10.1.31.7'), remote, TCP, tcp(5, 80)),
      packet(remote, address('192.0.47.7'), TCP, tcp(80, 5)),
      packet(address('10.1.16.1'), remote, 132, bytes, false),
      packet(address('fd00::1234'), six.remote, UDP, udp(1, 2, [3])),
      packet(six.remote, address('2001:db8:1:2::1234'), ICMP6, icmp(128, 0, [0, 1, 0, 1])),
    ]
    const { out } = await run(options, packets)
    expect(out.map(({ src, dst, classifier }) => [src, dst, classifier])).toEqual([
      ['192.0.47.7', '198.51.100.9', 1],
      ['198.51.100.9', '10.1.31.7', 2],
      ['192.0.32.1', '198.51.100.9', 1],
      [address('2001:db8:1:2::1234').join('.'), six.remote.join('.'), 1],
      [six.remote.join('.'), address('fd00::1234').join('.'), 2],
    ])
    expect(out.flatMap(({ data }) => wrong(data))).toEqual(['132'])
    expect(out[2]!.data.subarray(20)).toEqual(bytes)
    const back = await run(
      { inside: options.outside, outside: options.inside },
      out.map(({ data }) => data),
    )
    expect(back.out.map(({ data }) => data)).toEqual(packets)
  })

  it('leaves a checksum that is not used, one that was wrong, and one that is not captured', async () => {
    const unused = packet(inside, remote, UDP, udp(4000, 53, [1]))
    unused.set([0, 0], 26)
    const whole = packet(inside, remote, TCP, tcp(4000, 80))
    const bad = whole.slice()
    bad[36]! ^= 1
    const { out } = await run(shared, [unused, bad, whole.subarray(0, 36), whole.subarray(0, 23)])
    expect([...out[0]!.data.subarray(26, 28)]).toEqual([0, 0])
    expect(wrong(out[1]!.data)).toEqual(['6'])
    expect(out[2]!.data).toHaveLength(36)
    expect(out).toHaveLength(3)
  })

  it('writes a UDP checksum that comes out as 0 in its other form', async () => {
    const search = Array.from({ length: 65536 }, (_, n) => n)
    const data = search.find((n) => {
      const out = packet(public4, remote, UDP, udp(4000, 53, [n >> 8, n & 255]))
      return out[26] === 0xff && out[27] === 0xff
    })!
    const { out } = await run(shared, [packet(inside, remote, UDP, udp(4000, 53, [data >> 8, data & 255]))])
    expect([...out[0]!.data.subarray(26, 28)]).toEqual([0xff, 0xff])
  })

  it('refuses what nobody inside has opened, stays inside, is elsewhere, or has no ports', async () => {
    const { out, refused, counters } = await run(shared, [
      packet(remote, public4, TCP, tcp(80, 4000)),
      packet(inside, other, TCP, tcp(1, 2)),
      packet(remote, address('8.8.8.8'), TCP, tcp(1, 2)),
      packet(inside, remote, 47, new Uint8Array(8), false),
    ])
    expect(out).toEqual([])
    expect(refused).toHaveLength(4)
    expect(counters).toMatchObject({ unknown: 1, unsupported: 1, mappings: 0 })
  })

  it('lets fragments follow their first', async () => {
    const whole = packet(inside, remote, UDP, udp(4000, 53, new Array(24).fill(7)))
    const fragment = (bytes: Uint8Array, from: number, to: number, more: boolean) => {
      const part = Uint8Array.from([...bytes.subarray(0, 20), ...bytes.subarray(20 + from, 20 + to)])
      part[3] = part.length
      part[6] = more ? 0x20 : 0
      part[7] = from / 8
      part.set([0, 0], 10)
      const sum = part.subarray(0, 20).reduce((s, byte, i) => s + (i & 1 ? byte : byte << 8), 0)
      const folded = ((sum & 0xffff) + (sum >> 16)) ^ 0xffff
      part.set([folded >> 8, folded & 255], 10)
      return part
    }
    const answer = packet(remote, public4, UDP, udp(53, 4000, new Array(24).fill(8)))
    const parts = [fragment(whole, 0, 16, true), fragment(whole, 16, 32, false)]
    const back = [fragment(answer, 0, 16, true), fragment(answer, 16, 32, false)]
    const { out } = await run(shared, [...parts, ...back])
    expect(out.map(({ src, dst }) => [src, dst])).toEqual([
      ['203.0.113.1', '198.51.100.9'],
      ['203.0.113.1', '198.51.100.9'],
      ['198.51.100.9', '192.168.0.5'],
      ['198.51.100.9', '192.168.0.5'],
    ])
    const join = (a: Uint8Array, b: Uint8Array) => {
      const both = Uint8Array.from([...a, ...b.subarray(20)])
      return packet(both.slice(12, 16), both.slice(16, 20), UDP, both.subarray(20), false)
    }
    expect(wrong(join(out[0]!.data, out[1]!.data))).toEqual([])
    expect(wrong(join(out[2]!.data, out[3]!.data))).toEqual([])
    expect((await run(shared, [back[1]!])).refused).toHaveLength(1)
  })

  it('forwards ports, and brings back what goes from inside to its own address outside', async () => {
    const options = { ...shared, forward: ['tcp:8080=192.168.0.6:80'] }
    const { out } = await run(options, [
      packet(remote, public4, TCP, tcp(5000, 8080, 2)),
      packet(other, remote, TCP, tcp(80, 5000)),
      packet(inside, public4, TCP, tcp(6000, 8080, 2)),
    ])
    expect(out.map(({ src, dst, ports }) => [src, dst, ...ports])).toEqual([
      ['198.51.100.9', '192.168.0.6', 5000, 80],
      ['203.0.113.1', '198.51.100.9', 8080, 5000],
      ['203.0.113.1', '192.168.0.6', 6000, 80],
    ])
    for (const { data } of out) expect(wrong(data)).toEqual([])
  })

  it('ends mappings that are silent, or closed and silent', async () => {
    const out = packet(inside, remote, UDP, udp(4000, 53))
    const answer = packet(remote, public4, UDP, udp(53, 4000))
    expect(
      (
        await run(shared, [
          [out, 0],
          [answer, 300],
        ])
      ).out,
    ).toHaveLength(2)
    expect(
      (
        await run(shared, [
          [out, 0],
          [answer, 301],
        ])
      ).refused,
    ).toHaveLength(1)
    const tcpOut = (flags: number) => packet(inside, remote, TCP, tcp(4000, 80, flags))
    const tcpIn = (flags: number) => packet(remote, public4, TCP, tcp(80, 4000, flags))
    const late = async (...packets: Uint8Array[]) => {
      const { refused } = await run(shared, [...packets.map((one): [Uint8Array, number] => [one, 0]), [tcpIn(16), 241]])
      return refused.length
    }
    expect(await late(tcpOut(2), tcpIn(18))).toBe(0)
    expect(await late(tcpOut(2), tcpOut(17))).toBe(0)
    expect(await late(tcpOut(2), tcpOut(17), tcpIn(17))).toBe(1)
    expect(await late(tcpOut(2), tcpIn(4))).toBe(1)
    expect(await late(tcpOut(2), tcpIn(4), tcpOut(2))).toBe(0)
  })

  it('keeps to its bounds: mappings, and ports', async () => {
    const many = Array.from({ length: 2000 }, (_, n): [Uint8Array, number] => [
      packet(inside, remote, UDP, udp(3000 + n, 53)),
      n / 100,
    ])
    const few = await run({ ...shared, mappings: 500 }, many)
    expect(few.counters).toMatchObject({ mappings: 500, created: 2000, evicted: 1500, exhausted: 0 })
    // The last ones are still known, under ports that nobody else has.
    expect(new Set(few.out.slice(-400).map(({ ports }) => ports[0])).size).toBe(400)
    const narrow = await run({ ...shared, ports: '5000-5099' }, many)
    expect(narrow.counters).toMatchObject({ mappings: 100, exhausted: 1900 })
    expect(narrow.refused).toHaveLength(1900)
  })

  it('is right for any packet', async () => {
    const octets = fc.uint8Array({ minLength: 2, maxLength: 2 })
    const data = fc.array(fc.nat(255), { maxLength: 30 })
    const port = fc.nat(65535)
    const payload = fc.oneof(
      fc.tuple(port, port, data).map(([a, b, d]) => [TCP, tcp(a, b, 16, d)] as const),
      fc.tuple(port, port, data).map(([a, b, d]) => [UDP, udp(a, b, d)] as const),
      fc.tuple(fc.nat(255), fc.nat(255), data).map(([a, b, d]) => [ICMP, icmp(8, 0, [a, b, 0, 1], d)] as const),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(octets, payload), { minLength: 1, maxLength: 12 }), async (all) => {
        const sent = all.map(([[c, d], [proto, body]]) => packet(Uint8Array.of(192, 168, c!, d!), remote, proto, body))
        const { out } = await run(shared, sent)
        expect(out.map(({ data }) => wrong(data))).toEqual(sent.map(() => []))
        // Sent back, each arrives where it came from.
        const answers = out.map(({ data, ports }, i) => {
          const [proto, body] = all[i]![1]
          const reply = body.slice()
          if (proto === ICMP) reply.set([0, 0, 0, 0, ports[0]! >> 8, ports[0]! & 255])
          else reply.set([body[2]!, body[3]!, ports[0]! >> 8, ports[0]! & 255])
          return packet(remote, data.slice(12, 16), proto, reply)
        })
        const both = await run(shared, [...sent, ...answers])
        expect(both.out.slice(sent.length).map(({ dst, data }) => [dst, wrong(data)])).toEqual(
          all.map(([[c, d]]) => [`192.168.${c}.${d}`, []]),
        )
      }),
      { numRuns: 60 },
    )
  })

  it('refuses options that make no sense', async () => {
    const refused = async (options: Partial<NatOptions>) => {
      try {
        await run({ ...shared, ...options }, [])
      } catch (e) {
        return isStreamlineError(e) ? e.code : String(e)
      }
      return undefined
    }
    for (const options of [
      { inside: ['192.168.0.1/16'] },
      { inside: ['192.168.0.0/33'] },
      { inside: ['x'] },
      { inside: ['::1::'] },
      { outside: ['203.0.113.1'] },
      { outside: ['203.0.113.0/24', '2001:db8::1'] },
      { ports: '9-8' },
      { ports: '0-80' },
      { forward: ['tcp:80'] },
      { forward: ['tcp:80=10.0.0.1:80'] },
      { forward: ['tcp:80=192.168.0.1:80', 'tcp:80=192.168.0.2:80'] },
    ])
      expect([options, await refused(options)]).toEqual([options, 'SL_OPTION'])
    expect(await refused({})).toBeUndefined()
  })

  it('conforms', async () => {
    const ethernet = (ip: Uint8Array) =>
      Uint8Array.from([...new Array(12).fill(2), ip[0]! >> 4 === 6 ? 0x86 : 8, ip[0]! >> 4 === 6 ? 0xdd : 0, ...ip])
    const blocks = [
      packet(inside, remote, TCP, tcp(4000, 80, 2)),
      packet(remote, public4, TCP, tcp(80, 4000, 18)),
      packet(inside, remote, ICMP, icmp(3, 1, [0, 0, 0, 0], packet(remote, inside, TCP, tcp(80, 4000)))),
      packet(six.inside, six.remote, UDP, udp(1, 2)),
    ].map((ip, i) => ({ data: ethernet(ip), seconds: 100 + i }))
    const samples = [
      { name: 'shared', options: { ...shared } as never, blocks },
      { name: 'prefix', options: { inside: ['192.168.0.0/16'], outside: ['10.0.0.0/16'] }, blocks },
    ]
    expect(await conformFE(fe, { samples, rounds: 10 })).toEqual([])
  })
})

describe('addresses', () => {
  it('are read as people write them', () => {
    expect(parseAddress('::ffff:1.2.3.4')).toEqual(Uint8Array.from([...new Array(10).fill(0), 255, 255, 1, 2, 3, 4]))
    expect(parseAddress('1::2')!.join('.')).toBe('0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.2')
    for (const text of [
      '',
      '1.2.3',
      '1.2.3.256',
      '01.2.3.4',
      ':',
      ':::',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '1::2::3',
      'g::',
    ])
      expect([text, parseAddress(text)]).toEqual([text, undefined])
    expect(parsePrefix('10.0.0.0/8')).toMatchObject({ bits: 8 })
    for (const text of ['10.0.0.1/8', '10.0.0.0/', '10.0.0.0/33', 'fd00::/129'])
      expect([text, parsePrefix(text)]).toEqual([text, undefined])
  })
})
