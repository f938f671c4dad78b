// Figure 8: the kinds of rings beside allocating each block.
import { bytesText } from '../../lib/plot/scale.mjs'
import { processors } from '../lib/machine.mjs'
import { runC, runNode } from '../lib/peers.mjs'
import { rounds } from '../lib/rounds.mjs'
import { summary } from '../lib/stats.mjs'

export const title = 'kinds of rings and allocation, in one thread (paper, Figure 8)'

const WAYS = {
  p: 'p-DBuf (slots of 2040 B)',
  v: 'v-DBuf',
  d: 'd-DBuf',
  c: 'c-DBuf',
  malloc: 'malloc (C)',
  '10malloc': '10malloc (C)',
  buffers: 'a Buffer per block',
  ringbuf: 'ringbuf.js (Uint8Array)',
}
const DEPTH = 65536

const side = (way, sizes, cpus, seconds) => () => {
  const options = { way, depth: DEPTH, seconds, warm: seconds, cpus }
  if (!way.endsWith('malloc')) return runNode('sides/kinds.mjs', { ...options, sizes })
  return sizes.map((bytes) => {
    const { reader } = runC('alloc', { ...options, bytes })
    return (reader.seconds / reader.blocks) * 1e9
  })
}

export const run = async ({ quick }) => {
  const cpus = processors().slice(0, 1)
  const sizes = quick ? [64, 1504] : [64, 128, 256, 512, 1024, 1504, 4096, 16384]
  const seconds = quick ? 0.02 : 0.08
  const sides = Object.fromEntries(Object.keys(WAYS).map((way) => [way, side(way, sizes, cpus, seconds)]))
  const { results } = await rounds(quick ? 1 : 5, sides)
  const lines = Object.keys(WAYS).map((way) => ({
    way,
    points: sizes.map((bytes, n) => ({ bytes, ...summary(results[way].map((round) => round[n])) })),
  }))
  const figures = []
  for (const { way, points } of lines) {
    for (const { bytes, median } of points) {
      if (bytes === 64 || bytes === 1504)
        figures.push({ what: `${WAYS[way]}, ${bytes} B`, value: median, unit: 'ns/block' })
    }
  }
  return { sizes, lines, figures }
}

export const plots = ({ sizes, lines }) => {
  const x = { label: 'bytes of a block', scale: 'log2', format: bytesText, ticks: sizes.filter((n) => n !== 1504) }
  const dash = (way) => (way.length > 1 ? '5 3' : undefined)
  const series = (value) =>
    lines.map(({ way, points }) => ({
      name: WAYS[way],
      dash: dash(way),
      points: points.map(({ bytes, median, interval }) => [
        bytes,
        ...[median, ...interval].map((ns) => value(bytes, ns)),
      ]),
    }))
  return {
    'rings-kinds.svg': {
      title: 'Kinds of rings, and allocation (Figure 8)',
      note: [
        `Blocks are written (copied in), 64 KB of them wait, then they are read (copied out), checksummed and given back, in one thread.`,
        'Rings hold twice what waits; that of a p-DBuf is larger, since each of its slots takes 2048 bytes. Dashed: peers. Bars: 95 % intervals of the median.',
      ],
      panels: [
        { title: 'Throughput', x, y: { label: 'GB/s', scale: 'log10' }, series: series((bytes, ns) => bytes / ns) },
        { title: 'Blocks', x, y: { label: 'million blocks/s', scale: 'log10' }, series: series((_, ns) => 1000 / ns) },
      ],
    },
  }
}
