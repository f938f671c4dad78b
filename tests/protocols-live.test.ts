// What nginx, curl, openssl, ssh and the resolver of the system say to each other just now, as these packages and as
// tshark see it.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { open } from '@netstreamline/control/node'
import { parse } from '@netstreamline/srl'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Live, liveProblem } from './support/live.js'

/** Answers DNS queries over UDP and TCP, and SSH clients with an identification. */
const SERVER = `
const { createSocket } = require('node:dgram'), { createServer } = require('node:net')
const name = Buffer.from([1, 97, 0xc0, 12])
const data = {
  1: Buffer.from([127, 0, 0, 1]),
  15: Buffer.concat([Buffer.from([0, 5]), name]),
  16: Buffer.from('\\x05hello\\x06world!'),
  28: Buffer.alloc(16, 1),
  33: Buffer.concat([Buffer.from([0, 1, 0, 2, 0, 53]), name]),
}
const answer = (q) => {
  const end = q.indexOf(0, 12) + 5, type = q.readUInt16BE(end - 4), d = data[type]
  const out = Buffer.concat([q.subarray(0, end), Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 9, 0, d.length]), d])
  out.set([0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0], 2)
  return out
}
const udp = createSocket('udp4').bind(53, '127.0.0.1')
udp.on('message', (q, from) => udp.send(answer(q), from.port, from.address))
createServer((s) => {
  let all = Buffer.alloc(0)
  s.on('error', () => {}).on('data', (more) => {
    all = Buffer.concat([all, more])
    if (all.length < 2 || all.length < 2 + all.readUInt16BE()) return
    const a = answer(all.subarray(2))
    s.write(Buffer.concat([Buffer.from([a.length >> 8, a.length & 255]), a]))
  })
}).listen(53, '127.0.0.1')
createServer((s) => {
  s.write('Hello,\\r\\nSSH-2.0-test_1 comment\\r\\n')
  s.on('data', () => {}).on('error', () => {})
  setTimeout(() => s.destroy(), 400)
}).listen(22, '127.0.0.1', () => console.log('ready'))
`
/** Asks over TCP, in two pieces. */
const ASK = `
const q = Buffer.from('0018' + '1234' + '01000001000000000000' + '01610162047465737400' + '001c0001', 'hex'), s = require('node:net').connect(53, '127.0.0.1')
q.writeUInt16BE(q.length - 2); s.setNoDelay(); s.write(q.subarray(0, 9)); setTimeout(() => s.write(q.subarray(9)), 50); s.on('data', () => s.end())
`
/** Resolves names by the system's own resolver. */
const RESOLVE = `
const dns = require('node:dns'); dns.setServers(['127.0.0.1'])
for (const t of ['A', 'AAAA', 'MX', 'TXT', 'SRV']) dns.resolve(t.toLowerCase() + '.example.test', t, () => {})
`

const big = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) >> 3))
const text = 'A line of text that can be compressed.\n'.repeat(3000)
const cli = pathToFileURL(join(import.meta.dirname, '..', 'packages', 'cli', 'package.json')).href
const problem = liveProblem()

describe.skipIf(problem !== undefined)(`live traffic${problem === undefined ? '' : ` (skipped: ${problem})`}`, () => {
  const live = new Live()
  let streamline: Awaited<ReturnType<typeof open>>
  const hello = 'http://127.0.0.1/index.html'

  beforeAll(async () => {
    streamline = await open({ bundled: [cli], spaces: ['process'] })
    await live.start({ 'index.html': '<p>hello</p>\n', 'a.txt': text, 'big.bin': big, 'empty.txt': '' }, SERVER)
    const curl = (...args: string[]) => live.run('curl', '-s', '-o', '/dev/null', ...args)
    curl(hello, 'http://127.0.0.1/big.bin', 'http://127.0.0.1/none', 'http://127.0.0.1/empty.txt', hello)
    curl('--compressed', 'http://127.0.0.1/a.txt', 'http://127.0.0.1/moved', 'http://127.0.0.1/nothing')
    curl('-I', 'http://127.0.0.1/a.txt', hello)
    curl('-0', 'http://127.0.0.1/a.txt')
    curl('-r', '100-199', 'http://127.0.0.1/big.bin', '-A', 'an "agent" \\ with ✓')
    curl('--http2', hello, hello)
    curl('--http2-prior-knowledge', 'http://127.0.0.1:82/index.html')
    curl('-z', '2038-01-01', hello)
    // curl waits for 100 Continue before so large a body.
    curl('-T', join(live.dir, 'root', 'big.bin'), 'http://127.0.0.1/upload/x', 'http://127.0.0.1/created')
    live.feed('chunk', 'curl', '-s', '-o', '/dev/null', '-T', '-', 'http://127.0.0.1/upload/y')
    curl('-X', 'OPTIONS', 'http://127.0.0.1/a.txt?q=1&r=%20', '-H', 'Host: other.test')
    // Pipelined, one of them HEAD, the last closes.
    const pipe = ['GET /index.html', 'HEAD /a.txt', 'GET /none', 'GET /empty.txt']
    const requests = pipe.map((line) => `${line} HTTP/1.1\r\nHost: p.test\r\n\r\n`).join('')
    live.feed(`${requests}GET / HTTP/1.0\r\n\r\n`, 'curl', '-s', '-m', '2', 'telnet://127.0.0.1:80')
    curl('-k', '--tls-max', '1.2', 'https://127.0.0.1/a.txt')
    curl('-k', '--resolve', 'a.test:443:127.0.0.1', 'https://a.test/index.html')
    for (const version of ['-tls1_2', '-tls1_3', '-tls1_1']) {
      const args = [version, '-servername', 'www.b.test', '-alpn', 'http/1.1,x']
      live.feed('', 'openssl', 's_client', '-connect', '127.0.0.1:443', ...args)
    }
    live.run(
      'ssh',
      '-o',
      'ConnectTimeout=2',
      '-o',
      'StrictHostKeyChecking=no',
      '-o',
      'UserKnownHostsFile=/dev/null',
      'x@127.0.0.1',
    )
    live.run(process.execPath, '-e', RESOLVE)
    live.run(process.execPath, '-e', ASK)
    await live.end()
  })
  afterAll(async () => {
    await streamline?.close()
    await live.remove()
  })

  const log = async (request: string, name: string): Promise<Record<string, unknown>[]> => {
    const path = join(live.dir, name)
    await streamline.run(parse(`(pcap,path="${live.capture}") > ${request} > (file,path="${path}")`))
    const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
    return lines.map((line) => JSON.parse(line))
  }
  const byTime = (a: { time?: unknown }, b: { time?: unknown }) => Number(a.time) - Number(b.time)

  it('HTTP: requests, and responses with the bytes of their bodies', async () => {
    const ours = (await log('(tcp) > (http,emit=log)', 'http.log')).sort(byTime)
    const asked = live.tshark(
      'http.request && !http2',
      'frame.time_epoch',
      'tcp.stream',
      'http.request.method',
      'http.request.uri',
      'http.host',
      'http.user_agent',
    )
    expect(ours.length).toBeGreaterThan(20)
    expect(ours.map(({ method, uri, host }) => [method, uri, host ?? ''])).toEqual(
      asked.map(([, , m, u, h]) => [m, u, h]),
    )
    expect(ours.every(({ status }) => status !== undefined)).toBe(true)
    expect(ours.filter(({ agent }) => String(agent).includes('✓')).map(({ agent }) => agent)).toEqual([
      'an "agent" \\ with ✓',
    ])
    // By connection, since responses come in the order of its requests.
    const answered = live.tshark('http.response && !http2', 'tcp.stream', 'http.response.code', 'tcp.dstport')
    const theirs = answered.filter(([, code]) => code !== '100')
    const ports = [...new Set(theirs.map(([, , port]) => port))]
    for (const port of ports) {
      const mine = ours.filter(({ sport }) => String(sport) === port).map(({ status }) => String(status))
      expect(mine).toEqual(theirs.filter(([, , other]) => other === port).map(([, code]) => code))
    }
    const received = (about: Partial<Record<string, unknown>>) =>
      ours
        .filter((one) => Object.entries(about).every(([key, value]) => one[key] === value))
        .map((one) => one['received'])
    expect(received({ uri: '/big.bin', status: 200 })).toEqual([big.length])
    expect(received({ uri: '/big.bin', status: 206 })).toEqual([100])
    expect(received({ uri: '/a.txt', method: 'HEAD' })).toEqual([0, 0])
    expect(received({ uri: '/a.txt', version: '1.0' })).toEqual([text.length])
    expect(received({ method: 'GET', uri: '/index.html', status: 304 })).toEqual([0])
    // Once from curl, once from nginx to the server behind it.
    expect(ours.filter(({ uri }) => uri === '/upload/x').map(({ sent }) => sent)).toEqual([big.length, big.length])
    expect(ours.filter(({ uri }) => uri === '/upload/y').map(({ sent }) => sent)).toEqual([5, 5])
  })

  it('HTTP: nothing is malformed, and HTTP/2 is seen', async () => {
    const { nodes } = await streamline.run(parse(`(pcap,path="${live.capture}") > (tcp) > (http) > (count)`))
    const { counters } = nodes.find((node) => node.function === 'http')!
    expect(counters).toMatchObject({ malformed: 0, irregular: 0, http2: 2, incomplete: 0, kept: 0, noRoom: 0 })
    expect(counters['interim']).toBeGreaterThan(0)
  })

  it('HTTP: bodies are the files', async () => {
    const dir = join(live.dir, 'files')
    await streamline.run(
      parse(`(pcap,path="${live.capture}") > (tcp) > (http,emit=files) > (file,path="${dir}/{name}")`),
    )
    const digest = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
    const files = readdirSync(dir).map((name) => ({
      name: name.replace(/^\d+-/, ''),
      bytes: readFileSync(join(dir, name)),
    }))
    const found = (name: string, bytes: Uint8Array | string) =>
      files.filter((file) => file.name === name && digest(file.bytes) === digest(bytes)).length
    expect([found('big.bin', big), found('a.txt', text), found('x', big), found('y', 'chunk')]).toEqual([1, 1, 2, 2])
    expect(files.some(({ name }) => name === 'a.txt.gz')).toBe(true)
  })

  it('TLS: names, versions, cipher suites and fingerprints', async () => {
    const ours = (await log('(tcp) > (tls,emit=log)', 'tls.log')).sort(byTime)
    const clients = live.tshark(
      'tls.handshake.type == 1',
      'tls.handshake.extensions_server_name',
      'tls.handshake.ja3',
      'tls.handshake.extensions_alpn_str',
    )
    expect(clients.length).toBeGreaterThan(4)
    const list = (names: unknown) => ((names ?? []) as string[]).join(',')
    expect(ours.map(({ sni, ja3, alpn }) => [sni ?? '', ja3, list(alpn)])).toEqual(clients)
    const servers = live.tshark(
      'tls.handshake.type == 2',
      'tcp.dstport',
      'tls.handshake.ciphersuite',
      'tls.handshake.ja3s',
      'tls.handshake.extensions.supported_version',
    )
    const answered = ours.filter(({ version }) => version !== undefined)
    const number = (hex: unknown) => `0x${hex}`
    expect(answered.map(({ sport, cipher, ja3s }) => [String(sport), number(cipher), ja3s])).toEqual(
      servers.map(([port, cipher, ja3s]) => [port, cipher, ja3s]),
    )
    expect(answered.map(({ version }) => version === 'TLS 1.3')).toEqual(servers.map(([, , , v]) => v === '0x0304'))
  })

  it('SSH: identifications and fingerprints', async () => {
    const ours = await log('(tcp) > (ssh,emit=log)', 'ssh.log')
    const theirs = live.tshark('ssh.protocol && tcp.dstport == 22', 'ssh.protocol')
    const hassh = live.tshark('ssh.kex.hassh', 'ssh.kex.hassh')
    expect(ours).toHaveLength(1)
    expect(ours[0]).toMatchObject({ client: theirs[0]![0], server: 'SSH-2.0-test_1 comment', dport: 22 })
    expect([ours[0]!['hassh']]).toEqual(hassh[0])
  })

  it('DNS: messages over UDP and TCP', async () => {
    const ours = (await log('((ip) > (udp) | (tcp)) > (dns,emit=log)', 'dns.log')).sort(byTime)
    const theirs = live.tshark('dns', 'dns.id', 'dns.qry.name', 'dns.qry.type', 'dns.flags.response', 'udp.port')
    const names: Record<string, string> = { 1: 'A', 28: 'AAAA', 15: 'MX', 16: 'TXT', 33: 'SRV' }
    expect(theirs.length).toBeGreaterThan(10)
    const hex = (id: unknown) => `0x${Number(id).toString(16).padStart(4, '0')}`
    expect(
      ours.map(({ id, name, type, response, transport }) => [hex(id), name, type, response ?? false, transport]),
    ).toEqual(
      theirs.map(([id, name, type, response, port]) => [
        id,
        name,
        names[type!],
        response === '1',
        port === '' ? 'tcp' : 'udp',
      ]),
    )
  })
})
