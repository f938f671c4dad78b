import { END, KIND } from '@netstreamline/core'
import { conformFE, type InputBlock, runFE, type Sample } from '@netstreamline/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { datagram, stream } from '../testing/stream.js'
import pattern, { type PatternOptions } from './pattern.js'

const fe = pattern as Parameters<typeof runFE>[0]
type Options = Parameters<typeof runFE>[1] extends infer R
  ? NonNullable<R> extends { options?: infer O }
    ? O
    : never
  : never
const run = (options: PatternOptions, blocks: readonly InputBlock[]) =>
  runFE(fe, { options: options as Options, blocks })
const text = (data: Uint8Array) => new TextDecoder().decode(data)
const classifiers = async (options: PatternOptions, blocks: readonly InputBlock[]) =>
  (await run(options, blocks)).blocks.map((block) => [block.stream, block.classifier, text(block.data)])
const alerts = async (options: PatternOptions, blocks: readonly InputBlock[]) =>
  (await run({ emit: 'alerts', ...options }, blocks)).blocks.map(({ data }) => text(data))

describe('pattern', () => {
  it('classifies a block by the rule whose match ends in it, across the borders of blocks', async () => {
    const rules = '7 needle "needle"\n3 hay /h[aeiou]y/\n'
    const blocks = [...stream(0, 'a nee', 'dle; hay', 'nothing'), ...stream(1, 'needle')]
    expect(await classifiers({ text: rules }, blocks)).toEqual([
      [0, 3, 'dle; hay'],
      [1, 7, 'needle'],
    ])
    expect(await classifiers({ text: rules, choose: 'first' }, blocks)).toEqual([
      [0, 7, 'dle; hay'],
      [1, 7, 'needle'],
    ])
  })

  it('keeps streams, and both directions, apart', async () => {
    const [a, b] = [stream(0, 'nee', 'dle'), stream(1, 'nee', 'dle')]
    const mixed = a.flatMap((block, i) => [block, b[i]!])
    expect(await classifiers({ patterns: ['needle', 'eene'] }, mixed)).toEqual([
      [0, 1, 'dle'],
      [1, 1, 'dle'],
    ])
  })

  it('finds nothing across lost bytes, the end of a stream or its new beginning', async () => {
    const options = { patterns: ['needle'], regex: 'ne.dle' }
    expect(await classifiers(options, stream(0, 'nee', 'gap', 'dle'))).toEqual([])
    expect(await classifiers(options, [...stream(0, 'nee'), ...stream(0, 'dle')])).toEqual([])
    const [start, nee, , ...rest] = [...stream(0, 'nee'), ...stream(0, 'dle')]
    expect(await classifiers(options, [start!, nee!, ...rest])).toEqual([])
    expect(await classifiers({ regex: '^dle' }, stream(0, 'nee', 'gap', 'dle'))).toEqual([])
  })

  it('searches every block of other kinds by itself', async () => {
    const halves = ['nee', 'dle', 'needle'].map((payload) => datagram(53, 5000, payload))
    expect(await classifiers({ patterns: ['needle'] }, halves)).toEqual([[0, 1, 'needle']])
    expect(await classifiers({ regex: '^needle$' }, halves)).toEqual([[0, 1, 'needle']])
    expect(await classifiers({ regex: 'dle$' }, halves)).toEqual([
      [0, 1, 'dle'],
      [0, 1, 'needle'],
    ])
  })

  it('marks the rest of a stream when told to, its END included', async () => {
    const { blocks } = await run({ patterns: ['x', 'y'], mark: 'stream' }, stream(4, 'a', 'y', 'b', 'x', 'c'))
    expect(blocks.map(({ classifier, data }) => [classifier, text(data)])).toEqual([
      [2, 'y'],
      [2, 'b'],
      [2, 'x'],
      [2, 'c'],
      [2, ''],
    ])
    expect(blocks.at(-1)!.flags).toBe(END)
  })

  it('asks for ports and directions', async () => {
    const rules = '1 up "x" to=server\n2 down "x" to=client\n3 web "x" port=80\n4 other "x" port=81-90,443\n'
    const seen = await alerts({ text: rules }, [...stream(0, 'x'), ...stream(1, 'x')])
    expect(seen.map((line) => line.split(' ')[2])).toEqual(['up', 'web', 'down', 'web'])
    const packets = [datagram(5000, 53, 'x'), datagram(53, 5000, 'x'), datagram(85, 5000, 'x')]
    const named = await alerts({ text: rules }, packets)
    expect(named.map((line) => line.split(' ')[2])).toEqual(['up', 'down', 'down', 'other'])
  })

  it('writes alerts once for each rule and stream, in the order of the stream', async () => {
    const rules = '1 get "GET"\n2 number /[0-9]+/\n'
    const blocks = stream(2, 'number 17 G', 'ET 1 GET')
    const at = '7.000000005'
    const ends = '192.0.2.1:40000 > 192.0.2.2:80 stream 2'
    expect(await alerts({ text: rules }, blocks)).toEqual([
      `${at} 2 number ${ends} byte 8\n`,
      `${at} 1 get ${ends} byte 13\n`,
    ])
    expect((await alerts({ text: rules, repeat: true }, blocks)).map((line) => line.slice(-8))).toEqual([
      ' byte 8\n',
      'byte 13\n',
      'byte 15\n',
    ])
    const { blocks: made } = await run({ text: rules, emit: 'json' }, blocks)
    expect(made.map(({ kind, stream, classifier, seconds }) => ({ kind, stream, classifier, seconds }))).toEqual([
      { kind: KIND.message, stream: 2, classifier: 2, seconds: 7 },
      { kind: KIND.message, stream: 2, classifier: 1, seconds: 7 },
    ])
    expect(JSON.parse(text(made[1]!.data))).toEqual({
      time: at,
      rule: 1,
      name: 'get',
      src: '192.0.2.1',
      sport: 40000,
      dst: '192.0.2.2',
      dport: 80,
      stream: 2,
      byte: 13,
    })
  })

  it('says of packets who sent them, in IPv4 and IPv6', async () => {
    expect(await alerts({ patterns: ['x'] }, [datagram(53, 5000, 'ax')])).toEqual([
      '0.000000000 1 x 198.51.100.1:53 > 198.51.100.2:5000 byte 2\n',
    ])
    const six = new Uint8Array(48)
    six.set([0x60, 0, 0, 0, 0, 8, 17, 64, 0x20, 1, 0xd, 0xb8])
    six.set([0xfe, 0x80], 24)
    six.set([1, 0, 2, 0, 0, 8, 0x78, 0x78], 40)
    expect(await alerts({ patterns: ['xx'] }, [{ data: six, kind: KIND.ip }])).toEqual([
      '0.000000000 1 xx [2001:db8::]:256 > [fe80::]:512 byte 48\n',
    ])
  })

  it('tells at the end of the input what ends with it', async () => {
    const file = [{ data: new TextEncoder().encode('the end'), kind: KIND.bytes }]
    expect(await alerts({ regex: 'end$' }, file)).toHaveLength(1)
    const { counters } = await run({ regex: 'end$' }, file)
    expect(counters.counters).toMatchObject({ hits: 1, streams: 0 })
  })

  it('forgets the stream that was silent longest, and counts it', async () => {
    const halves = [0, 2, 4, 6].map((id) => stream(id, 'nee', 'dle').slice(0, 3))
    const begun = halves.flatMap(([start, nee]) => [start!, nee!])
    const { blocks, counters } = await run({ patterns: ['needle'], streams: 3 }, [
      ...begun,
      ...[...halves].reverse().map((half) => half[2]!),
    ])
    expect(blocks.map((block) => block.stream)).toEqual([6, 4, 2])
    expect(counters.counters['evicted']).toBe(2)
  })

  it('finds the same however a stream is cut', async () => {
    const rules = '1 a "abab"\n2 b "BA" nocase\n3 c /a[^b]{2,4}b/\n4 d /(?:ab|ba){2}\\n/\n5 e "a|0a|"\n'
    const letters = fc.array(fc.constantFrom('a', 'b', 'B', '\n', 'x'), { maxLength: 60 }).map((all) => all.join(''))
    await fc.assert(
      fc.asyncProperty(letters, fc.array(fc.nat(60), { maxLength: 6 }), async (whole, cuts) => {
        const borders = [0, ...cuts.sort((a, b) => a - b), 60]
        const pieces = borders.slice(1).map((to, i) => whole.slice(borders[i], to))
        expect(await alerts({ text: rules }, stream(0, ...pieces))).toEqual(
          await alerts({ text: rules }, stream(0, whole)),
        )
      }),
      { numRuns: 50 },
    )
  })

  it('goes on when expressions need more states than there is memory, with streams in many of them', async () => {
    const word = (n: number) => Array.from({ length: 24 }, (_, i) => ((n >> (i % 13)) & 1 ? 'a' : 'b')).join('')
    const many = Array.from({ length: 3000 }, (_, n) => stream(2 * n, word(n), `${word(n).slice(1)}c`))
    const options = { regex: 'a[ab]{22}c', memory: 65536 }
    const { blocks, counters } = await run(options, many.flat())
    const expected = many.filter((_, n) => /a[ab]{22}c/.test(`${word(n)}${word(n).slice(1)}c`))
    expect(blocks).toHaveLength(expected.length)
    expect(counters.counters['regexFlushes']).toBeGreaterThan(10)
    // All at once: their states alone are too many, so some streams begin again; that is counted and bounded.
    const together = [0, 1, 2].flatMap((i) => many.map((blocks) => blocks[i]!))
    const crowded = await run(options, together)
    expect(crowded.counters.counters['regexRestarts']).toBeGreaterThan(0)
    expect(crowded.blocks.length).toBeLessThanOrEqual(expected.length)
  })

  it('conforms', async () => {
    const name = 'streams'
    const blocks = [...stream(0, 'GET / HTTP', '/1.1\r\n'), ...stream(1, 'HTTP/1.1 200'), datagram(1, 2, 'GET')]
    const rules = '1 get "GET"\n2 ok /^HTTP\\/1.1 2\\d\\d$/ port=80\n'
    const samples: Sample[] = [
      { name, options: { text: rules }, blocks },
      { name: 'alerts', options: { text: rules, emit: 'json', streams: 2 }, blocks },
      { name: 'marks', options: { patterns: ['E'], regex: '\\bG', mark: 'stream' }, blocks },
    ]
    expect(await conformFE(fe, { samples, rounds: 10 })).toEqual([])
  })
})
