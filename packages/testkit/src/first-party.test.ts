import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type FunctionalElement, KIND, type Manifest } from '@netstreamline/core'
import { describe, expect, test } from 'vitest'
import { conformFE, type InputBlock, type Sample } from './index.js'

const require = createRequire(import.meta.url)

/** The elements of a package, by the modules that its manifest names. */
const elements = async (name: string): Promise<Map<string, FunctionalElement>> => {
  const path = require.resolve(`${name}/streamline.json`)
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest
  const found = new Map<string, FunctionalElement>()
  for (const { name: fn, module } of manifest.functions ?? [])
    found.set(fn, ((await import(new URL(module, `file://${path}`).href)) as { default: FunctionalElement }).default)
  return found
}

const ethernet = (proto: number, transport: number[], payload: string): Uint8Array => {
  const body = [...transport, ...new TextEncoder().encode(payload)]
  const total = 20 + body.length
  const ip = [0x45, 0, total >> 8, total & 255, 0, 1, 0, 0, 64, proto, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]
  return Uint8Array.from([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, ...ip, ...body])
}
const udp = (dport: number, payload: string) =>
  ethernet(17, [200, 1, dport >> 8, dport & 255, 0, 8 + payload.length, 0, 0], payload)
const tcp = (sequence: number, flags: number, payload: string) =>
  ethernet(6, [200, 2, 0, 80, 0, 0, sequence >> 8, sequence & 255, 0, 0, 0, 1, 80, flags, 16, 0, 0, 0, 0, 0], payload)

const ACK = 16
const packets: InputBlock[] = [
  udp(53, '\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x01a\0\0\x01\0\x01'),
  tcp(99, 2, ''),
  tcp(100, ACK, 'GET / HTTP/1.1\r\n'),
  // Early, then what it waited for, then the first again.
  tcp(130, ACK, 'Accept: */*\r\n\r\n'),
  tcp(116, ACK, 'Host: a.test\r\n'),
  tcp(100, ACK, 'GET / HTTP/1.1\r\n'),
  tcp(145, ACK | 1, ''),
  udp(5000, ''),
].map((data, i) => ({ data, seconds: 1000 + i, nanoseconds: i }))

const kept = (blocks: InputBlock[], input: number) => blocks.map((b, i) => ({ ...b, input, position: i }))
const sample = (about: Partial<Sample> = {}): Sample => ({ name: 'packets', blocks: packets, ...about })
const messages: InputBlock[] = [
  { data: packets[0]!.data.slice(42), kind: KIND.udp, proto: 17 },
  {
    data: new TextEncoder().encode('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n'),
    kind: KIND.tcp,
    stream: 1,
    open: { id: 1 },
  },
]
const both = { inputs: 2, blocks: [...kept(packets, 0), ...kept(packets, 1)] }

const samples: Record<string, Record<string, Sample>> = {
  '@netstreamline/fe-std': {
    count: sample(),
    null: sample(),
    ip: sample(),
    udp: sample(),
    port: sample({ options: { port: 53 } }),
    sample: sample({ options: { every: 3 } }),
    union: sample(both),
    intersection: sample(both),
    dns: sample({ blocks: messages }),
    http: sample({ blocks: messages }),
    print: sample(),
    inspect: sample(),
  },
  '@netstreamline/fe-tcp': { tcp: sample() },
}

for (const [name, byName] of Object.entries(samples)) {
  describe(name, async () => {
    const found = await elements(name)
    test.each(Object.keys(byName).filter((fn) => found.has(fn)))('%s conforms', async (fn) => {
      expect(await conformFE(found.get(fn)!, { samples: [byName[fn]!], rounds: 5 })).toEqual([])
    })
    test('the samples name functions that there are', () => {
      expect([...found.keys()]).toEqual(expect.arrayContaining(Object.keys(byName)))
    })
  })
}
