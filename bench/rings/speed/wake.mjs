// How soon a sleeping Node.js process answers, against `net` and against pipe(2) in C.
import { twoProcessors } from '../lib/machine.mjs'
import { runC, runNode } from '../lib/peers.mjs'
import { measure } from '../lib/speed.mjs'
import { median, quantile } from '../lib/stats.mjs'

export const title = 'waking a sleeping Node.js process, against a Unix socket of `net` and pipe(2) in C'

/** Microseconds of computing before a question: the other end sleeps, and no rate reaches where signals are mitigated. */
const PAUSE = 60

const trip = ({ there, around }) => ({ value: median(around), there: median(there), around })
const SIDES = {
  loop: (o) => trip(runNode('sides/wake.mjs', { ...o, way: 'loop' })),
  block: (o) => trip(runNode('sides/wake.mjs', { ...o, way: 'block' })),
  net: (o) => trip(runNode('peers/net-wake.mjs', o)),
  pipe(o) {
    const around = runC('wake', { ...o, way: 'pipe' }).map((ns) => ns / 1e3)
    return { value: median(around), around }
  },
}
const NAMES = {
  loop: 'our ring, event loop',
  block: 'our ring, blocking',
  net: 'net, Unix socket',
  pipe: 'pipe(2) in C',
}

export const run = async ({ quick }) => {
  const [first, second] = twoProcessors()
  const count = quick ? 20 : 1000
  const kept = {}
  const figures = []
  for (const [place, cpus] of Object.entries({ 'same processor': [first, first], 'two processors': [first, second] })) {
    const isSame = place === 'same processor'
    const options = { cpus, pause: PAUSE, count, warm: quick ? 50 : 3000 }
    const sides = Object.fromEntries(Object.entries(SIDES).map(([name, side]) => [name, () => side(options)]))
    const m = await measure(sides, { quick, cpus })
    kept[place] = m.kept
    for (const [name, what] of Object.entries(NAMES)) {
      const all = m.results[name].flatMap((r) => r.around)
      figures.push(
        { what: `${place}, ${what}: round trip, p50`, value: quantile(all, 0.5), unit: 'µs' },
        { what: `${place}, ${what}: round trip, p99`, value: quantile(all, 0.99), unit: 'µs' },
      )
    }
    for (const [name, what] of Object.entries(NAMES).slice(0, 2)) {
      const bounds = isSame && name === 'loop' ? { least: 2 } : {}
      figures.push(m.quotient('net', name, `${place}, net : ${what}`, bounds))
    }
    const oneWay = (name) => m.results[name].map((r) => r.there)
    figures.push({ what: `${place}, ${NAMES.loop}: one way`, value: median(oneWay('loop')), unit: 'µs' })
    figures.push({ what: `${place}, ${NAMES.net}: one way`, value: median(oneWay('net')), unit: 'µs' })
  }
  return { pairs: kept, figures }
}
