import { KIND } from '@netstreamline/core'
import { describe, expect, it } from 'vitest'
import { CONVERSATIONS } from '../testing/conversations.js'
import { GAP, StreamFeed, textOf } from '../testing/stream-feed.js'
import rtsp from './rtsp.js'

type Options = { emit?: 'stream' | 'heads' | 'data' | 'log' }
const { client, server } = CONVERSATIONS.find(({ name }) => name === 'rtsp')!
const open = async (options: Options = {}) => {
  const feed = await StreamFeed.of(rtsp, options)
  feed.connect()
  return feed
}
const SETUP = 'SETUP rtsp://x/1 RTSP/1.0\r\nCSeq: 2\r\n\r\n'

describe('rtsp', () => {
  it('takes requests, responses and interleaved data apart', async () => {
    const s = await open({ emit: 'heads' })
    s.data(0, client)
    s.data(1, server)
    expect(s.texts().map((head) => head.split('\r\n')[0])).toEqual([
      'OPTIONS rtsp://x/ RTSP/1.0',
      'SETUP rtsp://x/1 RTSP/1.0',
      'ANNOUNCE * RTSP/2.0',
      'RTSP/1.0 200 OK',
      'RTSP/1.0 200 OK',
      'RTSP/1.0 404 Not Found',
    ])
    expect(s.counters()).toMatchObject({ requests: 3, responses: 3, frames: 3, dataBytes: 18, malformed: 0 })
  })
  it('hands on interleaved data by channel, whole', async () => {
    const s = await open({ emit: 'data' })
    s.data(1, server.slice(0, 50))
    for (const c of server.slice(50)) s.data(1, c)
    s.data(0, client)
    const data = s.out().filter(({ kind }) => kind === KIND.bytes)
    expect(data.map(({ stream, classifier, data }) => [stream, classifier, textOf(data)])).toEqual([
      [1, 1, 'RTP payload'],
      [1, 1, 'abc'],
      [0, 2, 'rtcp'],
    ])
  })
  it('pairs by CSeq, in either direction', async () => {
    const s = await open({ emit: 'log' })
    s.data(0, `${SETUP}PLAY rtsp://x/1 RTSP/1.0\r\nCSeq: 3\r\nUser-Agent: me\r\n\r\n`)
    s.seconds = 4
    s.data(1, 'RTSP/1.0 454 No\r\nCSeq: 3\r\n\r\nRTSP/1.0 200 OK\r\nCSeq: 2\r\nSession: a;b\r\nTransport: t\r\n\r\n')
    s.data(1, 'REDIRECT rtsp://x/1 RTSP/1.0\r\nCSeq: 2\r\n\r\n')
    s.data(0, 'RTSP/1.0 200 OK\r\nCSeq: 2\r\n\r\nTEARDOWN rtsp://x/1 RTSP/1.0\r\nCSeq: 4\r\n\r\n')
    s.close()
    const ends = { src: '10.0.0.1', sport: 1000, dst: '10.0.0.2', dport: 80 }
    expect(s.lines()).toEqual([
      {
        time: 1,
        ...ends,
        method: 'PLAY',
        uri: 'rtsp://x/1',
        version: '1.0',
        cseq: 3,
        agent: 'me',
        status: 454,
        wait: 3,
      },
      {
        time: 1,
        ...ends,
        method: 'SETUP',
        uri: 'rtsp://x/1',
        version: '1.0',
        cseq: 2,
        status: 200,
        transport: 't',
        session: 'a;b',
        wait: 3,
      },
      {
        time: 4,
        src: '10.0.0.2',
        sport: 80,
        dst: '10.0.0.1',
        dport: 1000,
        method: 'REDIRECT',
        uri: 'rtsp://x/1',
        version: '1.0',
        cseq: 2,
        status: 200,
        wait: 0,
      },
      { time: 4, ...ends, method: 'TEARDOWN', uri: 'rtsp://x/1', version: '1.0', cseq: 4 },
    ])
    expect(s.out().map(({ classifier }) => classifier)).toEqual([454, 200, 200, 65535])
  })
  it('takes datagrams, which are a message each', async () => {
    const s = await open({ emit: 'heads' })
    expect(s.data(0, `${SETUP}body`, KIND.udp)).toBe(1)
    expect(s.data(0, 'RTSP/2.0 200 OK\r\n\r\n', KIND.udp)).toBe(2)
    for (const no of ['', 'RTSP/1.0 200 OK\r\n', 'SETUP x HTTP/1.1\r\n\r\n', '$\0\0\x01a'])
      expect(s.data(0, no, KIND.udp)).toBe(0)
    expect(s.texts()).toEqual([SETUP, 'RTSP/2.0 200 OK\r\n\r\n'])
    expect(s.counters()['datagrams']).toBe(2)
  })
  it.each([
    ['HTTP', 'GET / HTTP/1.1\r\n\r\n'],
    ['data alone', '$\0\0\x01a'],
    ['another version', 'SETUP rtsp://x RTSP/3.0\r\n\r\n'],
  ])('is not for %s', async (_name, text) => {
    const s = await open()
    s.data(0, text)
    s.close()
    expect(s.out().filter(({ classifier }) => classifier > 0)).toEqual([])
  })
  it('goes on behind nonsense and lost bytes', async () => {
    const s = await open({ emit: 'heads' })
    s.data(0, `${SETUP}nonsense\r\n${SETUP}SETUP x RTSP/1.0\r\nContent-Length: x\r\n\r\n${SETUP}`)
    expect(s.counters()).toMatchObject({ requests: 4, malformed: 2 })
    s.data(0, '$\0\x10\0half')
    s.mark(0, GAP)
    s.data(0, `of it\r\n${SETUP}`)
    expect(s.counters()).toMatchObject({ requests: 5, frames: 0, malformed: 2 })
  })
})
