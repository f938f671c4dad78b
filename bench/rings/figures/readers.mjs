// One writer and many readers, each of which gets every block.
import { twoProcessors } from '../lib/machine.mjs'
import { probe, runC } from '../lib/peers.mjs'
import { rounds } from '../lib/rounds.mjs'
import { median, summary } from '../lib/stats.mjs'
import { ours, rateOf, writerCpu } from '../lib/transfers.mjs'

export const title = 'one writer and 1, 2, 4, 8 readers'

export const RING = 2 ** 22
const SIDES = {
  'our ring, srp': (options) => ours({ ...options, kind: 'd', ring: RING, take: 'peek' }),
  'ring by hand (C)': (options) => runC('ring', { ...options, commit: 'length', peek: 1, ring: RING }),
  'a pipe(2) per reader (C)': (options) => runC('stream', { ...options, way: 'pipe' }),
}

/** Readers share one processor, and the compiler of each needs its time. */
export const warmFor = (readers, quick) => (quick ? 0.1 : 0.1 + 0.2 * readers)

export const run = async ({ quick }) => {
  const cpus = twoProcessors()
  const readers = quick ? [1, 2] : [1, 2, 4, 8]
  const all = Object.entries(SIDES).flatMap(([name, side]) =>
    readers.map((count) => {
      const isOurs = name.startsWith('our')
      const warm = isOurs ? warmFor(count, quick) : 0.1
      const options = { bytes: 1024, readers: count, cpus, warm, seconds: quick ? 0.05 : 0.4 }
      return [
        `${name} ${count}`,
        () => {
          const result = side(options)
          return { rate: rateOf(result), cpu: writerCpu(result) }
        },
      ]
    }),
  )
  const { results, besides } = await rounds(quick ? 1 : 7, Object.fromEntries(all), () => probe(cpus))
  const lines = Object.keys(SIDES).map((name) => ({
    name,
    points: readers.map((count) => {
      const of = results[`${name} ${count}`]
      return { readers: count, rate: summary(of.map((r) => r.rate)), cpu: summary(of.map((r) => r.cpu)) }
    }),
  }))
  const figures = lines.flatMap(({ name, points }) =>
    points.flatMap(({ readers: count, rate, cpu }) => [
      { what: `${name}, ${count} readers`, value: rate.median / 1e6, unit: 'M blocks/s' },
      { what: `${name}, ${count} readers: writer's processor`, value: cpu.median, unit: 'ns/block' },
    ]),
  )
  return { readers, lines, probe: besides, figures }
}

export const plots = ({ readers, lines, probe: trips }) => {
  const x = { label: 'readers', scale: 'log2', ticks: readers }
  const series = (key, by) =>
    lines.map(({ name, points }, n) => ({
      name,
      dash: n > 0 ? '5 3' : undefined,
      points: points.map(({ readers: count, [key]: s }) => [count, ...[s.median, ...s.interval].map((v) => v * by)]),
    }))
  return {
    'rings-readers.svg': {
      title: 'One writer, many readers',
      note: [
        'Blocks of 1 KB, every reader gets and checksums all of them where they lie (pipes: copied out). One processor for the writer, the other one for all readers.',
        `Medians with 95 % intervals; round trip of a cache line between the processors ${median(trips).toFixed(0)} ns.`,
      ],
      panels: [
        { title: 'To every reader', x, y: { label: 'million blocks/s', scale: 'log10' }, series: series('rate', 1e-6) },
        {
          title: "The writer's own processor",
          x,
          y: { label: 'ns per block', scale: 'log10' },
          series: series('cpu', 1),
        },
      ],
    },
  }
}
