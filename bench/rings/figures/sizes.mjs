// Figure 9: what the size of a ring and of calls mean for reading it.
import { bytesText } from '../../lib/plot/scale.mjs'
import { graded } from '../../lib/plot/series.mjs'
import { processors } from '../lib/machine.mjs'
import { runNode } from '../lib/peers.mjs'
import { rounds } from '../lib/rounds.mjs'
import { median } from '../lib/stats.mjs'

export const title = 'size of ring and of call, read and peek (paper, Figure 9)'

const from64 = (count, step) => Array.from({ length: count }, (_, n) => 64 * step ** n)

export const run = async ({ quick }) => {
  const cpus = processors().slice(0, 1)
  const rings = quick ? [64, 65536, 2 ** 20] : from64(11, 4)
  const calls = quick ? [64, 4096, 2 ** 20] : from64(11, 4)
  const side = (take) => () => runNode('sides/sizes.mjs', { take, rings, calls, seconds: quick ? 0.005 : 0.02, cpus })
  const { results } = await rounds(quick ? 1 : 5, { read: side('read'), peek: side('peek') })
  const lines = Object.fromEntries(
    Object.entries(results).map(([take, all]) => [
      take,
      rings.map((_, r) => calls.map((_, c) => median(all.map((round) => round[r][c])))),
    ]),
  )
  const best = (take) => Math.max(...lines[take].flat()) / 1e9
  const [r, c] = [rings.indexOf(2 ** 20), calls.indexOf(4096)]
  return {
    rings,
    calls,
    lines,
    figures: [
      { what: 'read: best of all sizes', value: best('read'), unit: 'GB/s' },
      { what: 'read: ring of 1 MB, calls of 4 KB', value: lines.read[r][c] / 1e9, unit: 'GB/s' },
      { what: 'peek: ring of 1 MB, calls of 4 KB', value: lines.peek[r][c] / 1e9, unit: 'GB/s' },
    ],
  }
}

export const plots = ({ rings, calls, lines }) => {
  const x = { label: 'bytes of a call', scale: 'log2', format: bytesText, ticks: calls.filter((_, n) => n % 2 === 0) }
  const series = (take) =>
    rings.map((ring, r) => ({
      name: `ring of ${bytesText(ring)}`,
      color: graded(rings.length, r),
      points: calls.map((call, c) => [call, lines[take][r][c] / 1e9]),
    }))
  const y = { label: 'GB/s', scale: 'log10' }
  return {
    'rings-sizes.svg': {
      title: 'Size of the ring and of calls (Figure 9)',
      note: [
        'A c-DBuf is filled, then emptied by calls of one size in the same thread; only these calls count. A call larger than the ring gets what the ring holds.',
        'peek touches no data: its throughput is what a reader leaves behind per second without looking at it. Medians.',
      ],
      panels: [
        { title: 'read', x, y, series: series('read') },
        { title: 'peek', x, y, series: series('peek') },
      ],
    },
  }
}
