import { KIND } from '@netstreamline/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { END, GAP, START, StreamFeed, textOf } from '../testing/stream-feed.js'
import http from './http.js'

type Options = { emit?: 'stream' | 'heads' | 'bodies' | 'files' | 'log'; memory?: number }
const open = async (options: Options = {}) => {
  const feed = await StreamFeed.of(http, options)
  feed.connect()
  return feed
}
const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

describe('recognition', () => {
  it('hands on whole streams, START first, and nothing of others', async () => {
    const s = await open()
    expect([s.data(0, GET), s.data(1, 'HTTP/1.1 204 No Content\r\n\r\n')]).toEqual([1, 2])
    expect(s.out().map(({ stream, flags, classifier }) => [stream, flags, classifier])).toEqual([
      [0, START, 1],
      [0, 0, 1],
      [1, START, 2],
      [1, 0, 2],
    ])
    expect([s.mark(0, END), s.mark(1, END)]).toEqual([1, 2])
    s.mark(2, START)
    expect([s.data(2, 'SSH-2.0-x\r\n'), s.data(2, GET), s.mark(2, GAP), s.mark(2, END)]).toEqual([0, 0, 0, 0])
    expect(s.counters()).toMatchObject({ streams: 2, requests: 1, responses: 1, malformed: 0 })
  })
  it('holds the beginning of a stream until it is known', async () => {
    const s = await open()
    for (const c of GET) s.data(0, c)
    expect(s.texts(KIND.tcp, 0).join('')).toBe(GET)
    expect([s.out(0)[0]?.flags, s.space.holding, s.counters()['requests']]).toEqual([START, 0, 1])
    s.mark(2, START)
    for (const c of 'GEx\n') s.data(2, c)
    expect(s.out(2).map(({ classifier }) => classifier)).toEqual([0, 0, 0, 0, 0])
    expect(s.space.holding).toBe(0)
  })
  it.each([
    ['RTSP', 'OPTIONS rtsp://x RTSP/1.0\r\n'],
    ['SIP', 'SIP/2.0 200 OK\r\n'],
    ['another HTTP/2', 'PRI * HTTP/2.0\r\n\r\n--\r\n\r\n'],
    ['HTTP/0.9', 'GET /\r\n'],
    ['an endless line', `GET /${'a'.repeat(30000)}`],
    ['endless empty lines', '\r\n'.repeat(40)],
    ['control characters', 'GET /\0 HTTP/1.1\r\n'],
    ['a status of two digits', 'HTTP/1.1 20\r\n'],
    ['binary', '\x16\x03\x01'],
  ])('is not for %s', async (_name, line) => {
    const s = await open()
    s.data(0, line)
    s.mark(0, END)
    expect(s.out().filter(({ classifier }) => classifier !== 0)).toEqual([])
    expect([s.counters()['streams'], s.space.holding]).toEqual([0, 0])
  })
  it.each([
    ['an empty line before', '\r\nGET / HTTP/1.0\r\n\r\n', 1],
    ['bare LF', 'GET / HTTP/1.1\n\n', 1],
    ['blanks', 'GET  /a  HTTP/1.1 \r\n\r\n', 1],
    ['methods of other letters', 'M-SEARCH * HTTP/1.1\r\n\r\n', 1],
    ['no reason', 'HTTP/1.1 200\r\n\r\n', 2],
    ['a later version', 'HTTP/1.9 299 New\r\n\r\n', 2],
  ])('takes %s', async (_name, text, classifier) => {
    const s = await open()
    expect(s.data(0, text)).toBe(classifier)
    expect(s.counters()).toMatchObject({ streams: 1, malformed: 0 })
  })
  it('recognises HTTP/2 with prior knowledge, in either order', async () => {
    const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
    const settings = '\0\0\0\x04\0\0\0\0\0'
    for (const serverFirst of [false, true]) {
      const s = await open()
      if (serverFirst) s.data(1, settings)
      s.data(0, preface)
      if (!serverFirst) s.data(1, settings)
      expect(
        s
          .out()
          .map(({ stream, classifier }) => 10 * stream + classifier)
          .sort(),
      ).toEqual([14, 14, 3, 3])
      expect(s.counters()).toMatchObject({ http2: 2, requests: 0, malformed: 0 })
    }
    // Zeros alone are no HTTP/2.
    const s = await open()
    s.data(1, settings)
    s.data(0, GET)
    expect(s.out(1).map(({ classifier }) => classifier)).toEqual([0, 0])
  })
})

describe('pairs', () => {
  const logged = (s: StreamFeed) => s.lines().map(({ method, uri, status }) => [method, uri, status].join(' '))

  it('responses with requests that are pipelined', async () => {
    const s = await open({ emit: 'log' })
    s.data(0, 'GET /a HTTP/1.1\r\n\r\nHEAD /b HTTP/1.1\r\n\r\nGET /c HTTP/1.1\r\n\r\n')
    s.seconds = 3
    s.data(1, `HTTP/1.1 103 Early Hints\r\n\r\n${OK}HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n${OK}`)
    expect(logged(s)).toEqual(['GET /a 200', 'HEAD /b 200', 'GET /c 200'])
    expect(s.lines()[0]).toEqual({
      time: 1,
      src: '10.0.0.1',
      sport: 1000,
      dst: '10.0.0.2',
      dport: 80,
      method: 'GET',
      uri: '/a',
      version: '1.1',
      sent: 0,
      status: 200,
      received: 2,
      wait: 2,
    })
    expect(s.out().map(({ classifier }) => classifier)).toEqual([200, 200, 200])
    expect(s.counters()).toMatchObject({ interim: 1, responses: 3, unanswered: 0, unasked: 0 })
  })
  it('requests of a client that has ended its direction', async () => {
    const s = await open({ emit: 'log' })
    s.data(0, 'HEAD /a HTTP/1.1\r\n\r\n')
    s.mark(0, END)
    s.data(1, 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n')
    s.mark(1, END)
    expect(logged(s)).toEqual(['HEAD /a 200'])
    expect(s.counters()).toMatchObject({ incomplete: 0, unanswered: 0 })
  })
  it('says what has no answer, and what nobody asked for', async () => {
    const s = await open({ emit: 'log' })
    s.data(0, GET)
    s.close()
    s.connect(1)
    s.data(3, OK)
    expect(logged(s)).toEqual(['GET / ', '  200'])
    expect(s.lines()[1]).toMatchObject({ src: '10.0.0.1', dport: 80 })
    expect(s.out().flatMap(({ classifier }) => classifier || [])).toEqual([65535, 200])
    expect(s.counters()).toMatchObject({ unanswered: 1, unasked: 1 })
  })
  it('goes on with the last request when responses were lost', async () => {
    const s = await open({ emit: 'log' })
    s.data(0, 'GET /a HTTP/1.1\r\n\r\n')
    s.mark(1, GAP)
    s.data(0, 'GET /b HTTP/1.1\r\n\r\n')
    s.data(1, OK)
    s.close()
    expect(logged(s)).toEqual(['GET /a ', 'GET /b 200'])
  })
  it('reads a response that comes before the body of its request', async () => {
    const s = await open({ emit: 'log' })
    s.data(0, 'PUT /a HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf ')
    s.data(1, 'HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n')
    s.data(0, `done!${GET}`)
    s.data(1, OK)
    expect(logged(s)).toEqual(['PUT /a 413', 'GET / 200'])
  })
  it('bounds the requests that wait', async () => {
    const s = await open({ emit: 'log' })
    for (let i = 0; i < 1500; i++) s.data(0, `GET /${i} HTTP/1.1\r\n\r\n`)
    expect([logged(s).length, logged(s)[0], s.counters()['kept']! < 1e6]).toEqual([476, 'GET /0 ', true])
    s.close()
    expect([logged(s).length, s.counters()['kept']]).toEqual([1500, 0])
  })
})

describe('changes of protocol', () => {
  it('does not read what follows CONNECT and an upgrade', async () => {
    for (const [request, response] of [
      ['CONNECT x:1 HTTP/1.1\r\n\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'],
      ['GET / HTTP/1.1\r\nUpgrade: x\r\n\r\n', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ] as const) {
      const s = await open()
      s.data(0, request)
      s.data(1, response)
      s.data(0, '\x16\x03garbage')
      s.data(1, '\x16\x03garbage')
      expect(s.counters()).toMatchObject({ requests: 1, responses: 1, responseBodyBytes: 0, malformed: 0 })
    }
  })
  it('reads on where they were refused', async () => {
    const s = await open({ emit: 'log' })
    s.data(0, `CONNECT x:1 HTTP/1.1\r\n\r\n${GET}GET /up HTTP/1.1\r\nUpgrade: h2c\r\n\r\n\r\n${GET}`)
    s.data(1, `HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno${OK}${OK}${OK}`)
    expect(s.lines().map(({ uri, status }) => `${uri} ${status}`)).toEqual(['x:1 403', '/ 200', '/up 200', '/ 200'])
  })
  it('reads HTTP inside a tunnel', async () => {
    const s = await open()
    s.data(0, 'CONNECT x:1 HTTP/1.1\r\n\r\n')
    s.data(1, 'HTTP/1.1 200 OK\r\n\r\n')
    for (const c of GET) s.data(0, c)
    expect(s.counters()).toMatchObject({ requests: 2, malformed: 0 })
  })
})

describe('what cannot be read', () => {
  it('finds messages again after a gap', async () => {
    const s = await open()
    s.data(0, 'POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\nabc')
    expect(s.mark(0, GAP)).toBe(1)
    s.data(0, 'rest of the body')
    s.data(0, GET)
    expect(s.counters()).toMatchObject({ requests: 2, malformed: 0, incomplete: 1 })
    s.data(1, 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc')
    s.mark(1, GAP)
    s.data(1, `</html>${OK}`)
    expect(s.counters()).toMatchObject({ responses: 2, incomplete: 2 })
  })
  it('finds messages again after nonsense', async () => {
    const s = await open()
    s.data(0, `POST / HTTP/1.1\r\nContent-Length: 1, 2\r\n\r\n${GET}nonsense\r\n\r\n${GET}`)
    expect(s.counters()).toMatchObject({ requests: 3, malformed: 2 })
  })
  it('bounds heads and lines, at the same byte however they come', async () => {
    for (const size of [100, 16384, 70000]) {
      const s = await open({ emit: 'heads' })
      const whole = `GET / HTTP/1.1\r\n${`x: ${'y'.repeat(995)}\r\n`.repeat(100)}\r\n${GET}`
      for (let at = 0; at < whole.length; at += size) s.data(0, whole.slice(at, at + size))
      expect(s.texts()).toEqual([GET])
      expect(s.counters()).toMatchObject({ requests: 1, malformed: 1 })
    }
  })
  it('gives up what there is no room for', async () => {
    const s = await open({ memory: 2000 })
    s.data(0, 'GET / HTTP/1.1\r\n')
    for (let i = 0; i < 10; i++) s.data(0, `a: ${'b'.repeat(500)}\r\n`)
    const { kept, noRoom } = s.counters()
    expect([kept! <= 2000, noRoom! > 0]).toEqual([true, true])
    s.data(0, `\r\n${GET}`)
    expect(s.counters()['requests']).toBe(1)
    s.mark(2, START)
    for (let i = 0; i < 100; i++) s.data(2, 'G')
    expect(s.space.holding).toBe(0)
  })
})

describe('what is handed on', () => {
  it('heads, wherever they lie', async () => {
    const s = await open({ emit: 'heads' })
    s.data(0, `\r\n${GET}GET /b`)
    s.data(0, ' HTTP/1.1\r\n\r')
    s.data(0, '\n')
    expect(s.texts()).toEqual([GET, 'GET /b HTTP/1.1\r\n\r\n'])
    expect(s.out().map(({ classifier }) => classifier)).toEqual([1, 1, 1])
  })
  it('files: each body as a stream, named after what was asked for', async () => {
    const s = await open({ emit: 'files' })
    s.data(0, 'GET /a/b%20c.tar?q=/x HTTP/1.1\r\n\r\nPOST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc')
    s.data(
      1,
      'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n2\r\nyz\r\n0\r\n\r\n',
    )
    s.data(1, 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\npart')
    const [post, one, two] = [0x80000000, 0x80000001, 0x80000002]
    const names = [post, one, two].map((stream) => s.space.streams.get(stream)?.name)
    expect(names).toEqual([undefined, undefined, '3-index'])
    s.mark(1, END)
    expect(s.out().map(({ stream, flags, classifier, data }) => [stream, flags, classifier, textOf(data)])).toEqual([
      [post, START, 1, ''],
      [post, 0, 1, 'abc'],
      [post, END, 1, ''],
      [one, START, 2, ''],
      [one, 0, 2, 'x'],
      [one, 0, 2, 'yz'],
      [one, END, 2, ''],
      [two, START, 2, ''],
      [two, 0, 2, 'part'],
      [two, GAP, 2, ''],
      [two, END, 2, ''],
    ])
  })
  it('a log in which nothing can end a line or move a cursor', async () => {
    const s = await open({ emit: 'log' })
    const agent =
      'quote " back \\ escape \x1b[2J C1 \xc2\x9b RTL \xe2\x80\xae euro \xe2\x82\xac broken \xe2\x82 latin \xe9'
    s.data(0, `GET /${'%'.repeat(9000)} HTTP/1.1\r\nHost: \t a.test \r\nUser-Agent: ${agent}\r\n\r\n`)
    s.data(1, OK)
    const [line] = s.texts(KIND.bytes)
    expect(Buffer.from(line!, 'latin1').toString()).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/)
    const parsed = JSON.parse(Buffer.from(line!, 'latin1').toString())
    expect(parsed).toMatchObject({ host: 'a.test', cut: true, status: 200 })
    expect(parsed.uri).toHaveLength(8192)
    expect(parsed.agent).toBe(
      'quote " back \\ escape \x1b[2J C1 \x9b RTL \u202e euro \u20ac broken \xe2\x82 latin \xe9',
    )
  })
})

it('hostile bytes never crash it', async () => {
  const words = fc.constantFrom(
    GET,
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 101 X\r\n\r\n',
    'CONNECT a HTTP/1.1\r\n\r\n',
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
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(3), event), { maxLength: 60 }),
      fc.constantFrom('stream', 'heads', 'bodies', 'files', 'log'),
      fc.constantFrom(1000, 1e8),
      async (events, emit, memory) => {
        const s = await open({ emit: emit as 'log', memory })
        for (const [stream, what] of events) typeof what === 'string' ? s.data(stream, what) : s.mark(stream, what)
        expect(s.counters()['kept']).toBeLessThanOrEqual(memory)
        for (let stream = 0; stream < 4; stream++) s.mark(stream, END)
        if (emit === 'log') s.lines()
        expect([s.space.holding, s.counters()['kept']]).toEqual([0, 0])
        expect([...s.space.streams.keys()]).toEqual([])
      },
    ),
    { seed: 8, numRuns: 400 },
  )
})
