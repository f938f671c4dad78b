// Mutated streams and datagrams through the protocol FEs: no exception, no window outside of what was given, nothing
// that stays held, no more memory than allowed, logs that are JSON, and no influence of what lies around a block.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { FakeSpace } from './fe-context.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const material = join(root, '../shared/material/captures')
const [START, END, GAP] = [1, 2, 4]
const UDP = 0x10001
const MEMORY = 65536
/** A stream is cut after so many bytes, a block has at most 16 KiB. */
const LONGEST = 40000
const LARGEST = 16384

const ELEMENTS = {
  http: ['stream', 'heads', 'bodies', 'files', 'log'],
  rtsp: ['stream', 'heads', 'data', 'log'],
  ssh: ['stream', 'banners', 'kex', 'log'],
  tls: ['stream', 'hellos', 'log'],
  dns: ['messages', 'log'],
}

const text = (string) => Buffer.from(string, 'latin1')
/** What mutations put in: what these protocols give a meaning to. */
const TOKENS = [
  '\r\n',
  '\n',
  '\r',
  '\0',
  ' ',
  ':',
  ';',
  ',',
  '"',
  '$',
  '0',
  'ffffffff',
  '\xff\xff',
  '\xc0\x0c',
  '\r\n\r\n',
  'GET / HTTP/1.1\r\n',
  'HTTP/1.1 200 OK\r\n',
  'HTTP/1.1 101 X\r\n\r\n',
  'CONNECT a HTTP/1.1\r\n\r\n',
  'HEAD / HTTP/1.1\r\n\r\n',
  'Content-Length: 5\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Upgrade: x\r\n',
  '5\r\nabcde\r\n',
  '0\r\n\r\n',
  'SETUP rtsp://x RTSP/1.0\r\nCSeq: 1\r\n\r\n',
  'RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n',
  '$\0\0\x04data',
  'SSH-2.0-x\r\n',
  '\0\0\0\x0c\x0a\x14',
  '\x16\x03\x01\0\x30\x01\0\0\x2c\x03\x03',
  '\x15\x03\x01\0\x02\x02\x28',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\0\0\0\x04\0\0\0\0\0',
  '\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x01a\0\0\x01\0\x01',
  '\0\x13\x12\x34\x81\x80\0\x01\0\x01\0\0\0\0\x01a\xc0\x0c',
].map(text)

/** Both directions of connections, as the sample and the reference captures have them. */
const collect = async (limit) => {
  const { open } = await import('@netstreamline/control/node')
  const { parse } = await import('@netstreamline/srl')
  const bundled = [pathToFileURL(join(root, 'packages/cli/package.json')).href]
  const streamline = await open({ bundled, spaces: ['process'] })
  const files = [join(root, 'examples/sample.pcap')]
  if (existsSync(material))
    files.push(
      ...readdirSync(material)
        .sort()
        .map((name) => join(material, name)),
    )
  const streams = []
  const datagrams = []
  const small = files.filter((path) => statSync(path).size < 3e6).slice(0, limit)
  for (const path of small) {
    const dir = mkdtempSync(join(tmpdir(), 'streamline-'))
    try {
      const request = `(pcap,path="${path}") > ((tcp) > (file,path="${dir}/{stream}") | (ip) > (udp) > (file,path="${dir}/u{n}"))`
      // Broken captures end with an error, and give what came before.
      await streamline.run(parse(request)).catch(() => {})
      const read = (name) => readFileSync(join(dir, name)).subarray(0, LONGEST)
      const names = new Set(existsSync(dir) ? readdirSync(dir) : [])
      const pairs = [...names].filter((name) => /^\d+$/.test(name) && name % 2 === 0).slice(0, 40)
      for (const name of pairs)
        streams.push([read(name), names.has(`${+name + 1}`) ? read(`${+name + 1}`) : Buffer.alloc(0)])
      for (const name of [...names].filter((name) => name.startsWith('u')).slice(0, 40)) datagrams.push(read(name))
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  }
  await streamline.close()
  return { streams: streams.filter(([a, b]) => a.length + b.length > 0), datagrams }
}

const mutate = (bytes, random, others) => {
  let all = Buffer.from(bytes.subarray(0, random(4) ? 2000 : LONGEST))
  for (let n = random(6); n > 0; n--) {
    const at = random(all.length + 1)
    const rest = (from) => all.subarray(Math.min(all.length, from))
    const choice = random(6)
    if (choice === 0 && all.length > 0) all[random(all.length)] = random(256)
    else if (choice === 1 && all.length > 0) all[random(all.length)] ^= 1 << random(8)
    else if (choice === 2) all = Buffer.concat([all.subarray(0, at), TOKENS[random(TOKENS.length)], rest(at)])
    else if (choice === 3) all = Buffer.concat([all.subarray(0, at), rest(at + random(50))])
    else if (choice === 4) all = Buffer.concat([all.subarray(0, at), rest(at - random(at + 1))]).subarray(0, LONGEST)
    else {
      const other = others[random(others.length)][random(2)]
      all = Buffer.concat([all.subarray(0, at), other.subarray(random(other.length + 1)).subarray(0, 500)])
    }
  }
  return all
}

/** What happens to a connection, in order: blocks of both directions, gaps, ends. */
const script = (streams, random) => {
  const sides = streams[random(streams.length)].map((side) => mutate(side, random, streams))
  const steps = []
  const small = random(3) === 0
  const at = [0, 0]
  if (random(50)) steps.push([0, START])
  if (random(50)) steps.push([1, START])
  while (at[0] < sides[0].length || at[1] < sides[1].length) {
    const side =
      at[0] >= sides[0].length ? 1 : at[1] >= sides[1].length ? 0 : random(8) ? (steps.at(-1)?.[0] ?? 0) : random(2)
    const size = 1 + random(small ? 30 : random(3) ? 1460 : LARGEST)
    if (random(60) === 0) steps.push([side, random(4) ? GAP : START])
    else steps.push([side, sides[side].subarray(at[side], at[side] + size)])
    at[side] += size
    // Byte by byte a long stream says nothing new.
    if (small && steps.length > 300) break
  }
  return steps
}

/** The checks of one round; `spaces` are two that differ in what surrounds blocks. */
const play = (name, emit, spaces, act) => {
  const seen = spaces.map((space) => {
    act(space)
    const { kept = 0 } = space.instance.counters()
    if (space.holding !== 0 || kept !== 0)
      throw new Error(`${name}: ${space.holding} blocks and ${kept} bytes stay held`)
    if (space.streams.size !== 0) throw new Error(`${name}: streams stay open`)
    const { out } = space
    space.out = []
    return out
  })
  if (JSON.stringify(seen[0]) !== JSON.stringify(seen[1])) throw new Error(`${name}: bytes outside of a block count`)
  if (emit === 'log') {
    for (const { data, classifier } of seen[0]) {
      if (classifier === 0) continue
      const line = new TextDecoder('utf-8', { fatal: true }).decode(text(data))
      if (line.indexOf('\n') !== line.length - 1) throw new Error(`${name}: not one line: ${line}`)
      JSON.parse(line)
    }
  }
  return seen[0].some(({ classifier }) => classifier > 0)
}

/** @param limit captures to take streams from, at most */
export const makeProtocolRounds = async (limit = 1000) => {
  const corpus = await collect(limit)
  const cases = []
  for (const [name, emits] of Object.entries(ELEMENTS)) {
    const fe = (await import(pathToFileURL(join(root, `packages/fe-std/dist/fe/${name}.js`)).href)).default
    for (const emit of emits) {
      const spaces = []
      const more = name === 'dns' ? { malformed: emit === 'log' } : {}
      for (const poison of [0, 0x0a])
        spaces.push(await new FakeSpace(poison).open(fe, { emit, memory: MEMORY, ...more }))
      cases.push({ name, emit, spaces })
    }
  }
  return (random, n) => {
    const { name, emit, spaces } = cases[n % cases.length]
    const datagram = (name === 'dns' || name === 'rtsp') && random(2) && corpus.datagrams.length > 0
    if (datagram) {
      const bytes = mutate(corpus.datagrams[random(corpus.datagrams.length)], random, corpus.streams).subarray(0, 4000)
      const taken = play(name, emit, spaces, (space) => space.data(0, bytes, UDP))
      return `${name} datagrams ${taken ? 'taken' : 'left alone'}`
    }
    const steps = script(corpus.streams, random)
    const taken = play(name, emit, spaces, (space) => {
      for (const [stream, what] of steps) {
        if (typeof what === 'number') space.mark(stream, what)
        else space.data(stream, what)
        const { kept = 0 } = space.instance.counters()
        // What is fed is held a moment longer than the bound allows.
        if (kept > MEMORY || space.heldBytes > MEMORY + LARGEST)
          throw new Error(`${name}: ${kept} and ${space.heldBytes} bytes`)
      }
      space.mark(0, END)
      space.mark(1, END)
    })
    return `${name} streams ${taken ? 'taken' : 'left alone'}`
  }
}

export const protocols = {
  about:
    'mutated streams and datagrams, of the sample and, where they are there, the reference captures, go through http, rtsp, ssh, tls and dns without an exception; what is handed on lies inside of what was given and does not depend on what is around it; memory stays inside its bound and is given back; logs are JSON',
  rounds: 10_000_000,
  make: () => makeProtocolRounds(),
}
