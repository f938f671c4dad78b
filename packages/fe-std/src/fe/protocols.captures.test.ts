// The messages that tshark finds in the reference captures.
import { type FunctionalElement, KIND } from '@netstreamline/core'
import { describe, expect, it } from 'vitest'
import tcp from '../../../fe-tcp/src/fe/tcp.js'
import { haveMaterial, readCapture, readExpected } from '../../../fe-tcp/src/testing/captures.node.js'
import { type Seen, TestSpace } from '../../../fe-tcp/src/testing/space.js'
import { textOf } from '../testing/stream-feed.js'
import dns from './dns.js'
import http from './http.js'
import ip from './ip.js'
import rtsp from './rtsp.js'
import ssh from './ssh.js'
import udp from './udp.js'

type AnyFE = FunctionalElement<never>

/** What came out of the last of several FEs, and at which packet of the capture. */
interface Out extends Seen {
  frame: number
}

/** Runs a capture through FEs, each fed with what the one before handed on. */
const through = async (name: string, fes: unknown[], options = {}): Promise<Out[]> => {
  const spaces = await Promise.all(
    fes.map((fe, i) => TestSpace.of(fe as AnyFE, (i === fes.length - 1 ? options : {}) as never)),
  )
  const out: Out[] = []
  let frame = 0
  const pass = (index: number, seen: Seen) => {
    const space = spaces[index]
    if (space === undefined) {
      out.push({ ...seen, frame })
      return
    }
    if (seen.flags === 1) space.streams.set(seen.stream, spaces[index - 1]!.streams.get(seen.stream)!)
    const { block, result } = space.packetBlock(seen)
    if (result > 0) pass(index + 1, { ...block, classifier: result })
    if (seen.flags === 2) space.streams.delete(seen.stream)
  }
  for (const [index, space] of spaces.entries()) space.onBlock = (seen) => pass(index + 1, seen)
  for (const packet of readCapture(name)) {
    frame++
    const { block, result } = spaces[0]!.packetBlock(packet)
    if (result > 0) pass(1, { ...block, classifier: result })
  }
  for (const space of spaces) await space.finish()
  return out
}

const isMessage = ({ kind, flags, classifier }: Seen) => kind === KIND.message && flags === 0 && classifier > 0

interface Http {
  stream: number
  method: string
  uri: string
}
interface Banner {
  frame: number
  stream: number
  banner: string
}
interface Rtsp {
  frame: number
  stream: number
  methods: string[]
  urls: string[]
  status: string[]
}
interface Dns {
  frame: number
  transport: string
  response: boolean
  id: string
  types: string[]
}
/** Tunnels are not looked into: what tshark finds there is at another place here, or nowhere. */
const TUNNELS = ['vxlan', 'geneve', 'gre', 'gtp', 'teredo', '6in4', 'ipip']

describe('reference captures', () => {
  if (!haveMaterial('the comparison of HTTP, SSH, RTSP and DNS messages')) {
    it('were not found', () => {})
    return
  }
  const { files } = readExpected()
  const tunnelled = (expected: Record<string, unknown>): boolean => {
    const counts = expected['counts'] as { frames_with_protocol: Record<string, number> } | undefined
    return counts !== undefined && TUNNELS.some((tunnel) => tunnel in counts.frames_with_protocol)
  }
  const each = async <T>(
    key: string,
    look: (name: string, all: T[], expected: Record<string, unknown>) => Promise<void>,
  ) => {
    let total = 0
    for (const [name, expected] of Object.entries(files)) {
      const all = (expected[key] ?? []) as T[]
      if (all.length > 0) await look(name, all, expected)
      total += all.length
    }
    console.info(`${key}: ${total} messages`)
    expect(total).toBeGreaterThan(0)
  }

  it('HTTP requests', async () => {
    const differing: string[] = []
    await each<Http>('http', async (name, all, expected) => {
      const out = await through(name, [tcp, http], { emit: 'heads' })
      for (const stream of expected['http_streams_covered'] as number[]) {
        const got = out
          .filter((one) => one.stream === stream * 2 && isMessage(one))
          .map(({ data }) => textOf(data).split(' ').slice(0, 2).join(' '))
        const want = all.filter((one) => one.stream === stream).map(({ method, uri }) => `${method} ${uri}`)
        if (JSON.stringify(got) !== JSON.stringify(want))
          differing.push(`${name} ${stream}: ${got.length} ${want.length} ${got[0]} ${want[0]}`)
      }
    })
    expect(differing).toEqual([])
  })

  it('SSH identifications', async () => {
    const wrong: string[] = []
    await each<Banner>('ssh', async (name, all, expected) => {
      const out = (await through(name, [tcp, ssh], { emit: 'banners' })).filter(isMessage)
      for (const { stream, banner } of all) {
        const at = out.findIndex((one) => textOf(one.data) === banner && one.stream >> 1 === stream)
        if (at >= 0) out.splice(at, 1)
        // Link layers that are not known here have no streams.
        else if (!tunnelled(expected) && expected['tcp'] !== undefined) wrong.push(`${name}: ${banner} is missing`)
      }
      // tshark looks at port 22 only, and not behind other lines.
      const more = out.filter((one) => all.some(({ stream }) => stream === one.stream >> 1))
      if (more.length > 0 && !name.includes('pre-banner'))
        wrong.push(`${name}: ${more.map(({ data }) => textOf(data))}`)
    })
    expect(wrong).toEqual([])
  })

  it('RTSP messages', async () => {
    const wrong: string[] = []
    await each<Rtsp>('rtsp', async (name, all) => {
      const out = (await through(name, [tcp, rtsp], { emit: 'heads' })).filter(isMessage)
      for (const stream of new Set(all.map((one) => one.stream))) {
        const heads = out.filter((one) => one.stream >> 1 === stream).map(({ data }) => textOf(data).split(' '))
        const got = heads.map(([first, second]) => (first!.startsWith('RTSP/') ? second : `${first} ${second}`))
        const mine = all.filter((one) => one.stream === stream)
        const want = mine.flatMap(({ methods, urls, status }) => [
          ...methods.map((m, i) => `${m} ${urls[i]}`),
          ...status,
        ])
        // tshark repeats what TCP has repeated.
        const once = want.filter((message, i) => message === '200' || message !== want[i - 1])
        if (JSON.stringify(got) !== JSON.stringify(once)) wrong.push(`${name} ${stream}: ${got}, not ${once}`)
      }
    })
    expect(wrong).toEqual([])
  })

  it('DNS messages over UDP and TCP', async () => {
    const missing: string[] = []
    let refused = 0
    await each<Dns>('dns', async (name, all, expected) => {
      if (tunnelled(expected)) return
      const overUdp = (await through(name, [ip, udp, dns])).filter(isMessage)
      const overTcp = (await through(name, [tcp, dns])).filter(isMessage)
      for (const { frame, response, transport, id, types } of all) {
        const found = transport === 'udp' ? overUdp : overTcp
        const is = ({ data, classifier, ...one }: Out) =>
          one.frame === frame &&
          ((data[0]! << 8) | data[1]!) === Number(id) &&
          data[2]! >> 7 === Number(response) &&
          (types.length === 0 || classifier === Number(types[0]))
        if (found.some(is)) continue
        // Of fuzzed messages tshark shows what it can; those that make no sense are none here.
        if (name.includes('fuzz')) refused++
        else missing.push(`${name} ${frame} ${transport} ${types}`)
      }
    })
    console.info(`of fuzzed DNS messages ${refused} are refused`)
    expect(missing).toEqual([])
  })
})
