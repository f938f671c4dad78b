// Figure 7: rings that find their size by themselves, beside one that keeps it.
import { bytesText } from '../../lib/plot/scale.mjs'
import { processors } from '../lib/machine.mjs'
import { runNode } from '../lib/peers.mjs'
import { ratio, rounds } from '../lib/rounds.mjs'
import { median } from '../lib/stats.mjs'

export const title = 'rings that find their size (paper, Figure 7)'

const WAYS = { none: 'fixed size', pseudo: 'pseudo-resizing', true: 'true resizing' }

export const run = async ({ quick }) => {
  const cpus = processors().slice(0, 1)
  const options = {
    ...{ kind: 'd', bytes: 16384, burst: 4, cpus },
    ...(quick ? { ring: 2 ** 21, rounds: 8, times: 2 } : { ring: 2 ** 25, rounds: 14, times: 10 }),
  }
  const side = (resize) => () => runNode('sides/resizing.mjs', { ...options, resize })
  const sides = Object.fromEntries(Object.keys(WAYS).map((resize) => [resize, side(resize)]))
  const { results } = await rounds(quick ? 1 : 11, sides)
  const steady = Object.fromEntries(Object.entries(results).map(([way, all]) => [way, all.map((r) => r.steady)]))
  const at = (way, key, n) => median(results[way].map((r) => r[key][n]))
  const lines = Object.keys(WAYS).map((way) => ({
    way,
    sizes: Array.from({ length: options.rounds }, (_, n) => at(way, 'sizes', n)),
    speeds: Array.from({ length: options.rounds }, (_, n) => at(way, 'speeds', n)),
  }))
  const figures = Object.entries(WAYS).flatMap(([way, name], n) => [
    { what: `${name}: size in the end`, value: lines[n].sizes.at(-1) / 1024, unit: 'KB' },
    { what: `${name}: when the size stays`, value: median(steady[way]) / 1e9, unit: 'GB/s' },
  ])
  for (const way of ['pseudo', 'true']) {
    const { median: value, interval } = ratio(steady[way], steady.none)
    figures.push({ what: `${WAYS[way]} : ${WAYS.none}`, value, interval })
  }
  return { options, steady, lines, figures }
}

export const plots = ({ options, lines }) => {
  const series = (key, by) =>
    lines.map(({ way, [key]: values }) => ({ name: WAYS[way], points: values.map((v, n) => [n + 1, v / by]) }))
  const x = { label: 'round (a lap of the ring)', from: 0, to: options.rounds + (options.rounds % 2) }
  const sizes = { label: 'size of the ring', scale: 'log2', format: bytesText }
  const speeds = { label: 'written and read, GB/s' }
  return {
    'rings-resizing.svg': {
      title: 'Resizing (Figure 7)',
      note: [
        `Bursts of ${options.burst} blocks of ${bytesText(options.bytes)}, written and read (copied in and out, checksummed) in one thread; ring of kind ${options.kind}.`,
        'Medians. Moving to other memory takes place in the round before the new size; small rings have short rounds, in which it weighs more.',
      ],
      panels: [
        { title: 'Size', x, y: sizes, series: series('sizes', 1) },
        { title: 'Performance', x, y: speeds, series: series('speeds', 1e9) },
      ],
    },
  }
}
