/** What two sides say to each other, one after the other. */
export interface Conversation {
  readonly name: string
  readonly client: string
  readonly server: string
}

const be = (value: number, size: number): string => {
  let text = ''
  for (let shift = 8 * (size - 1); shift >= 0; shift -= 8) text += String.fromCharCode((value >> shift) & 255)
  return text
}
/** Data with its length in front. */
export const sized = (size: number, data: string): string => be(data.length, size) + data

/** A TLS handshake message in records of at most `most` bytes. */
export const records = (message: string, most = 16384, version = 0x0301): string => {
  let out = ''
  for (let at = 0; at < message.length; at += most) {
    out += `\x16${be(version, 2)}${sized(2, message.slice(at, at + most))}`
  }
  return out
}
const extension = (type: number, data: string): string => be(type, 2) + sized(2, data)
export interface HelloShape {
  ciphers?: number[]
  extensions?: string
  session?: string
  version?: number
}
export const clientHello = ({ ciphers, extensions, session = '', version = 0x0303 }: HelloShape = {}): string => {
  const suites = (ciphers ?? [0x1301, 0xc02f, 0x0a0a]).map((suite) => be(suite, 2)).join('')
  const body = `${be(version, 2)}${'r'.repeat(32)}${sized(1, session)}${sized(2, suites)}\x01\0`
  return `\x01${sized(3, body + (extensions === undefined ? '' : sized(2, extensions)))}`
}
export const serverHello = (cipher: number, extensions?: string): string => {
  const body = `\x03\x03${'s'.repeat(32)}\0${be(cipher, 2)}\0`
  return `\x02${sized(3, body + (extensions === undefined ? '' : sized(2, extensions)))}`
}
export const sni = (name: string): string => extension(0, sized(2, `\0${sized(2, name)}`))
export const alpn = (...names: string[]): string => extension(16, sized(2, names.map((n) => sized(1, n)).join('')))
export const versions = (...list: number[]): string => extension(43, sized(1, list.map((v) => be(v, 2)).join('')))
export const chosenVersion = (version: number): string => extension(43, be(version, 2))
export { extension }

/** An SSH packet with eight bytes of padding. */
export const sshPacket = (payload: string): string => `${be(payload.length + 9, 4)}\x08${payload}${'\0'.repeat(8)}`
/** A key exchange message. */
export const kexInit = (...lists: string[]): string =>
  `\x14${'c'.repeat(16)}${Array.from({ length: 10 }, (_, i) => sized(4, lists[i] ?? '')).join('')}\0\0\0\0\0`

const header = (flags: number, ...counts: number[]): string =>
  `\x12\x34${be(flags, 2)}${counts.map((n) => be(n, 2)).join('')}`
/** Question for a.b.test. */
export const question = (type: number): string => `\x01a\x01b\x04test\0${be(type, 2)}\0\x01`
export const dnsQuery = (type: number): string => header(0x0100, 1, 0, 0, 0) + question(type)
/** An answer whose name points to the question's. */
export const dnsAnswer = (type: number, ...data: string[]): string =>
  header(0x8180, 1, data.length, 0, 0) +
  question(type) +
  data.map((d) => `\xc0\x0c${be(type, 2)}\0\x01\0\0\0\x3c${sized(2, d)}`).join('')

export const CONVERSATIONS: readonly Conversation[] = [
  {
    name: 'http, pipelined',
    client: `POST /a HTTP/1.1\r\nHost: x.test\r\nContent-Length: 5\r\n\r\nhelloHEAD /b HTTP/1.1\r\n\r\n\r\nGET /c?d=\xe9 HTTP/1.1\r\nUser-Agent: "u"\r\n\r\nPUT /d/e.txt HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nT: u\r\n\r\nGET /f HTTP/1.1\n\n`,
    server: `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length:3\r\n\r\noneHTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nHTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\nContent-Type: a/b\r\n\r\n2\r\nxy\r\n0\r\n\r\nHTTP/1.0 200 OK\r\n\r\nuntil the end`,
  },
  {
    name: 'http, upgraded',
    client: 'GET /chat HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x81\x85masked\r\n\r\n',
    server: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x05hello\r\nHTTP/1.1 200 OK\r\n\r\n',
  },
  {
    name: 'http, tunnelled in http',
    client: 'CONNECT x:80 HTTP/1.1\r\n\r\nGET /inside HTTP/1.1\r\nHost: y\r\n\r\n',
    server: 'HTTP/1.1 200 Connected\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody',
  },
  {
    name: 'http/2',
    client: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0more',
    server: '\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64more',
  },
  {
    name: 'rtsp',
    client:
      'OPTIONS rtsp://x/ RTSP/1.0\r\nCSeq: 1\r\n\r\nSETUP rtsp://x/1 RTSP/1.0\r\nCSeq: 2\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\n\r\n$\x01\0\x04rtcpANNOUNCE * RTSP/2.0\r\nCSeq: 3\r\nContent-Length: 4\r\n\r\nv=0\r',
    server:
      'RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n$\0\0\x0bRTP payload$\0\0\0RTSP/1.0 200 OK\r\nCSeq: 2\r\nSession: 7\r\n\r\n$\0\0\x03abc\r\nRTSP/1.0 404 Not Found\r\nCSeq: 3\r\n\r\n',
  },
  {
    name: 'ssh',
    client: `SSH-2.0-client_1.0 comment\r\n${sshPacket('\x02ignore')}${sshPacket(kexInit('k1,k2', 'h1', 'c1', 'c1,c2', 'm1', 'm2', 'none', 'none'))}${sshPacket('\x1erest')}`,
    server: `Welcome\r\nto this server\nSSH-1.99-server\n${sshPacket(kexInit('k2', 'h1,h2', 'c1', 'c2', 'm1', 'm2', 'none', 'none'))}encrypted`,
  },
  {
    name: 'tls',
    client: `${records(clientHello({ extensions: sni('www.example.test') + alpn('h2', 'http/1.1') + versions(0x0a0a, 0x0304, 0x0303) }), 50)}\x17\x03\x03\0\x04data`,
    server: `${records(serverHello(0x1301, chosenVersion(0x0304)))}\x17\x03\x03\0\x04data`,
  },
  {
    name: 'tls, refused',
    client: records(clientHello({ version: 0x0301 })),
    server: '\x15\x03\x01\0\x02\x02\x28',
  },
  {
    name: 'dns',
    client: sized(2, dnsQuery(28)) + sized(2, dnsQuery(1)),
    server: sized(2, dnsAnswer(28, '0123456789abcdef')) + sized(2, dnsAnswer(5, '\x01c\xc0\x0c', '\xc0\x0e')),
  },
]
