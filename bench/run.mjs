// Measures, prints the figures and keeps them with facts of the machine.
//   node bench/run.mjs [NAME…] [--json FILE] [--quick]
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { machine } from './lib/machine.mjs'
import { root } from './lib/measure.mjs'

const NAMES = ['call-overhead', 'datapath', 'start-up', 'stall', 'reassembly']

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, quick: { type: 'boolean', default: false } },
})
const unknown = positionals.find((name) => !NAMES.includes(name))
if (unknown !== undefined) {
  console.error(`no bench '${unknown}'; there are ${NAMES.join(', ')}`)
  process.exit(2)
}

const show = ({ what, value, unit, limit }) => {
  const digits = Math.abs(value) < 10 ? 3 : 1
  const verdict =
    limit === undefined ? '' : value <= limit ? `  (at most ${limit}: met)` : `  (at most ${limit}: MISSED)`
  console.log(`  ${what.padEnd(62)} ${value.toFixed(digits).padStart(10)} ${unit ?? ''}${verdict}`)
}

const facts = machine()
console.log(
  `${facts.cpu}, ${facts.cores} cores, Linux ${facts.kernel}, Node.js ${facts.node}, load ${facts.load.toFixed(2)}`,
)
const benches = {}
let missed = false
for (const name of positionals.length ? positionals : NAMES) {
  const { title, run } = await import(`./${name}.mjs`)
  console.log(`\n${name}: ${title}`)
  const result = await run({ quick: values.quick })
  for (const figure of result.figures) {
    show(figure)
    missed ||= figure.value > figure.limit
  }
  benches[name] = { title, ...result }
}

const file = values.json ?? join(root, '.bench', `${facts.date.replace(/[:.]/g, '-')}.json`)
mkdirSync(dirname(file), { recursive: true })
writeFileSync(file, `${JSON.stringify({ machine: facts, quick: values.quick, benches }, undefined, 2)}\n`)
console.log(`\n${file}`)
process.exitCode = missed ? 1 : 0
