// Measures, prints the figures, draws plots and keeps all of it with facts of the machine.
//   node bench/run.mjs [NAME…] [--json FILE] [--plots DIR] [--quick]
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { load, names, namesLike } from './lib/benches.mjs'
import { isMet, lineOf } from './lib/figures.mjs'
import { factsLine, machine } from './lib/machine.mjs'
import { root } from './lib/measure.mjs'
import { drawAll } from './lib/plots.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    plots: { type: 'string', default: join(root, '.bench', 'plots') },
    quick: { type: 'boolean', default: false },
  },
})
const unknown = positionals.find((name) => namesLike(name).length === 0)
if (unknown !== undefined) {
  console.error(`no bench '${unknown}'; there are ${names.join(', ')}`)
  process.exit(2)
}
const chosen = positionals.length ? [...new Set(positionals.flatMap(namesLike))] : names

const facts = machine()
console.log(`${factsLine(facts)}, load ${facts.load.toFixed(2)}`)
const benches = {}
let missed = false
for (const name of chosen) {
  const { title, run } = await load(name)
  console.log(`\n${name}: ${title}`)
  const result = await run({ quick: values.quick })
  for (const figure of result.figures) {
    console.log(`  ${lineOf(figure)}`)
    missed ||= !isMet(figure)
  }
  benches[name] = { title, ...result }
}

const file = values.json ?? join(root, '.bench', `${facts.date.replace(/[:.]/g, '-')}.json`)
const report = { machine: facts, quick: values.quick, benches }
mkdirSync(dirname(file), { recursive: true })
writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`)
console.log(`\n${file}`)
for (const path of await drawAll(report, values.plots)) console.log(path)
process.exitCode = missed ? 1 : 0
