// RFC 9112 §6.3 and §7.1, case by case: how long a message is decides where the next one begins.
import { describe, expect, it } from 'vitest'
import { StreamFeed, textOf } from '../testing/stream-feed.js'
import http from './http.js'

interface Result {
  bodies: [string, string]
  requests: number
  responses: number
  malformed: number
  irregular: number
}
/** Both directions at once, and byte by byte: that must make no difference. */
const read = async (client: string, server = ''): Promise<Result> => {
  const results: Result[] = []
  for (const whole of [true, false]) {
    const s = await StreamFeed.of(http, { emit: 'bodies' })
    s.connect()
    for (const [stream, text] of [client, server].entries()) {
      if (whole) s.data(stream, text)
      else for (const c of text) s.data(stream, c)
    }
    s.close()
    const body = (stream: number) => textOf(Uint8Array.from(s.out(stream).flatMap(({ data }) => [...data])))
    const { requests, responses, malformed, irregular } = s.counters() as unknown as Result
    results.push({ bodies: [body(0), body(1)], requests, responses, malformed, irregular })
  }
  expect(results[1]).toEqual(results[0])
  return results[0]!
}
const GET = 'GET / HTTP/1.1\r\n\r\n'
const response = (fields: string, body: string, line = 'HTTP/1.1 200 OK') => `${line}\r\n${fields}\r\n${body}`
const NEXT = 'HTTP/1.1 404 Next\r\nContent-Length: 4\r\n\r\nNEXT'

describe('responses', () => {
  it.each([
    ['Content-Length', 'Content-Length: 3\r\n', 'abc', 'abc'],
    ['Content-Length 0', 'Content-Length: 0\r\n', '', ''],
    ['Content-Length with zeros in front', 'Content-Length: 0000000000000000000003\r\n', 'abc', 'abc'],
    ['a list of equal lengths', 'Content-Length: 3, 3\r\nContent-Length: 3\r\n', 'abc', 'abc'],
    ['names in any case, blanks', 'cOnTeNt-LeNgTh: \t 3 \t\r\n', 'abc', 'abc'],
    ['chunks', 'Transfer-Encoding: chunked\r\n', '3\r\nabc\r\n0\r\n\r\n', 'abc'],
    ['chunks with a trailer', 'Transfer-Encoding: chunked\r\n', '3\r\nabc\r\n0\r\nA: b\r\nC: d\r\n\r\n', 'abc'],
    ['chunk extensions', 'Transfer-Encoding: chunked\r\n', '3 ; a="b;c"\r\nabc\r\n000;x\r\n\r\n', 'abc'],
    [
      'sizes in either case',
      'Transfer-Encoding: Chunked\r\n',
      'a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n',
      '01234567890123456789',
    ],
    ['many zeros in a size', 'Transfer-Encoding: chunked\r\n', `${'0'.repeat(100)}3\r\nabc\r\n0\r\n\r\n`, 'abc'],
    ['bare LF in chunks', 'Transfer-Encoding: chunked\n', '3\nabc\n0\n\n', 'abc'],
    ['codings before chunked', 'Transfer-Encoding: gzip;q="a,b" , chunked\r\n', '1\r\nz\r\n0\r\n\r\n', 'z'],
    ['codings in two fields', 'Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n', '1\r\nz\r\n0\r\n\r\n', 'z'],
    ['a folded coding', 'Transfer-Encoding:\r\n chunked\r\n', '1\r\nz\r\n0\r\n\r\n', 'z'],
  ])('%s', async (_name, fields, body, content) => {
    const { bodies, responses, malformed } = await read(GET + GET, response(fields, body) + NEXT)
    expect([bodies[1], responses, malformed]).toEqual([`${content}NEXT`, 2, 0])
  })
  it.each([
    [
      'Transfer-Encoding before Content-Length',
      'Content-Length: 99\r\nTransfer-Encoding: chunked\r\n',
      '1\r\nz\r\n0\r\n\r\n',
      'z',
    ],
    ['a blank in front of the colon', 'Content-Length : 1\r\n', 'z', 'z'],
    ['lines that are no fields', 'nonsense\r\nContent-Length: 1\r\n', 'z', 'z'],
    ['a blank line in front of the fields', ' x: y\r\nContent-Length: 1\r\n', 'z', 'z'],
  ])('irregular, but read: %s', async (_name, fields, body, content) => {
    const { bodies, responses, malformed, irregular } = await read(GET + GET, response(fields, body) + NEXT)
    expect([bodies[1], responses, malformed, irregular > 0]).toEqual([`${content}NEXT`, 2, 0, true])
  })
  it.each([
    ['a negative length', 'Content-Length: -3\r\n', 'abc'],
    ['a signed length', 'Content-Length: +3\r\n', 'abc'],
    ['a hexadecimal length', 'Content-Length: 0x3\r\n', 'abc'],
    ['an empty length', 'Content-Length:\r\n', 'abc'],
    ['lengths that differ', 'Content-Length: 3, 4\r\n', 'abc'],
    ['fields that differ', 'Content-Length: 3\r\nContent-Length: 4\r\n', 'abc'],
    ['a length beyond all numbers', 'Content-Length: 99999999999999999999\r\n', 'abc'],
    ['a size that is none', 'Transfer-Encoding: chunked\r\n', 'xyz\r\n'],
    ['a negative size', 'Transfer-Encoding: chunked\r\n', '-1\r\n'],
    ['an empty size', 'Transfer-Encoding: chunked\r\n', '\r\n'],
    ['a size beyond all numbers', 'Transfer-Encoding: chunked\r\n', 'fffffffffffffffff\r\n'],
    ['a chunk longer than its size', 'Transfer-Encoding: chunked\r\n', '1\r\nzz\r\n0\r\n\r\n'],
    ['a bare CR behind a size', 'Transfer-Encoding: chunked\r\n', '1\rz\r\n0\r\n\r\n'],
  ])('malformed: %s', async (_name, fields, body) => {
    const { responses, malformed, bodies } = await read(GET + GET, `${response(fields, body)}\r\n${NEXT}`)
    expect([responses, malformed, bodies[1].endsWith('NEXT')]).toEqual([2, 1, true])
  })
  it.each([
    ['204', 'HTTP/1.1 204 No Content'],
    ['304', 'HTTP/1.1 304 Not Modified'],
    ['100', 'HTTP/1.1 100 Continue'],
    ['103', 'HTTP/1.1 103 Early Hints'],
  ])('%s has no body', async (_name, line) => {
    const { bodies, malformed } = await read(GET + GET, response('Content-Length: 9\r\n', '', line) + NEXT)
    expect([bodies[1], malformed]).toEqual(['NEXT', 0])
  })
  it.each([
    ['nothing said', ''],
    ['another last coding', 'Transfer-Encoding: chunked, gzip\r\n'],
    ['a coding that only ends so', 'Transfer-Encoding: xchunked\r\n'],
  ])('until the close: %s', async (_name, fields) => {
    const { bodies, responses } = await read(GET, response(fields, `body\r\n${NEXT}`))
    expect([bodies[1], responses]).toEqual([`body\r\n${NEXT}`, 1])
  })
  it('to HEAD have none', async () => {
    const { bodies } = await read(`HEAD / HTTP/1.1\r\n\r\n${GET}`, response('Content-Length: 9\r\n', '') + NEXT)
    expect(bodies[1]).toBe('NEXT')
  })
})

describe('requests', () => {
  it('have a body only if they say so', async () => {
    const text = `GET / HTTP/1.1\r\n\r\nPOST / HTTP/1.1\r\n\r\nPUT / HTTP/1.1\r\nContent-Length: 2\r\n\r\nab${GET}`
    expect(await read(text)).toMatchObject({ requests: 4, bodies: ['ab', ''], malformed: 0 })
  })
  it('whose last coding is not chunked cannot be read', async () => {
    const text = `POST / HTTP/1.1\r\nTransfer-Encoding: chunked, gzip\r\n\r\n3\r\nabc\r\n${GET}`
    expect(await read(text)).toMatchObject({ requests: 2, bodies: ['', ''], malformed: 1 })
  })
  it('with 100-continue wait for it, or not', async () => {
    const head = 'PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n'
    const server = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n'
    expect(await read(`${head}ab${GET}`, server + NEXT)).toMatchObject({
      requests: 2,
      responses: 2,
      bodies: ['ab', 'NEXT'],
    })
  })
})
