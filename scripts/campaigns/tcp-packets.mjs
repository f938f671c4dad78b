// TCP traffic for campaigns and tests: conversations with everything that happens to segments, and damage on top.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const FIN = 1
const SYN = 2
const RST = 4
const PUSH = 8
const ACK = 16
const URG = 32

const fold = (total) => {
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16)
  return total
}
const words = (bytes, from, to) => {
  let total = 0
  for (let i = from; i < to; i += 2) total += (bytes[i] << 8) | (i + 1 < to ? bytes[i + 1] : 0)
  return total
}

/** A raw IP packet with right checksums. Hosts 1 and 2; `from` says which one sends. */
const packet = ({ six, from, client, server, seq, ack, flags, window = 65535, urgent = 0, options = 0, payload }) => {
  const l4 = six ? 40 : 20
  const header = 20 + options
  const bytes = new Uint8Array(l4 + header + payload.length)
  const view = new DataView(bytes.buffer)
  if (six) {
    view.setUint32(0, 0x60000000)
    view.setUint16(4, header + payload.length)
    bytes.set([6, 64], 6)
    bytes.set([0x20, 1, 13, 184], 8)
    bytes.set([0x20, 1, 13, 184], 24)
    bytes[23] = from
    bytes[39] = 3 - from
  } else {
    bytes.set([0x45, 0, bytes.length >> 8, bytes.length, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, from, 10, 0, 0, 3 - from])
    view.setUint16(10, ~fold(words(bytes, 0, 20)))
  }
  view.setUint16(l4, from === 1 ? client : server)
  view.setUint16(l4 + 2, from === 1 ? server : client)
  view.setUint32(l4 + 4, seq >>> 0)
  view.setUint32(l4 + 8, ack >>> 0)
  bytes[l4 + 12] = (header / 4) << 4
  bytes[l4 + 13] = flags
  view.setUint16(l4 + 14, window)
  view.setUint16(l4 + 18, urgent)
  bytes.fill(1, l4 + 20, l4 + header)
  bytes.set(payload, l4 + header)
  const pseudo = words(bytes, six ? 8 : 12, l4) + 6 + header + payload.length
  view.setUint16(l4 + 16, ~fold(pseudo + words(bytes, l4, bytes.length)))
  return bytes
}

/** Two IPv4 fragments of a packet, if it is large enough; else itself. */
const fragments = (bytes, id) => {
  if (bytes[0] >> 4 !== 4 || bytes.length < 44) return [bytes]
  const cut = 20 + (((bytes.length - 20) >> 4) << 3)
  const piece = (from, to, field) => {
    const data = Uint8Array.of(...bytes.subarray(0, 20), ...bytes.subarray(from, to))
    const view = new DataView(data.buffer)
    view.setUint16(2, data.length)
    view.setUint16(4, id)
    view.setUint16(6, field)
    view.setUint16(10, 0)
    view.setUint16(10, ~fold(words(data, 0, 20)))
    return data
  }
  return [piece(20, cut, 0x2000), piece(cut, bytes.length, (cut - 20) >> 3)]
}

const ethernet = (bytes, padding) =>
  Uint8Array.of(2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, ...(bytes[0] >> 4 === 6 ? [0x86, 0xdd] : [8, 0]), ...bytes, ...new Uint8Array(padding))

/** The packets of one connection in the order in which they were sent, as fields. */
const conversation = (random) => {
  const next = [random(2 ** 32), random(4) ? random(2 ** 32) : 2 ** 32 - random(3000)]
  const ends = { six: random(4) === 0, client: 1024 + random(6), server: [80, 443][random(2)] }
  const out = []
  const send = (side, flags, size = 0, more = {}) => {
    const payload = Uint8Array.from({ length: size }, (_, i) => (next[side] + i * 7) & 255)
    out.push({ ...ends, from: side + 1, seq: next[side], ack: flags & ACK ? next[1 - side] : 0, flags, payload, ...more })
    next[side] = (next[side] + size + (flags & (SYN | FIN) ? 1 : 0)) >>> 0
  }
  if (random(5)) {
    send(0, SYN, random(8) ? 0 : random(50))
    send(1, SYN | ACK)
    send(0, ACK)
  }
  for (let n = random(12); n > 0; n--) {
    const side = random(2)
    const urgent = random(20) ? {} : { urgent: 1 + random(40) }
    send(side, ACK | PUSH | (urgent.urgent ? URG : 0), random(4) ? random(300) : random(1460), { ...urgent, options: random(3) * 4 })
    if (random(2)) send(1 - side, ACK)
  }
  if (random(3)) for (const side of [0, 1]) send(side, FIN | ACK)
  else if (random(2)) send(random(2), RST | (random(2) ? ACK : 0))
  return out
}

/** Loss, repetition, cutting and joining, other bytes, forged flags and numbers. */
const disturb = (list, random) =>
  list.flatMap((p) => {
    const { payload, seq } = p
    switch (random(12)) {
      case 0:
        return []
      case 1:
        return [p, p]
      case 2: {
        const at = random(payload.length + 1)
        return [{ ...p, payload: payload.slice(0, at) }, { ...p, seq: seq + at, payload: payload.slice(at) }]
      }
      case 3: {
        const at = random(payload.length + 1)
        const other = payload.slice(at).map((b) => b ^ (random(3) ? 0 : 1))
        return [p, { ...p, seq: seq + at, payload: other }]
      }
      case 4:
        return random(4) ? [p] : [p, { ...p, flags: random(64), seq: seq + random(2000) - 1000, ack: random(2 ** 32) }]
      case 5:
        return random(6) ? [p] : [p, { ...p, seq: seq + 2 ** random(32), payload: Uint8Array.of(33) }]
      case 6:
        return random(6) ? [p] : [{ ...p, flags: SYN, seq: random(2 ** 32), payload: new Uint8Array(0) }, p]
      default:
        return [p]
    }
  })

/**
 * About `count` packets of a few conversations at a time, as blocks: link type, data, time, length on the wire.
 * `damage` in 1000 are changed at random, `mangled` given as seeds among them.
 */
export const traffic = (random, count, { damage = 0, seeds = [] } = {}) => {
  const blocks = []
  const open = Array.from({ length: 1 + random(8) }, () => [])
  let seconds = 1_700_000_000
  while (blocks.length < count) {
    const at = random(open.length)
    if (open[at].length === 0) open[at] = disturb(conversation(random), random)
    const list = open[at]
    if (list.length === 0) continue
    const [fields] = list.splice(random(6) ? 0 : random(Math.min(8, list.length)), 1)
    if (random(200) === 0) seconds += random(10) ? random(5) : random(2 ** 20) - 2 ** 18
    const bytes = packet(fields)
    for (const part of random(30) ? [bytes] : fragments(bytes, blocks.length)) {
      const framed = random(2) ? ethernet(part, Math.max(0, 46 - part.length)) : part
      blocks.push({ kind: framed === part ? 101 : 1, data: framed, seconds, wireLength: framed.length })
    }
    if (seeds.length > 0 && random(10) === 0) blocks.push({ ...seeds[random(seeds.length)], seconds })
  }
  return blocks.map((block) => (random(1000) < damage ? damaged(block, random) : block))
}

const damaged = (block, random) => {
  const wireLength = block.data.length
  let data = block.data.slice()
  switch (random(6)) {
    case 0:
      data = data.subarray(0, random(data.length + 1))
      break
    case 1:
      // An IP length of zero, as segmentation offload leaves it.
      data.set([0, 0], Math.min(block.kind === 1 ? 16 : 2, Math.max(0, data.length - 2)))
      break
    case 2:
      for (let n = 1 + random(8); n > 0 && data.length > 0; n--) data[random(Math.min(data.length, 80))] = random(256)
      break
    default:
      for (let n = 1 + random(4); n > 0 && data.length > 0; n--) data[random(data.length)] ^= 1 << random(8)
  }
  return { ...block, data: data.slice(), wireLength: random(4) ? Math.max(wireLength, data.length) : data.length + random(99) }
}

/** Packets of the malformed captures among the reference material, if it lies beside the repository; else none. */
export const malformedPackets = (root) => {
  const directory = join(root, '..', 'shared', 'material', 'captures')
  if (!existsSync(directory)) return []
  const names = readdirSync(directory).filter((name) => /fuzz|malformed|invalid|heapoverflow|oob|overrun|tcp/i.test(name))
  return names.flatMap((name) => packetsOf(readFileSync(join(directory, name))).slice(0, 200))
}

/** The packets of a little-endian capture in the classic format; of others none. */
const packetsOf = (file) => {
  if (file.length < 24 || ![0xa1b2c3d4, 0xa1b23c4d].includes(file.readUInt32LE(0))) return []
  const kind = file.readUInt32LE(20) & 0xffff
  const packets = []
  for (let at = 24; at + 16 <= file.length; ) {
    const length = file.readUInt32LE(at + 8)
    if (at + 16 + length > file.length) break
    const data = new Uint8Array(file.subarray(at + 16, at + 16 + Math.min(length, 2000)))
    packets.push({ kind, data, wireLength: Math.max(file.readUInt32LE(at + 12), data.length) })
    at += 16 + length
  }
  return packets
}
