import { KIND } from '@netstreamline/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TestSpace } from '../../../fe-tcp/src/testing/space.js'
import { dnsAnswer, dnsQuery, question, sized } from '../testing/conversations.js'
import { bytesOf, GAP, START, StreamFeed, textOf } from '../testing/stream-feed.js'
import dns from './dns.js'

const UDP = 0x800
const HEADERS = 0x700
/** Processes a datagram from 10.0.0.1:4000 to 10.0.0.2:`port`. */
const overUdp = async (data: string, options = {}, port = 53) => {
  const space = await TestSpace.of(dns, options)
  space.bytes.set([0x45, ...bytesOf('\0'.repeat(11)), 10, 0, 0, 1, 10, 0, 0, 2], HEADERS)
  space.bytes.set([4000 >> 8, 4000 & 255, port >> 8, port & 255], HEADERS + 20)
  space.bytes.set(bytesOf(data), UDP)
  const where = { l3: HEADERS, l4: HEADERS + 20, offset: UDP, length: data.length }
  const result = space.process({ kind: KIND.udp, seconds: 5, nanoseconds: 6000, ...where })
  return { result, counters: space.instance.counters!(), seen: space.seen }
}
const header = (flags: number, ...counts: number[]) =>
  String.fromCharCode(0, 1, flags, 0, ...counts.flatMap((n) => [n >> 8, n & 255]))
const line = async (data: string, options = {}) => {
  const { seen } = await overUdp(data, { emit: 'log', ...options })
  return JSON.parse(Buffer.from(seen[0]!.data).toString())
}

describe('messages over UDP', () => {
  it('are classified by what is asked for', async () => {
    expect((await overUdp(dnsQuery(28))).result).toBe(28)
    expect((await overUdp(dnsAnswer(1, '\x01\x02\x03\x04'))).result).toBe(1)
    // mDNS answers without a question; a failed query may be a header alone.
    expect((await overUdp(`${header(0x84, 0, 1, 0, 0)}\x01a\0\0\x10\0\x01\0\0\0\x01\0\0`)).result).toBe(16)
    expect((await overUdp(`\0\x01\x80\x01${'\0'.repeat(8)}`)).result).toBe(65535)
    expect((await overUdp(`${header(0x30, 0, 0, 0, 0)}\0\x01\0\x04\0\0\x13\x88`)).result).toBe(65535)
  })
  it('can be queries or responses only', async () => {
    const both = [dnsQuery(28), dnsAnswer(28)]
    const results = async (messages: string) =>
      Promise.all(both.map(async (data) => (await overUdp(data, { messages })).result))
    expect([await results('queries'), await results('responses')]).toEqual([
      [28, 0],
      [0, 28],
    ])
  })
  it.each([
    ['a pointer to itself', `${header(0, 1, 0, 0, 0)}\xc0\x0c\0\x01\0\x01`],
    ['a pointer forward', `${header(0, 1, 0, 0, 0)}\xc0\x14\0\x01\0\x01\0\0\0`],
    ['a pointer into the header', `${header(0, 1, 0, 0, 0)}\xc0\x04\0\x01\0\x01`],
    ['pointers in a circle', `${header(0, 2, 0, 0, 0)}\x01a\xc0\x14\0\x01\0\x01\xc0\x0c\0\x01\0\x01`],
    ['a circle in the data of a record', dnsAnswer(5, '\xc0\x26')],
    ['a name beyond the data of a record', dnsAnswer(15, '\0\x0a\x05abc')],
    ['a label beyond the end', `${header(0, 1, 0, 0, 0)}\x3ca\0\0\x01`],
    ['a reserved label', `${header(0, 1, 0, 0, 0)}\x80a\0\0\x01`],
    [
      'a name of more than 255 bytes',
      `${header(0, 1, 0, 0, 0)}${'\x3f'.concat('x'.repeat(63)).repeat(4)}\0\0\x01\0\x01`,
    ],
    ['data beyond the end', dnsAnswer(1, '\x01\x02\x03\x04').slice(0, -1)],
  ])('refuses %s', async (_name, data) => {
    const { result, counters } = await overUdp(data)
    expect([result, counters['malformed']]).toEqual([0, 1])
    expect((await overUdp(data, { malformed: true })).result).toBe(65534)
    expect((await overUdp(data, { malformed: true }, 54)).result).toBe(0)
    expect(await line(data, { malformed: true })).toMatchObject({ transport: 'udp', malformed: true })
  })
  it('takes a name of 255 bytes', async () => {
    const longest = `${'\x3f'.concat('x'.repeat(63)).repeat(3)}\x3d${'x'.repeat(61)}\0`
    expect(longest).toHaveLength(255)
    expect((await overUdp(`${header(0, 1, 0, 0, 0)}${longest}\0\x01\0\x01`)).result).toBe(1)
  })
  it('does not call other traffic malformed', async () => {
    for (const data of ['', 'abc', header(0, 0, 0, 0, 0), header(0, 255, 255, 0, 0), 'GET / HTTP/1.1\r\n\r\n']) {
      const { result, counters } = await overUdp(data)
      expect([result, counters['malformed']]).toEqual([0, 0])
    }
  })
})

describe('the log', () => {
  it('tells question and answers', async () => {
    expect(await line(dnsQuery(28))).toEqual({
      time: 5.000006,
      src: '10.0.0.1',
      sport: 4000,
      dst: '10.0.0.2',
      dport: 53,
      transport: 'udp',
      id: 0x1234,
      name: 'a.b.test',
      type: 'AAAA',
    })
    const about = (type: number, ...data: string[]) => line(dnsAnswer(type, ...data)).then((l) => l.answers)
    const [v6, mapped] = ['\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01', `${'\0'.repeat(10)}\xff\xff\0\0\0\x01`]
    const data = async (type: number, ...list: string[]) =>
      (await about(type, ...list)).map((a: { data: string }) => a.data)
    expect(await data(28, v6, '\0'.repeat(16), mapped)).toEqual(['2001:db8::1', '::', '::ffff:0:1'])
    expect(await data(1, '\x7f\0\0\x01')).toEqual(['127.0.0.1'])
    expect(await data(5, '\x01c\xc0\x0e')).toEqual(['c.b.test'])
    expect(await data(15, '\0\x0a\xc0\x0e')).toEqual(['10 b.test'])
    expect(await data(33, '\0\x01\0\x02\0\x35\xc0\x0e')).toEqual(['1 2 53 b.test'])
    expect(await data(6, `\xc0\x0e\0${'\0'.repeat(20)}`)).toEqual(['b.test .'])
    expect(await data(16, '\x02ab\x04c"d\xff')).toEqual(['ab c"d\xff'])
    expect(await data(99, '\x01\xfe')).toEqual(['\\# 2 01fe'])
    expect(await about(1, '\x7f\0\0\x01')).toEqual([{ name: 'a.b.test', type: 'A', ttl: 60, data: '127.0.0.1' }])
    expect(await line(dnsAnswer(99))).toMatchObject({ response: true, rcode: 0, type: 'TYPE99' })
  })
  it('writes names as master files do', async () => {
    const name = (wire: string) => line(`${header(0, 1, 0, 0, 0)}${wire}\0\0\x01\0\x01`).then((l) => l.name)
    expect(await name('')).toBe('.')
    expect(await name('\x03a.b\x02c\\\x03d e')).toBe('a\\.b.c\\\\.d\\032e')
    expect(await name('\x02\x1b[\x02\xc3\xa4')).toBe('\\027[.\xe4')
  })
  it('says when it has left something out', async () => {
    const many = await line(dnsAnswer(1, ...Array.from({ length: 30 }, () => '\x7f\0\0\x01')))
    expect([many.answers.length, many.cut]).toEqual([24, true])
    expect((await line(dnsAnswer(99, 'x'.repeat(100)))).cut).toBe(true)
  })
  it('property: is JSON on one line, whatever the message', async () => {
    const byte = fc.nat(255)
    const patch = fc.array(fc.tuple(fc.nat(80), byte), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(5, 6, 15, 16, 28, 33), patch, fc.boolean(), async (type, patches, malformed) => {
        const bytes = bytesOf(dnsAnswer(type, '\x01\x02a\0\xc0\x0c', `\0\x01\0\x02\0\x03\xc0\x0c${question(type)}`))
        for (const [at, value] of patches) bytes[at % bytes.length] = value
        const { seen } = await overUdp(textOf(bytes), { emit: 'log', malformed })
        for (const { data } of seen) {
          const text = new TextDecoder('utf-8', { fatal: true }).decode(data)
          expect([typeof JSON.parse(text), text.indexOf('\n')]).toEqual(['object', text.length - 1])
        }
      }),
      { seed: 4, numRuns: 500 },
    )
  })
})

describe('messages over TCP', () => {
  const messages = fc.array(fc.constantFrom(dnsQuery(28), dnsAnswer(1, '\x01\x02\x03\x04')), {
    minLength: 1,
    maxLength: 10,
  })
  it('property: are all found however the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(messages, fc.array(fc.nat(500), { maxLength: 30 }), async (all, at) => {
        const s = await StreamFeed.of(dns)
        s.mark(4, START)
        s.pieces(4, bytesOf(all.map((m) => sized(2, m)).join('')), at)
        expect(s.texts()).toEqual(all)
        expect(s.out().map(({ classifier }) => classifier)).toEqual(all.map((m) => (m === dnsQuery(28) ? 28 : 1)))
      }),
      { seed: 9, numRuns: 200 },
    )
  })
  it('leave other streams alone', async () => {
    for (const text of [
      'GET / HTTP/1.1\r\n\r\n',
      '\0\x05abcde',
      sized(2, `${header(0, 1, 0, 0, 0)}\x80x\0\x01\0\x01`),
    ]) {
      const s = await StreamFeed.of(dns)
      s.connect()
      expect([s.data(0, text), s.data(0, sized(2, dnsQuery(1)))]).toEqual([0, 0])
      expect(s.out().map(({ flags, classifier }) => [flags, classifier])).toEqual([[START, 0]])
    }
  })
  it('pass over one that makes no sense, and end at a gap', async () => {
    const s = await StreamFeed.of(dns)
    s.connect()
    s.data(0, sized(2, dnsQuery(1)) + sized(2, 'x'.repeat(20)) + sized(2, dnsQuery(2)))
    expect(s.out().map(({ classifier }) => classifier)).toEqual([1, 2])
    s.mark(0, GAP)
    s.data(0, sized(2, dnsQuery(3)))
    expect(s.out()).toHaveLength(2)
  })
  it('are logged with the ends of the stream', async () => {
    const s = await StreamFeed.of(dns, { emit: 'log' })
    s.connect()
    s.data(1, sized(2, dnsQuery(1)))
    expect(s.lines()).toMatchObject([{ transport: 'tcp', src: '10.0.0.2', sport: 80, dport: 1000, name: 'a.b.test' }])
  })
})
