// Figure 3 of the paper: what one hop from element to element costs, by way of calling. Every way runs in a process
// of its own, so that none profits or suffers from what the compiler has learned of another.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { median } from './lib/measure.mjs'

export const title = 'cost of a hop through a trivial element, by way of calling (paper, Figure 3)'

const scenario = fileURLToPath(new URL('./lib/hops.mjs', import.meta.url))

/** Ways of calling, fastest first, and what Node.js is started with. A direct call that V8 inlines would not be one. */
const ways = [
  { way: 'inlined', what: 'inlined: one fused datapath', flags: [] },
  { way: 'direct', what: 'direct calls', flags: ['--no-turbo-inlining'] },
  { way: 'indirect', what: 'indirect calls through an array', flags: ['--no-turbo-inlining'] },
  { way: 'transform', what: 'Node.js Transform streams, objectMode', flags: [] },
]

const measure = ({ way, flags }, seconds) =>
  Number(execFileSync(process.execPath, [...flags, scenario, way, String(seconds)], { encoding: 'utf8' }))

export const run = async ({ quick }) => {
  const rounds = Array.from({ length: quick ? 2 : 5 }, () => ways.map((way) => measure(way, quick ? 0.2 : 1)))
  const figures = ways.map(({ what }, n) => ({ what, value: median(rounds.map((r) => r[n])), unit: 'ns/hop' }))
  for (let n = 1; n < ways.length; n++) {
    const value = median(rounds.map((r) => r[n] / r[0]))
    figures.push({ what: `${ways[n].way} : inlined`, value })
  }
  figures.push({ what: 'indirect : direct', value: median(rounds.map((r) => r[2] / r[1])) })
  return { rounds, figures }
}
