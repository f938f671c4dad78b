import { createHash } from 'node:crypto'
import { asError } from '@netstreamline/core'
import { compileProgram } from '@netstreamline/jit'
import { describe, expect, it } from 'vitest'
import { compile, encodeProgram, type Names, type Program, run, toIr, validate } from './index.js'
import { parseIp4 } from './names/address4.js'
import { type Capture, material, readCapture, readJson } from './testing/capture.node.js'

type Answer = number | { readonly error: string }
interface Expected {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly filters?: Readonly<Record<string, Answer>>
        readonly filters_match_sha256_16?: Readonly<Record<string, string>>
      }
    >
  >
}

interface FilterTest {
  readonly kind: 'accept' | 'reject' | 'apply'
  readonly tier: string
  readonly stable: boolean
  readonly needs_names?: unknown
  readonly name: string
  readonly expr: string
  readonly dlt_value: number
  readonly snaplen: number
  readonly bpf_opt?: number[][]
  readonly bpf_unopt?: number[][]
  readonly netmask?: string
  readonly savefile?: string
  readonly results?: number[]
}

const matches = (program: Program, { bytes, packets }: Capture): string =>
  packets.map((p) => (run(program, bytes, p.offset, Math.min(p.length, 262144), p.wireLength) ? '1' : '0')).join('')

const compiled = new Map<string, ReturnType<typeof compileProgram>>()

/** The same through the filter IR and its JavaScript. */
const matchesInJavaScript = (program: Program, { bytes, packets }: Capture): string => {
  const key = encodeProgram(program)
  const filter = compiled.get(key) ?? compileProgram(toIr(new Map([['any', program]])))
  compiled.set(key, filter)
  const rest = { bytes, kind: 1, l3: -1, l4: -1, proto: -1, classifier: 0, stream: 0 }
  return packets
    .map((p) => filter({ ...rest, offset: p.offset, length: Math.min(p.length, 262144), wireLength: p.wireLength }))
    .join('')
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

const attempt = (capture: Capture, expression: string): Program | string => {
  try {
    return compile(expression, { linktype: capture.linktype, byteOrder: capture.swapped ? 'big' : 'little' })
  } catch (e) {
    return asError(e).message
  }
}

describe.runIf(material)('against tcpdump 4.99.3', () => {
  const { files } = material ? readJson<Expected>('expected.json') : { files: {} }
  it('passes the same packets and refuses the same expressions, in the same words', () => {
    const wrong: unknown[] = []
    let checks = 0
    for (const [file, { filters = {}, filters_match_sha256_16: digests = {} }] of Object.entries(files)) {
      if (Object.keys(filters).length === 0) continue
      const capture = readCapture(file.startsWith('captures/') ? file : `captures/${file}`)
      for (const [expression, want] of Object.entries(filters)) {
        checks++
        const program = attempt(capture, expression)
        if (typeof program === 'string') {
          if (typeof want === 'number' || want.error !== program) wrong.push([file, expression, want, program])
          continue
        }
        const passed = matches(program, capture)
        const count = passed.replaceAll('0', '').length
        const same = digests[expression] === undefined || digests[expression] === digest(passed)
        if (count !== want || !same) wrong.push([file, expression, want, count])
        if (matchesInJavaScript(program, capture) !== passed) wrong.push([file, expression, 'the IR differs'])
      }
    }
    expect(checks).toBeGreaterThan(20_000)
    expect(wrong).toEqual([])
  })
})

/** Tables as libpcap's tests have them. */
const testNames = (): Names => {
  const { hosts, ethers, networks } = readJson<Record<'hosts' | 'ethers' | 'networks', string[]>>('names.json')
  const pairs = (lines: readonly string[]) => lines.map((line) => line.split(' ') as [string, string])
  const addresses: Record<string, string[]> = {}
  for (const [address, name] of pairs(hosts)) {
    addresses[name] ??= []
    addresses[name].push(address)
  }
  return {
    hosts: addresses,
    ethers: Object.fromEntries(pairs(ethers).map(([mac, name]) => [name, mac])),
    networks: Object.fromEntries(pairs(networks)),
  }
}

describe.runIf(material)("libpcap's own filter tests", () => {
  const tests = material ? readJson<{ tests: FilterTest[] }>('filters.json').tests : []
  const stable = tests.filter((t) => t.stable && t.tier !== 'skip')
  const names = material ? testNames() : {}

  it('accepts what libpcap accepts', () => {
    const refused: unknown[] = []
    for (const t of stable.filter((t) => t.kind === 'accept')) {
      const { expr, dlt_value: linktype, snaplen } = t
      const netmask = t.netmask === undefined ? undefined : parseIp4(t.netmask)!.value
      for (const optimize of [true, false]) {
        if (!(optimize ? t.bpf_opt : t.bpf_unopt)) continue
        try {
          validate(compile(expr, { linktype, snaplen, optimize, netmask, savefile: false, names }))
        } catch (e) {
          refused.push([linktype, expr, asError(e).message])
        }
      }
    }
    expect(refused).toEqual([])
  })

  it('refuses what libpcap refuses', () => {
    const accepted: unknown[] = []
    for (const { expr, dlt_value: linktype, snaplen } of stable.filter((t) => t.kind === 'reject')) {
      try {
        compile(expr, { linktype, snaplen, names })
        accepted.push([linktype, expr])
      } catch (e) {
        expect(asError(e).code).toBe('SL_FILTER')
      }
    }
    expect(accepted).toEqual([])
  })

  it('passes the same packets', () => {
    const wrong: unknown[] = []
    for (const { expr, savefile, results } of stable.filter((t) => t.kind === 'apply')) {
      const capture = readCapture(savefile!)
      const program = attempt(capture, expr)
      const want = results!.map((r) => (r ? '1' : '0')).join('')
      if (typeof program === 'string' || matches(program, capture) !== want) wrong.push([savefile, expr, want, program])
    }
    expect(wrong).toEqual([])
  })
})
