// How long a sleeper takes to wake up and answer.
import { twoProcessors } from '../lib/machine.mjs'
import { runC, runNode } from '../lib/peers.mjs'
import { rounds } from '../lib/rounds.mjs'
import { quantile } from '../lib/stats.mjs'

export const title = 'round trips between two that sleep'

export const SIDES = {
  'our ring, event loop': (options) => runNode('sides/wake.mjs', { ...options, way: 'loop' }).around,
  'our ring, blocking': (options) => runNode('sides/wake.mjs', { ...options, way: 'block' }).around,
  'net, Unix socket': (options) => runNode('peers/net-wake.mjs', options).around,
  'pipe(2) (C)': (options) => runC('wake', { ...options, way: 'pipe' }).map((ns) => ns / 1e3),
  'futex (C)': (options) => runC('wake', { ...options, way: 'futex' }).map((ns) => ns / 1e3),
}

/** What is before each question, microseconds: computing leaves all in the cache, sleeping does not. */
const PAUSES = { 'just now busy': 60, 'asleep for 1 ms': 1000 }

const scenes = ([first, second]) =>
  Object.entries(PAUSES).flatMap(([state, pause]) => [
    { name: `same processor, ${state}`, cpus: [first, first], pause },
    { name: `two processors, ${state}`, cpus: [first, second], pause },
  ])

export const run = async ({ quick }) => {
  const all = []
  for (const { name, cpus, pause } of scenes(twoProcessors())) {
    const count = quick ? 20 : pause < 1000 ? 2000 : 300
    const options = { cpus, pause, count, warm: quick ? 50 : 3000 }
    const sides = Object.fromEntries(Object.entries(SIDES).map(([side, trip]) => [side, () => trip(options)]))
    const { results } = await rounds(quick ? 1 : 3, sides)
    all.push({ name, trips: Object.entries(results).map(([side, times]) => ({ side, times: times.flat() })) })
  }
  const figures = all.flatMap(({ name, trips }) =>
    trips.flatMap(({ side, times }) => [
      { what: `${side}; ${name}: p50`, value: quantile(times, 0.5), unit: 'µs' },
      { what: `${side}; ${name}: p99`, value: quantile(times, 0.99), unit: 'µs' },
    ]),
  )
  const steps = Array.from({ length: 200 }, (_, n) => (n + 0.5) / 200)
  return {
    scenes: all.map(({ name, trips }) => ({
      name,
      curves: trips.map(({ side, times }) => ({ side, points: steps.map((q) => [quantile(times, q), q]) })),
    })),
    figures,
  }
}

export const plots = ({ scenes: all }) => ({
  'rings-wake.svg': {
    title: 'Waking up: round trips of 64 bytes, both ends asleep in between',
    columns: 2,
    note: [
      'How many of the round trips took at most so long. Before each question the asker computes 60 µs, or sleeps 1 ms, while the other end sleeps.',
    ],
    panels: all.map(({ name, curves }) => ({
      title: name,
      x: { label: 'round trip, µs', scale: 'log10' },
      y: { label: 'part of the round trips', to: 1 },
      series: curves.map(({ side, points }, n) => ({
        name: side,
        marker: 'none',
        dash: n > 1 ? ['7 3', '3 3', '1 3'][n - 2] : undefined,
        points: points.map(([us, q]) => [us, q]),
      })),
    })),
  },
})
