// Writes a capture of N packets for measurements: mixed sizes, TCP connections with HTTP (1 % of the segments out of
// order), DNS over UDP, other TCP and UDP. Seeded: the same arguments give the same file.
//   node bench/make-capture.mjs FILE [PACKETS=1000000] [PASSES=1] [SEED=1]
import { closeSync, openSync, writeSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const BUFFER = 1 << 22

/** Numbers in [0, n) of a small generator (mulberry32): fast and the same everywhere. */
const generator = (seed) => (n) => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) % n
}

const checksum = (bytes, from, to) => {
  let sum = 0
  for (let i = from; i < to; i += 2) sum += (bytes[i] << 8) | bytes[i + 1]
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

/** A frame: Ethernet, IPv4 and TCP or UDP around a payload. */
const frame = ({ proto, src, dst, sport, dport, seq = 0, ack = 0, flags = 0, payload }) => {
  const l4 = proto === 6 ? 20 : 8
  const bytes = Buffer.alloc(14 + 20 + l4 + payload.length)
  bytes.set([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0], 0)
  bytes.writeUInt16BE(20 + l4 + payload.length, 16)
  bytes[22] = 64
  bytes[23] = proto
  bytes.writeUInt32BE(src, 26)
  bytes.writeUInt32BE(dst, 30)
  bytes.writeUInt16BE(checksum(bytes, 14, 34), 24)
  bytes.writeUInt16BE(sport, 34)
  bytes.writeUInt16BE(dport, 36)
  if (proto === 6) {
    bytes.writeUInt32BE(seq >>> 0, 38)
    bytes.writeUInt32BE(ack >>> 0, 42)
    bytes[46] = 0x50
    bytes[47] = flags
    bytes.writeUInt16BE(65535, 48)
  } else bytes.writeUInt16BE(8 + payload.length, 38)
  bytes.set(payload, 34 + l4)
  return bytes
}

const FIN = 1
const SYN = 2
const ACK = 16
const PUSH = 8

/** The frames of one connection, in the order they were sent. */
const connection = (random, port) => {
  const client = { src: 0x0a000000 + random(60000), sport: 1024 + random(60000) }
  const server = { src: 0x0a010000 + random(250), sport: port }
  const ends = [client, server]
  const next = [random(2 ** 32), random(2 ** 32)]
  const out = []
  const send = (who, flags, payload = Buffer.alloc(0)) => {
    const [a, b] = [ends[who], ends[1 - who]]
    out.push(
      frame({
        proto: 6,
        src: a.src,
        dst: b.src,
        sport: a.sport,
        dport: b.sport,
        seq: next[who],
        ack: flags === SYN ? 0 : next[1 - who],
        flags,
        payload,
      }),
    )
    next[who] = (next[who] + payload.length + (flags & (SYN | FIN) ? 1 : 0)) >>> 0
  }
  send(0, SYN)
  send(1, SYN | ACK)
  send(0, ACK)
  const segments = (who, data) => {
    for (let at = 0; at < data.length; at += 1448) send(who, ACK | PUSH, data.subarray(at, at + 1448))
  }
  for (let n = 1 + random(4); n > 0; n--) {
    segments(0, Buffer.from(`GET /item/${random(1e6)} HTTP/1.1\r\nHost: example.test\r\nAccept: */*\r\n\r\n`))
    const body = Buffer.alloc(random(8) === 0 ? random(40000) : random(2500), 'streamline ')
    segments(1, Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`), body]))
    send(0, ACK)
  }
  send(0, FIN | ACK)
  send(1, FIN | ACK)
  send(0, ACK)
  return out
}

const dns = (random) => {
  const query = Buffer.concat([
    Buffer.from([random(256), random(256), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 4]),
    Buffer.from(`h${String(random(1000)).padStart(3, '0')}`),
    Buffer.from([4]),
    Buffer.from('test'),
    Buffer.from([0, 0, 1, 0, 1]),
  ])
  const answer = Buffer.concat([query, Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 1, 0, random(250)])])
  answer[2] = 0x81
  answer[3] = 0x80
  answer[7] = 1
  const ends = { src: 0x0a000000 + random(60000), dst: 0x0a020035, sport: 1024 + random(60000), dport: 53 }
  return [
    frame({ proto: 17, ...ends, payload: query }),
    frame({ proto: 17, src: ends.dst, dst: ends.src, sport: 53, dport: ends.sport, payload: answer }),
  ]
}

/** Writes the capture. */
export const makeCapture = (path, packets = 1_000_000, passes = 1, seed = 1) => {
  const fd = openSync(path, 'w')
  const buffer = Buffer.alloc(BUFFER)
  let used = 24
  buffer.writeUInt32LE(0xa1b2c3d4, 0)
  buffer.writeUInt16LE(2, 4)
  buffer.writeUInt16LE(4, 6)
  buffer.writeUInt32LE(262144, 16)
  buffer.writeUInt32LE(1, 20)
  for (let pass = 0; pass < passes; pass++) {
    const random = generator(seed)
    // A few conversations at a time, each frame from a random one, as on a real link.
    const open = Array.from({ length: 32 }, () => [])
    for (let n = 0; n < packets; n++) {
      const at = random(open.length)
      if (open[at].length === 0) {
        const kind = random(10)
        open[at] = kind < 3 ? dns(random) : connection(random, kind < 7 ? 80 : [22, 443, 8080][random(3)])
      }
      const [first, second] = open[at]
      const swap = second && random(100) === 0
      const bytes = swap ? second : first
      open[at].splice(swap ? 1 : 0, 1)
      if (used + 16 + bytes.length > buffer.length) {
        writeSync(fd, buffer, 0, used)
        used = 0
      }
      const time = pass * packets + n
      buffer.writeUInt32LE(1_700_000_000 + Math.floor(time / 100_000), used)
      buffer.writeUInt32LE((time % 100_000) * 10, used + 4)
      buffer.writeUInt32LE(bytes.length, used + 8)
      buffer.writeUInt32LE(bytes.length, used + 12)
      buffer.set(bytes, used + 16)
      used += 16 + bytes.length
    }
  }
  writeSync(fd, buffer, 0, used)
  closeSync(fd)
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [path, packets, passes, seed] = process.argv.slice(2)
  if (!path) {
    console.error('usage: node bench/make-capture.mjs FILE [PACKETS] [PASSES] [SEED]')
    process.exit(2)
  }
  makeCapture(path, Number(packets ?? 1e6), Number(passes ?? 1), Number(seed ?? 1))
}
