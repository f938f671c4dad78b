import { KIND } from '@netstreamline/core'
import { describe, expect, it } from 'vitest'
import {
  alpn,
  chosenVersion,
  clientHello,
  extension,
  records,
  serverHello,
  sized,
  sni,
  versions,
} from '../testing/conversations.js'
import { END, GAP, START, StreamFeed } from '../testing/stream-feed.js'
import tls from './tls.js'

type Options = { emit?: 'stream' | 'hellos' | 'log' }
const open = async (options: Options = {}) => {
  const feed = await StreamFeed.of(tls, options)
  feed.connect()
  return feed
}
const u16 = (list: readonly number[]) => list.map((n) => String.fromCharCode(n >> 8, n & 255)).join('')
const numbers = (hex: string) => hex.split(',').map((text) => Number.parseInt(text, 16))

describe('recognition', () => {
  it('by the hello, with the version as classifier', async () => {
    const s = await open()
    const offer = clientHello({ extensions: versions(0x0a0a, 0x0304, 0x0303) })
    expect([s.data(0, records(offer)), s.data(1, records(serverHello(0xc02f)))]).toEqual([772, 771])
    expect([s.data(0, 'more'), s.mark(0, GAP), s.mark(0, END)]).toEqual([772, 772, 772])
    expect(s.out().map(({ stream, flags }) => [stream, flags])).toEqual([
      [0, START],
      [0, 0],
      [1, START],
      [1, 0],
      [0, 0],
    ])
  })
  it.each([
    ['SSL 3.0', clientHello({ version: 0x0300 }), 768],
    ['TLS 1.0', clientHello({ version: 0x0301 }), 769],
    ['TLS 1.2', clientHello({ extensions: sni('a.test') }), 771],
    ['a draft of TLS 1.3', clientHello({ extensions: versions(0x7f1c, 0x0303) }), 772],
    ['only unknown versions', clientHello({ extensions: versions(0x1234) }), 771],
    ['TLS 1.3 of a server', serverHello(0x1301, chosenVersion(0x0304)), 772],
    ['an empty list of extensions', clientHello({ extensions: '' }), 771],
  ])('%s', async (_name, hello, version) => {
    const s = await open()
    expect(s.data(0, records(hello))).toBe(version)
  })
  it('of a hello in many records and pieces', async () => {
    const s = await open({ emit: 'hellos' })
    const hello = clientHello({ extensions: sni('a.test') + extension(21, 'p'.repeat(20000)) })
    for (const c of records(hello, 777)) s.data(0, c)
    expect(s.texts()).toEqual([hello])
    expect(s.counters()).toMatchObject({ clientHellos: 1, kept: 0 })
    expect(s.space.holding).toBe(0)
  })
  it.each([
    ['HTTP', 'GET / HTTP/1.1\r\n'],
    ['another version of records', `\x16\x02${records(clientHello()).slice(2)}`],
    ['other handshake messages', `\x16\x03\x01${sized(2, `\x0b${sized(3, 'x')}`)}`],
    ['an empty record', '\x16\x03\x01\0\0'],
    ['a record that is too long', `\x16\x03\x01\x50\0\x01${'x'.repeat(40)}`],
    ['a hello that is too long', `\x16\x03\x01${sized(2, '\x01\x02\0\0x')}`],
    ['other records between', `${records(clientHello()).slice(0, 5)}x\x17\x03\x01\0\x01x`],
    ['application data', '\x17\x03\x03\0\x01x'],
    ['an alert that nobody asked for', '\x15\x03\x01\0\x02\x02\x28'],
  ])('is not for %s', async (_name, text) => {
    const s = await open()
    s.data(0, text)
    s.data(0, 'x'.repeat(100))
    s.close()
    expect(s.out().filter(({ classifier }) => classifier > 0)).toEqual([])
    expect([s.counters()['malformed'], s.space.holding]).toEqual([0, 0])
  })
  it.each([
    ['a session id beyond the end', clientHello({ session: 'x'.repeat(10) }).replace('\x0axxx', '\xffxxx')],
    [
      'an odd number of bytes of cipher suites',
      `\x01${sized(3, `\x03\x03${'r'.repeat(32)}\0${sized(2, 'abc')}\x01\0`)}`,
    ],
    ['extensions beyond the end', clientHello({ extensions: `\0\0\0\x10abc` })],
    ['a name beyond its list', clientHello({ extensions: extension(0, sized(2, '\0\0\x10abc')) })],
    ['a list of groups that lies', clientHello({ extensions: extension(10, '\0\x08\0\x1d') })],
    ['bytes behind the extensions', `\x01${sized(3, `${clientHello({ extensions: '' }).slice(4)}x`)}`],
    ['another version', clientHello({ version: 0x0203 })],
    ['a body too short', `\x01${sized(3, '\x03\x03')}`],
  ])('refuses a hello with %s', async (_name, hello) => {
    for (const whole of [true, false]) {
      const s = await open()
      if (whole) s.data(0, records(hello))
      else for (const c of records(hello)) s.data(0, c)
      expect(s.counters()).toMatchObject({ streams: 0, malformed: 1, kept: 0 })
    }
  })
})

describe('the log', () => {
  it('has names, versions and what was chosen', async () => {
    const s = await open({ emit: 'log' })
    const extensions = sni('www.example.test') + alpn('\x0a\x0a', 'h2', 'http/1.1') + versions(0x0304, 0x0303)
    s.data(0, records(clientHello({ extensions })))
    s.seconds = 2
    s.data(1, records(serverHello(0xc02f, alpn('h2'))))
    s.close()
    expect(s.lines()).toMatchObject([
      {
        time: 1,
        src: '10.0.0.1',
        dport: 80,
        offered: 'TLS 1.3',
        sni: 'www.example.test',
        alpn: ['\n\n', 'h2', 'http/1.1'],
        version: 'TLS 1.2',
        cipher: 'c02f',
        protocol: 'h2',
      },
    ])
    expect(s.out().map(({ classifier, kind }) => [classifier, kind])).toEqual([[771, KIND.bytes]])
  })
  it('has one line where the server refuses, or does not answer', async () => {
    const s = await open({ emit: 'log' })
    s.data(0, records(clientHello()))
    s.data(1, '\x15\x03\x03\0\x02\x02\x46')
    s.connect(1)
    s.data(2, records(clientHello()))
    s.close(1)
    s.close()
    expect(s.lines().map(({ offered, version, alert }) => [offered, version, alert])).toEqual([
      ['TLS 1.2', undefined, 70],
      ['TLS 1.2', undefined, undefined],
    ])
  })
  /** Cipher suites, extensions and signature algorithms of browsers, with GREASE, and their published fingerprints. */
  const suites = '1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035'
  const signatures = extension(13, sized(2, u16(numbers('0403,0804,0401,0503,0805,0501,0806,0601'))))
  const contents: Record<number, string> = {
    0: sni('tls.example.test'),
    10: extension(10, sized(2, u16([0x2a2a, 4588, 29, 23, 24]))),
    11: extension(11, sized(1, '\0')),
    13: signatures,
    16: alpn('h2', 'http/1.1'),
    43: versions(0x3a3a, 0x0304, 0x0303),
  }
  it.each([
    ['45-51-16-65037-23-17613-0-11-10-43-65281-35-18-5-13-27', 'd8a2da3f94cd', '98487aa16281980e7d1120d399efb6a4'],
    ['0-23-65281-10-11-35-16-5-13-18-51-45-43-27-17513-21', 'e5627efa2ab1', undefined],
  ])('has the published fingerprints of %s', async (types, third, ja3) => {
    const list = types.split('-').map(Number)
    const extensions = [0x1a1a, ...list, 0x4a4a].map((type) => contents[type] ?? extension(type, '')).join('')
    const s = await open({ emit: 'log' })
    s.data(0, records(clientHello({ ciphers: [0x5a5a, ...numbers(suites)], extensions })))
    s.close()
    const [line] = s.lines()
    expect(line!['ja4']).toBe(`t13d1516h2_8daaf6152771_${third}`)
    if (ja3 !== undefined) expect(line!['ja3']).toBe(ja3)
  })
  it.each([
    ['nothing', clientHello({ ciphers: [], version: 0x0301 }), 't10i000000_000000000000_000000000000'],
    ['one letter', clientHello({ extensions: alpn('h') }), 't12i0201hh'],
    ['no letters', clientHello({ extensions: alpn('\xab\xcd') }), 't12i0201ad'],
    ['GREASE', clientHello({ extensions: alpn('\x0a\x0a') }), 't12i02010a'],
  ])('has a JA4 for %s', async (_name, hello, start) => {
    const s = await open({ emit: 'log' })
    s.data(0, records(hello))
    s.close()
    expect(String(s.lines()[0]!['ja4']).startsWith(start)).toBe(true)
  })
})
