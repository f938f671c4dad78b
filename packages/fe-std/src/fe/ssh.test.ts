import { createHash } from 'node:crypto'
import { KIND } from '@netstreamline/core'
import { describe, expect, it } from 'vitest'
import { kexInit, sshPacket } from '../testing/conversations.js'
import { END, GAP, START, StreamFeed } from '../testing/stream-feed.js'
import ssh from './ssh.js'

type Options = { emit?: 'stream' | 'banners' | 'kex' | 'log' }
const open = async (options: Options = {}) => {
  const feed = await StreamFeed.of(ssh, options)
  feed.connect()
  return feed
}
const CLIENT = 'SSH-2.0-OpenSSH_9.2\r\n'
const SERVER = 'SSH-2.0-server with comment\n'
const md5 = (text: string) => createHash('md5').update(text).digest('hex')
const lists = ['k1,k2', 'h1', 'c1,chacha20-poly1305@openssh.com', 'c2', 'm1', 'm2', 'none,z', 'z', '', '']

describe('recognition', () => {
  it('by identification, of either side', async () => {
    const s = await open()
    expect([s.data(1, SERVER), s.data(0, CLIENT)]).toEqual([2, 1])
    expect([s.mark(0, GAP), s.mark(0, END)]).toEqual([1, 1])
    expect(s.out().map(({ stream, flags, classifier }) => [stream, flags, classifier])).toEqual([
      [1, START, 2],
      [1, 0, 2],
      [0, START, 1],
      [0, 0, 1],
    ])
  })
  it.each([
    ['HTTP', 'GET / HTTP/1.1\r\n\r\n'],
    ['no version', 'SSH-x\r\n'],
    ['half a version', 'SSH-2-x\r\n'],
    ['a line of 256 bytes', `SSH-2.0-${'x'.repeat(246)}\r\n`],
    ['lines of a client before it', `hello\r\n${CLIENT}`],
    ['binary', 'SSH-\0\r\n'],
  ])('is not for %s', async (_name, text) => {
    const s = await open()
    s.data(0, text)
    s.close()
    expect(s.out().filter(({ classifier }) => classifier > 0)).toEqual([])
    expect(s.space.holding).toBe(0)
  })
  it('takes a line of 255 bytes', async () => {
    const s = await open()
    expect(s.data(0, `SSH-2.0-${'x'.repeat(245)}\r\n`)).toBe(1)
  })
  it('reads over what a server says before it', async () => {
    const s = await open({ emit: 'banners' })
    s.data(1, `Welcome\r\n${'line\n'.repeat(2000)}`)
    expect(s.space.holding).toBe(1)
    s.data(1, SERVER)
    expect(s.texts()).toEqual(['SSH-2.0-server with comment'])
    expect(s.space.holding).toBe(0)
  })
  it('lets go of text as soon as the client speaks another protocol', async () => {
    const s = await open()
    s.data(1, '220 mail.test\r\n')
    s.data(0, 'EHLO x\r\n')
    expect(s.data(1, '250 OK\r\n')).toBe(-1)
    expect(s.out(1).map(({ classifier }) => classifier)).toEqual([0, 0, 0])
    expect(s.data(1, '250 OK\r\n')).toBe(0)
  })
  it('lets go of endless text', async () => {
    const s = await open()
    for (let i = 0; i < 300; i++) s.data(1, `${'x'.repeat(98)}\r\n`)
    expect([s.space.holding, s.counters()['undecided']]).toEqual([0, 1])
  })
})

describe('key exchange', () => {
  it('hands on the message, without padding', async () => {
    const s = await open({ emit: 'kex' })
    const kex = kexInit(...lists)
    s.data(0, CLIENT + sshPacket('\x02ignored') + sshPacket(kex))
    for (const c of SERVER + sshPacket(kex)) s.data(1, c)
    expect(s.texts(KIND.message)).toEqual([kex, kex])
    expect(s.counters()).toMatchObject({ keyExchanges: 2, banners: 2, malformed: 0, kept: 0 })
  })
  it('is logged as both agree on it', async () => {
    const s = await open({ emit: 'log' })
    s.data(
      1,
      SERVER + sshPacket(kexInit('k2,k1', 'h2', 'chacha20-poly1305@openssh.com', 'c2', 'm1', 'm2', 'z', 'none')),
    )
    s.seconds = 3
    s.data(0, CLIENT + sshPacket(kexInit(...lists)))
    s.close()
    expect(s.lines()).toEqual([
      {
        time: 1,
        src: '10.0.0.1',
        sport: 1000,
        dst: '10.0.0.2',
        dport: 80,
        client: 'SSH-2.0-OpenSSH_9.2',
        server: 'SSH-2.0-server with comment',
        kex: 'k1',
        cipher: 'chacha20-poly1305@openssh.com',
        compression: 'z',
        cipherBack: 'c2',
        macBack: 'm2',
        hassh: md5('k1,k2;c1,chacha20-poly1305@openssh.com;m1;none,z'),
        hasshServer: md5('k2,k1;c2;m2;none'),
      },
    ])
  })
  it('is logged once, as far as it is known', async () => {
    const s = await open({ emit: 'log' })
    s.data(0, 'SSH-1.5-old\r\nbinary')
    s.data(1, 'SSH-1.5-server\r\nbinary')
    s.connect(1)
    s.data(2, CLIENT)
    s.mark(2, GAP)
    s.close(1)
    s.close()
    expect(s.lines().map(({ client, server, kex }) => [client, server, kex])).toEqual([
      ['SSH-1.5-old', 'SSH-1.5-server', undefined],
      ['SSH-2.0-OpenSSH_9.2', undefined, undefined],
    ])
  })
  it.each([
    ['a length beyond all bounds', '\x7f\xff\xff\xff\x08\x14'],
    ['no padding', '\0\0\0\x10\0\x14'],
    ['padding beyond the packet', '\0\0\0\x10\x10\x14'],
    ['a list beyond the message', sshPacket(`\x14${'c'.repeat(16)}\0\0\xff\xffabc`)],
    ['names that are none', sshPacket(kexInit('a b'))],
    ['too few lists', sshPacket(`\x14${'c'.repeat(16)}\0\0\0\x01a`)],
  ])('is malformed with %s', async (_name, packet) => {
    const s = await open({ emit: 'log' })
    s.data(0, CLIENT + packet)
    s.close()
    expect(s.counters()).toMatchObject({ streams: 1, keyExchanges: 0, malformed: 1, kept: 0 })
    expect(s.lines()).toMatchObject([{ client: 'SSH-2.0-OpenSSH_9.2' }])
  })
})
