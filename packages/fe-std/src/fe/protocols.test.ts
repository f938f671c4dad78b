import { END, type FunctionalElement, GAP, KIND, START } from '@netstreamline/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import tcp from '../../../fe-tcp/src/fe/tcp.js'
import { haveMaterial, readCapture, readExpected } from '../../../fe-tcp/src/testing/captures.node.js'
import { type Seen, TestSpace } from '../../../fe-tcp/src/testing/space.js'
import dns from './dns.js'
import http from './http.js'
import ip from './ip.js'
import udp from './udp.js'

const text = (data: Uint8Array) => new TextDecoder('latin1').decode(data)
const AT = 0x800

/** Feeds blocks of streams to an FE, each in turn at the same place. */
class Streams {
  readonly space: TestSpace
  constructor(space: TestSpace) {
    this.space = space
  }
  mark(stream: number, flags: number): number {
    if (flags === START) this.space.streams.set(stream, { id: stream, peer: stream ^ 1 })
    const result = this.space.process({ kind: KIND.tcp, offset: AT, length: 0, stream, flags })
    if (flags === END) this.space.streams.delete(stream)
    return result
  }
  data(stream: number, data: Uint8Array | string): number {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data
    const at = 0x10000
    this.space.bytes.set(bytes, at)
    const result = this.space.process({ kind: KIND.tcp, offset: at, length: bytes.length, stream })
    this.space.bytes.fill(0xee, at, at + bytes.length)
    return result
  }
}
const openHttp = async (options = {}) => {
  const streams = new Streams(await TestSpace.of(http, options))
  streams.mark(0, START)
  streams.mark(1, START)
  return streams
}
const counters = (s: Streams) => s.space.instance.counters!()
const bodies = (s: Streams, stream: number) =>
  s.space.seen
    .filter((seen) => seen.stream === stream && seen.kind === KIND.bytes)
    .map(({ data }) => text(data))
    .join('')
const heads = (s: Streams) => s.space.seen.filter(({ kind }) => kind === KIND.message).map(({ data }) => text(data))

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'

describe('http', () => {
  it('hands on whole streams, START first, and nothing of others', async () => {
    const s = await openHttp()
    expect([s.data(0, GET), s.data(1, 'HTTP/1.1 204 No Content\r\n\r\n')]).toEqual([1, 2])
    expect(s.space.seen.map(({ stream, flags, classifier }) => [stream, flags, classifier])).toEqual([
      [0, START, 1],
      [1, START, 2],
    ])
    expect([s.mark(0, END), s.mark(1, END)]).toEqual([1, 2])
    s.mark(2, START)
    expect([s.data(2, 'SSH-2.0-x\r\n'), s.data(2, GET), s.mark(2, GAP), s.mark(2, END)]).toEqual([0, 0, 0, 0])
    expect(counters(s)).toMatchObject({ streams: 2, requests: 1, responses: 1, malformed: 0 })
  })
  it('holds the beginning of a stream until it is known', async () => {
    const s = await openHttp()
    for (const c of GET) s.data(0, c)
    const all = s.space.seen.filter(({ stream }) => stream === 0)
    // The last blocks come by their own result, not by emission.
    expect(all.map(({ data }) => text(data)).join('')).toBe('GET / HTTP/1.1\r\n')
    expect([all[0]?.flags, s.space.holding, counters(s)['requests']]).toEqual([START, 0, 1])
    s.mark(2, START)
    for (const c of 'GEx\n') s.data(2, c)
    expect(s.space.seen.filter(({ stream }) => stream === 2).map(({ classifier }) => classifier)).toEqual([
      0, 0, 0, 0, 0,
    ])
    expect(s.space.holding).toBe(0)
  })
  it.each([
    ['RTSP', 'OPTIONS rtsp://x RTSP/1.0\r\n'],
    ['SIP', 'SIP/2.0 200 OK\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\n'],
    ['an endless line', `GET /${'a'.repeat(30000)}`],
    ['binary', '\x16\x03\x01'],
  ])('is not for %s', async (_name, line) => {
    const s = await openHttp()
    s.data(0, line)
    s.mark(0, END)
    expect(s.space.seen.filter(({ classifier }) => classifier !== 0)).toEqual([])
    expect([counters(s)['streams'], s.space.holding]).toEqual([0, 0])
  })
  const conversation = [
    'POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello',
    'HEAD /b HTTP/1.1\r\n\r\n',
    '\r\nGET /c HTTP/1.1\r\n\r\nPUT /d HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nT: u\r\n\r\n',
    'GET /e HTTP/1.1\n\n',
  ]
  const answers = [
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length:3\r\n\r\none',
    'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n',
    'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n2\r\nxy\r\n0\r\n\r\n',
    'HTTP/1.0 200 OK\r\n\r\nuntil the end',
  ]
  it('property: messages are the same however the stream is cut', async () => {
    const cuts = fc.array(fc.nat(500), { maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(cuts, cuts, fc.constantFrom('heads', 'bodies'), async (one, two, emit) => {
        const s = await openHttp({ emit })
        const feed = (stream: number, all: string, at: number[]) => {
          const borders = [...new Set([0, ...at.filter((n) => n < all.length), all.length])].sort((a, b) => a - b)
          for (let i = 1; i < borders.length; i++) s.data(stream, all.slice(borders[i - 1], borders[i]))
        }
        feed(0, conversation.join(''), one)
        feed(1, answers.join(''), two)
        s.mark(0, END)
        s.mark(1, END)
        expect(counters(s)).toMatchObject({
          requests: 5,
          responses: 6,
          requestBodyBytes: 18,
          responseBodyBytes: 18,
          malformed: 0,
        })
        expect(s.space.holding).toBe(0)
        if (emit === 'heads') {
          expect(heads(s)).toHaveLength(11)
          for (const head of heads(s))
            expect(head).toMatch(/^\s*([A-Z]+ \/. HTTP\/1.1|HTTP\/1.[01] \d\d\d)[\s\S]*\n\r?\n$/)
        } else {
          expect([bodies(s, 0), bodies(s, 1)]).toEqual(['helloabc0123456789', 'onexyuntil the end'])
        }
      }),
      { seed: 2, numRuns: 150 },
    )
  })
  it('stops reading where protocols are switched', async () => {
    const s = await openHttp()
    s.data(0, 'CONNECT x:1 HTTP/1.1\r\n\r\n')
    s.data(1, 'HTTP/1.1 200 OK\r\n\r\n')
    s.data(0, '\x16\x03garbage')
    s.data(1, '\x16\x03garbage')
    expect(counters(s)).toMatchObject({ requests: 1, responses: 1, malformed: 0 })
  })
  it('finds messages again after a gap and after nonsense', async () => {
    const s = await openHttp()
    s.data(0, 'POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\nabc')
    expect(s.mark(0, GAP)).toBe(1)
    s.data(0, 'rest of the body')
    s.data(0, GET)
    s.data(0, 'POST / HTTP/1.1\r\nContent-Length: 1, 2\r\n\r\n')
    s.data(0, GET)
    expect(counters(s)).toMatchObject({ requests: 4, malformed: 1 })
  })
  it('bounds heads', async () => {
    const s = await openHttp()
    s.data(0, 'GET / HTTP/1.1\r\n')
    for (let i = 0; i < 100; i++) s.data(0, `x: ${'y'.repeat(1000)}\r\n`)
    expect(counters(s)).toMatchObject({ requests: 0, malformed: 1 })
  })
  it('hostile bytes never crash it', async () => {
    const words = fc.constantFrom(
      GET,
      'HTTP/1.1 200 OK\r\n',
      'Content-Length: 5\r\n',
      'Transfer-Encoding: chunked\r\n',
      '\r\n',
      'f',
      '0\r\n',
      ':',
      '\n',
    )
    const event = fc.oneof(words, fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom(START, END, GAP))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(3), event), { maxLength: 60 }), async (events) => {
        const s = await openHttp({ emit: 'heads' })
        for (const [stream, what] of events) typeof what === 'string' ? s.data(stream, what) : s.mark(stream, what)
        for (let stream = 0; stream < 4; stream++) s.mark(stream, END)
        expect(s.space.holding).toBe(0)
      }),
      { seed: 8, numRuns: 300 },
    )
  })
})

const header = (flags: number, ...counts: number[]) => [0, 1, flags, 0, ...counts.flatMap((n) => [0, n])]
const question = [1, 97, 0, 0, 1, 0, 1]
const query = Uint8Array.from([...header(0, 1, 0, 0, 0), ...question])
const answer = Uint8Array.from([
  ...header(0x80, 1, 1, 0, 0),
  ...question,
  0xc0,
  12,
  0,
  1,
  0,
  1,
  0,
  0,
  0,
  9,
  0,
  4,
  1,
  2,
  3,
  4,
])
const prefixed = (m: Uint8Array) => Uint8Array.of(m.length >> 8, m.length, ...m)

describe('dns', () => {
  const overUdp = async (data: Uint8Array | number[]) => {
    const space = await TestSpace.of(dns as never)
    space.bytes.set(data, AT)
    return [space.process({ kind: KIND.udp, offset: AT, length: data.length }), space.instance.counters!()] as const
  }
  it('tells queries from responses', async () => {
    expect((await overUdp(query))[0]).toBe(1)
    expect((await overUdp(answer))[0]).toBe(2)
  })
  it.each([
    ['a pointer to itself', [...header(0, 1, 0, 0, 0), 0xc0, 12, 0, 1, 0, 1]],
    ['a pointer forward', [...header(0, 1, 0, 0, 0), 0xc0, 20, 0, 1, 0, 1, 0, 0, 0]],
    ['pointers in a circle', [...header(0, 2, 0, 0, 0), 1, 97, 0xc0, 20, 0, 1, 0, 1, 0xc0, 12, 0, 1, 0, 1]],
    ['a label beyond the end', [...header(0, 1, 0, 0, 0), 60, 97, 0, 0, 1]],
    ['a reserved label', [...header(0, 1, 0, 0, 0), 0x80, 97, 0, 0, 1]],
    ['data beyond the end', [...answer.slice(0, -1)]],
  ])('refuses %s', async (_name, data) => {
    const [result, counts] = await overUdp(data)
    expect([result, counts['malformed']]).toEqual([0, 1])
  })
  it('does not call other traffic malformed', async () => {
    for (const data of [
      [],
      [1, 2, 3],
      [...header(0, 0, 0, 0, 0)],
      [...header(0, 255, 255, 0, 0)],
      new TextEncoder().encode(GET),
    ]) {
      const [result, counts] = await overUdp(data)
      expect([result, counts['malformed']]).toEqual([0, 0])
    }
  })
  it('property: finds all messages of a stream however it is cut', async () => {
    const messages = fc.array(fc.constantFrom(query, answer), { minLength: 1, maxLength: 10 })
    await fc.assert(
      fc.asyncProperty(messages, fc.array(fc.nat(400), { maxLength: 30 }), async (all, at) => {
        const s = new Streams(await TestSpace.of(dns as never))
        s.mark(4, START)
        const bytes = Uint8Array.from(all.flatMap((m) => [...prefixed(m)]))
        const borders = [...new Set([0, ...at.filter((n) => n < bytes.length), bytes.length])].sort((a, b) => a - b)
        for (let i = 1; i < borders.length; i++) s.data(4, bytes.slice(borders[i - 1], borders[i]))
        expect(s.space.seen.map(({ data }) => data)).toEqual(all)
        expect(s.space.seen.map(({ classifier }) => classifier)).toEqual(all.map((m) => (m === query ? 1 : 2)))
      }),
      { seed: 9, numRuns: 200 },
    )
  })
  it('leaves other streams alone', async () => {
    const s = new Streams(await TestSpace.of(dns as never))
    s.mark(0, START)
    expect([s.data(0, GET), s.data(0, query)]).toEqual([0, 0])
  })
})

type AnyFE = FunctionalElement<never>

/** Runs a capture through FEs, each fed with what the one before handed on; tells at which frames the last accepted. */
const through = async (name: string, fes: AnyFE[], options = {}) => {
  const spaces = await Promise.all(fes.map((fe, i) => TestSpace.of(fe, (i === fes.length - 1 ? options : {}) as never)))
  const results: [number, number][] = []
  let frame = 0
  const pass = (index: number, seen: Seen) => {
    const space = spaces[index]
    if (space === undefined) {
      results.push([frame, seen.classifier])
      return
    }
    if (seen.flags === START) space.streams.set(seen.stream, spaces[index - 1]!.streams.get(seen.stream)!)
    const { block, result } = space.packetBlock(seen)
    if (result > 0) pass(index + 1, { ...block, classifier: result })
    if (seen.flags === END) space.streams.delete(seen.stream)
  }
  for (const [index, space] of spaces.entries()) {
    space.onBlock = (seen) => {
      space.seen.push(seen)
      pass(index + 1, seen)
    }
  }
  for (const packet of readCapture(name)) {
    frame++
    const { block, result } = spaces[0]!.packetBlock(packet)
    if (result > 0) pass(1, { ...block, classifier: result })
  }
  for (const space of spaces) await space.finish()
  return { seen: spaces.at(-1)!.seen, results }
}

describe('reference captures', () => {
  if (!haveMaterial('the comparison of HTTP and DNS messages')) {
    it('were not found', () => {})
    return
  }
  const { files } = readExpected()
  it('HTTP requests', async () => {
    let total = 0
    const differing: string[] = []
    for (const [name, expected] of Object.entries(files)) {
      const covered = (expected['http_streams_covered'] ?? []) as number[]
      if (covered.length === 0) continue
      const { seen } = await through(name, [tcp, http], { emit: 'heads' })
      for (const stream of covered) {
        const got = seen
          .filter((one) => one.stream === stream * 2 && one.kind === KIND.message)
          .map(({ data }) => text(data).trimStart().split(' ').slice(0, 2).join(' '))
        const want = (expected['http'] as { stream: number; method: string; uri: string }[])
          .filter((one) => one.stream === stream)
          .map(({ method, uri }) => `${method} ${uri}`)
        total += want.length
        if (JSON.stringify(got) !== JSON.stringify(want))
          differing.push(`${name} ${stream}: ${got.length} ${want.length} ${got[0]} ${want[0]}`)
      }
    }
    console.info(`HTTP requests: ${total}, streams that differ: ${differing.length}`)
    expect(total).toBeGreaterThan(0)
    expect(differing).toEqual([])
  })
  it('DNS messages over UDP and TCP', async () => {
    interface Expected {
      frame: number
      proto: string
      response: boolean
      transport: string
    }
    let total = 0
    const missing: string[] = []
    for (const [name, expected] of Object.entries(files)) {
      const all = (expected['dns'] ?? []) as Expected[]
      // tshark lists messages inside tunnels too, and those that it finds malformed.
      const counts = expected['counts'] as { frames_with_protocol: Record<string, number> } | undefined
      const tunnels = ['vxlan', 'geneve', 'gre'].some(
        (tunnel) => counts !== undefined && tunnel in counts.frames_with_protocol,
      )
      if (all.length === 0 || tunnels || name.includes('fuzz')) continue
      const overUdp = (await through(name, [ip, udp, dns])).results
      const overTcp = (await through(name, [tcp, dns])).results
      for (const { frame, response, transport } of all) {
        total++
        const found = transport === 'udp' ? overUdp : overTcp
        const kind = response ? 2 : 1
        if (!found.some(([at, result]) => at === frame && result === kind))
          missing.push(`${name} ${frame} ${transport}`)
      }
    }
    console.info(`DNS messages: ${total}, not found: ${missing.length}`)
    expect(total).toBeGreaterThan(0)
    expect(missing).toEqual([])
  })
})
