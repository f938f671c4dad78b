// Figure 11(a): what a file server does, reading from the page cache and writing to the network.
import { bytesText } from '../../lib/plot/scale.mjs'
import { twoProcessors } from '../lib/machine.mjs'
import { runNode } from '../lib/peers.mjs'
import { rounds } from '../lib/rounds.mjs'
import { fileOf, sendRate } from '../lib/send.mjs'
import { summary } from '../lib/stats.mjs'

export const title = 'reading and writing in a file server (paper, Figure 11a)'

/** In the paper's words; fast: only the index is written. */
const RINGS = {
  'peek only': { take: 'peek', write: 'none' },
  'fast peek/write': { take: 'peek', write: 'fast' },
  'read only': { take: 'read', write: 'none' },
  'fast read/write': { take: 'read', write: 'fast' },
  'peek/write': { take: 'peek', write: 'copy' },
  'read/write': { take: 'read', write: 'copy' },
}
const SENDERS = {
  'sendFile (ours)': 'sendFile',
  'peek/write through a ring (ours)': 'peek',
  'sendfile(2) (C)': 'sendfile',
  'splice(2) (C)': 'splice',
  'mmap, write (C)': 'mmap',
  'read, write (C)': 'copy',
  'createReadStream().pipe()': 'readStream',
}
/** It is given the whole file; how much it moves at once is its own affair. */
const WHOLE = ['sendFile (ours)']

export const run = async ({ quick }) => {
  const cpus = twoProcessors()
  const file = fileOf(quick ? 16 : 256)
  const chunks = quick ? [4096, 65536] : [1024, 4096, 16384, 65536, 262144, 1048576]
  const ring = quick ? 2 ** 20 : 2 ** 23
  const seconds = quick ? 0.01 : 0.1
  const inRings = Object.entries(RINGS).map(([name, how]) => [
    name,
    () => runNode('sides/file-rings.mjs', { ...how, file: file.path, chunks, ring, seconds, cpus: [cpus[0]] }),
  ])
  const sending = Object.entries(SENDERS).map(([name, way]) => [
    name,
    async () => {
      const rates = []
      for (const chunk of chunks) {
        if (WHOLE.includes(name) && rates.length > 0) rates.push(rates[0])
        else rates.push(await sendRate(way, file, { cpus, chunk }))
      }
      return rates
    },
  ])
  const { results } = await rounds(quick ? 1 : 5, Object.fromEntries([...inRings, ...sending]))
  const lines = Object.entries(results).map(([name, all]) => ({
    name,
    rates: chunks.map((_, n) => summary(all.map((round) => round[n]))),
  }))
  const at = chunks.indexOf(65536)
  const figures = lines.map(({ name, rates }) => ({
    what: `${name}, chunks of 64 KB`,
    value: rates[at].median / 1e9,
    unit: 'GB/s',
  }))
  return { chunks, ring, lines, figures }
}

export const plots = ({ chunks, ring, lines }) => {
  const x = { label: 'bytes of a chunk', scale: 'log2', format: bytesText, ticks: chunks }
  const y = { label: 'GB/s', scale: 'log10' }
  const of = (names) =>
    names.map((name, n) => ({
      name,
      dash: names === senders && n > 1 ? '5 3' : undefined,
      points: lines
        .find((line) => line.name === name)
        .rates.map(({ median, interval }, c) => [chunks[c], ...[median, ...interval].map((rate) => rate / 1e9)]),
    }))
  const senders = Object.keys(SENDERS)
  return {
    'rings-files.svg': {
      title: 'A file server (Figure 11a)',
      note: [
        `Rings: a file lies in a c-DBuf of ${bytesText(ring)}, prefetched; chunks are taken from it (peek: in place, read: copied) and written (fast: the index to an IBuf; else copied to a DBuf),`,
        'in one thread; whoever empties the IBuf or DBuf does not count. Sockets: a file in the page cache to a Unix socket, whose other end reads and sums it on another processor.',
        'sendFile has no chunks: it is given the whole file. Through a ring: read ahead by the system, each chunk written from where it lies. Dashed: peers. Medians with 95 % intervals.',
      ],
      panels: [
        { title: 'Rings, in one process', x, y, series: of(Object.keys(RINGS)) },
        { title: 'File to socket', x, y, series: of(senders) },
      ],
    },
  }
}
