import { type Block, type Context, type Emission, KIND, type Process } from '@netstreamline/core'
import { compileProgram } from '@netstreamline/jit'
import { describe, expect, it } from 'vitest'
import ip from './ip.js'
import port from './port.js'
import sample from './sample.js'
import udp from './udp.js'

const hex = (text: string): number[] =>
  text
    .replace(/\s/g, '')
    .match(/../g)
    ?.map((byte) => Number.parseInt(byte, 16)) ?? []
const memory = new Uint8Array(0x60000)
const emitted: Emission[] = []
const context = {
  bytes: memory,
  alloc: (size: number) => ({ id: 1, base: 0x10000, size, reclaim: () => {}, free: () => {} }),
  emit: (emission: Emission) => emitted.push(emission),
  stream: (id: number) => (id === 5 ? { id, sport: 80, dport: 4000 } : undefined),
} as unknown as Context

const block = (kind: number, text: string): Block => {
  const data = hex(text)
  memory.set(data, 64)
  return {
    bytes: memory,
    offset: 64,
    length: data.length,
    kind,
    l3: -1,
    l4: -1,
    proto: -1,
    stream: 0,
    seconds: 0,
  } as Block
}
const run = async (fe: { create: (o: never, c: Context) => unknown }, options = {}): Promise<Process> => {
  const made = (await fe.create(options as never, context)) as Process | { process: Process }
  return typeof made === 'function' ? made : made.process
}

const ether = '020000000001 020000000002 0800'
const datagram = '4500 001e 0001 0000 4011 0000 0a000001 0a000002 1234 0035 000a 0000 6869'
const padding = '00000000000000000000'

describe('ip', () => {
  it('narrows to the packet, without link header and padding', async () => {
    const b = block(1, ether + datagram + padding)
    expect((await run(ip))(b)).toBe(17)
    expect(b).toMatchObject({ offset: 64 + 14, length: 30, kind: KIND.ip, l3: 64 + 14, l4: 64 + 34, proto: 17 })
  })
  it('filters by version', async () => {
    expect((await run(ip, { version: 6 }))(block(1, ether + datagram))).toBe(0)
    expect((await run(ip, { version: 4 }))(block(1, ether + datagram))).toBe(17)
  })
  it('is not for ARP', async () => expect((await run(ip))(block(1, `${ether.slice(0, -4)}0806 0001`))).toBe(0))
  it('calls protocol 0 and headers cut off 255', async () => {
    expect((await run(ip))(block(101, datagram.replace('4011', '4000')))).toBe(255)
  })
  const first = '4500 001c 0001 2000 4011 0000 0a000001 0a000002 1234 0035 0010 0000'
  const last = '4500 001c 0001 0001 4011 0000 0a000001 0a000002 4142434445464748'
  it('reassembles fragments and emits the datagram', async () => {
    emitted.length = 0
    const process = await run(ip)
    expect(process(block(101, first))).toBe(-1)
    expect(process(block(101, last))).toBe(-1)
    expect(emitted).toHaveLength(1)
    const { offset, length, classifier, l4 } = emitted[0]!
    expect([length, classifier]).toEqual([36, 17])
    expect(String.fromCharCode(...memory.slice(l4! + 8, offset! + length!))).toBe('ABCDEFGH')
  })
  it('passes them as they are when told to', async () => {
    const process = await run(ip, { fragments: 'pass' })
    expect(process(block(101, first))).toBe(17)
    const b = block(101, last)
    expect(process(b)).toBe(17)
    expect(b.l4).toBe(-1)
  })
})

describe('udp', () => {
  it('narrows to the payload', async () => {
    const b = block(1, ether + datagram + padding)
    expect((await run(udp))(b)).toBe(0x35)
    expect([...memory.slice(b.offset, b.offset + b.length)]).toEqual([0x68, 0x69])
    expect(b.kind).toBe(KIND.udp)
  })
  it('calls port 0 65535', async () =>
    expect((await run(udp))(block(101, datagram.replace('0035', '0000')))).toBe(65535))
  it('takes no TCP, no fragments, no headers cut off, no bad length', async () => {
    const process = await run(udp)
    expect(process(block(101, datagram.replace('4011', '4006')))).toBe(0)
    expect(process(block(101, datagram.replace('0001 0000', '0001 2000')))).toBe(0)
    expect(process(block(101, datagram.slice(0, -14)))).toBe(0)
    expect(process(block(101, datagram.replace('000a', '0007')))).toBe(0)
  })
  it('hands on what was captured of a longer datagram', async () => {
    const b = block(101, datagram.replace('001e', '0400').replace('000a', '0300'))
    expect((await run(udp))(b)).toBe(0x35)
    expect(b.length).toBe(2)
  })
})

describe('port', () => {
  it('takes the lower port, the sender’s or the receiver’s', async () => {
    expect((await run(port))(block(1, ether + datagram))).toBe(0x35)
    expect((await run(port, { which: 'src' }))(block(1, ether + datagram))).toBe(0x1234)
    expect((await run(port, { which: 'dst' }))(block(1, ether + datagram))).toBe(0x35)
  })
  it('works after narrowing', async () => {
    const b = block(1, ether + datagram)
    ;(await run(udp))(b)
    expect((await run(port))(b)).toBe(0x35)
  })
  it('knows the service of a stream from its direction', async () => {
    const b = block(1, ether + datagram.replace('4011', '4006'))
    ;(await run(ip))(b)
    const process = await run(port)
    Object.assign(b, { kind: KIND.tcp, stream: 4, offset: 64 + 14 + 28, length: 2 })
    expect(process(b)).toBe(0x35)
    b.stream = 3
    expect(process(b)).toBe(0x1234)
  })
  it('asks the stream where no packet is at hand', async () => {
    const b = block(KIND.tcp, '')
    b.stream = 5
    expect((await run(port))(b)).toBe(80)
    b.stream = 6
    expect((await run(port))(b)).toBe(0)
  })
  it('has none for ICMP, ARP and what is cut off', async () => {
    const process = await run(port)
    expect(process(block(101, datagram.replace('4011', '4001')))).toBe(0)
    expect(process(block(1, `${ether.slice(0, -4)}0806`))).toBe(0)
    expect(process(block(101, datagram.slice(0, 20 * 2 + 16)))).toBe(0)
  })
})

describe('sample', () => {
  const count = async (options: object, n: number) => {
    const { program } = (await sample.create(options, context)) as { program: Uint8Array }
    const run = compileProgram(program)
    return Array.from({ length: n }, () => run({ ...block(1, '00'), proto: -1, classifier: 1, wireLength: 1 }))
  }
  it('passes the first of every N', async () => expect(await count({ every: 3 }, 7)).toEqual([1, 0, 0, 1, 0, 0, 1]))
  it('passes all by default', async () => expect(await count({}, 3)).toEqual([1, 1, 1]))
  it('passes about a share, the same each time', async () => {
    const chosen = await count({ probability: 0.25, seed: 5 }, 4000)
    const share = chosen.filter((c) => c === 1).length
    expect(share).toBeGreaterThan(900)
    expect(share).toBeLessThan(1100)
    expect(await count({ probability: 0.25, seed: 5 }, 4000)).toEqual(chosen)
    expect(await count({ probability: 0.25, seed: 6 }, 4000)).not.toEqual(chosen)
  })
  it('refuses both ways at once', async () => {
    await expect(run(sample, { every: 2, probability: 0.5 })).rejects.toMatchObject({ code: 'SL_OPTION' })
  })
})
