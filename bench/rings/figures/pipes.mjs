// Figure 10: pipes between two processes.
import { bytesText } from '../../lib/plot/scale.mjs'
import { graded } from '../../lib/plot/series.mjs'
import { twoProcessors } from '../lib/machine.mjs'
import { probe, runC } from '../lib/peers.mjs'
import { rounds } from '../lib/rounds.mjs'
import { median, summary } from '../lib/stats.mjs'
import { cPipe, cSocket, messagePort, nodeStream, ours, rateOf } from '../lib/transfers.mjs'

export const title = 'pipes between two processes (paper, Figure 10)'

const RINGS = [2 ** 14, 2 ** 16, 2 ** 18, 2 ** 20, 2 ** 22]
const BEST = 2 ** 20
const nameOf = (ring) => `ring of ${bytesText(ring)}`

const PEERS = {
  'threads (C)': (options) => runC('ring', { ...options, commit: 'length', threads: 1, ring: BEST }),
  'pipe(2) (C)': cPipe,
  'Unix socket (C)': cSocket,
  'child_process stdio': nodeStream('stdio'),
  'MessagePort, cloned': messagePort('clone'),
  'MessagePort, transferred': messagePort('transfer'),
}

const both = ({ writer, reader }, count) => count(writer) + count(reader)
const switches = (end) => (end.voluntary + end.involuntary) / end.seconds

export const run = async ({ quick }) => {
  const cpus = twoProcessors()
  const sizes = quick ? [64, 16384] : [64, 512, 4096, 16384, 65536]
  const rings = quick ? [2 ** 14, 2 ** 20] : RINGS
  const options = { cpus, seconds: quick ? 0.05 : 0.15, warm: quick ? 0.05 : 0.12 }
  const sides = {
    ...Object.fromEntries(rings.map((ring) => [nameOf(ring), (o) => ours({ ...o, kind: 'c', ring })])),
    ...PEERS,
  }
  const all = Object.entries(sides).flatMap(([name, side]) =>
    sizes.map((bytes) => [
      `${name} ${bytes}`,
      () => {
        const result = side({ ...options, bytes })
        return { rate: rateOf(result), switches: both(result, switches), faults: both(result, (end) => end.faults) }
      },
    ]),
  )
  const { results, besides } = await rounds(quick ? 1 : 3, Object.fromEntries(all), () => probe(cpus))
  const lines = Object.keys(sides).map((name) => {
    const of = (key) => sizes.map((bytes) => summary(results[`${name} ${bytes}`].map((result) => result[key])))
    const mean = (key) => of(key).reduce((sum, { median }) => sum + median, 0) / sizes.length
    return { name, rates: of('rate'), switches: mean('switches'), faults: mean('faults') }
  })
  const figures = lines.flatMap(({ name, rates }) => [
    { what: `${name}, 64 B`, value: rates[0].median / 1e6, unit: 'M blocks/s' },
    { what: `${name}, 16 KB`, value: (rates[sizes.indexOf(16384)].median * 16384) / 1e9, unit: 'GB/s' },
  ])
  figures.push({ what: 'round trip between the processors', value: median(besides), unit: 'ns' })
  return { sizes, rings, lines, probe: besides, figures }
}

export const plots = ({ sizes, rings, lines, probe: trips }) => {
  const x = { label: 'bytes of a block', scale: 'log2', format: bytesText, ticks: sizes }
  const y = { label: 'GB/s', scale: 'log10' }
  const isRing = ({ name }) => name.startsWith('ring')
  const line = ({ name, rates }, about) => ({
    name,
    ...about,
    points: rates.map(({ median, interval }, n) => [
      sizes[n],
      ...[median, ...interval].map((r) => (r * sizes[n]) / 1e9),
    ]),
  })
  const ownLines = lines.filter(isRing)
  const peers = lines.filter((l) => !isRing(l))
  const own = ownLines.map((l, n) => line(l, { color: graded(rings.length, n), marker: 'circle' }))
  const dashed = peers.map((l, n) => line(l, { dash: '5 3', color: PEER_COLORS[n] }))
  const limits = dashed.slice(0, 2)
  const ringX = { label: 'size of the ring', scale: 'log2', format: bytesText, ticks: rings }
  const level = (key) => ({
    name: 'pipe(2) (C)',
    points: [
      [rings[0], peers[1][key]],
      [rings.at(-1), peers[1][key]],
    ],
  })
  const bySize = (key) => ({
    name: 'our rings, all block sizes',
    color: '#0072b2',
    points: ownLines.map((l, n) => [rings[n], l[key]]),
  })
  return {
    'rings-pipes.svg': {
      title: 'Pipes between two processes (Figure 10)',
      columns: 2,
      note: [
        'c-DBufs of five sizes between two Node.js processes on two processors; blocks copied in and out and checksummed, published after at most 64 blocks or 50 µs. Dashed: peers.',
        `Threads share a ring of ${bytesText(BEST)}, both ends spinning. Switches: both ends, mean over all block sizes. Faults: minor ones of both ends from opening the ring on.`,
        `Medians with 95 % intervals; round trip of a cache line between the processors ${median(trips).toFixed(0)} ns.`,
      ],
      panels: [
        { title: '(a) Throughput: our rings, and what bounds them', x, y, series: [...own, ...limits] },
        { title: '(a) Throughput: all peers', x, y, series: [own[rings.indexOf(BEST)], ...dashed] },
        {
          title: '(b) Context switches',
          x: ringX,
          y: { label: 'per second', scale: 'log10' },
          series: [bySize('switches'), level('switches')],
        },
        {
          title: '(b) Page faults',
          x: ringX,
          y: { label: 'of a run', scale: 'log10' },
          series: [bySize('faults'), level('faults')],
        },
      ],
    },
  }
}

const PEER_COLORS = ['#d55e00', '#cc2255', '#e69f00', '#009e73', '#7b3fa0', '#888888']
