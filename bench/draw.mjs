// Draws the plots of earlier runs again, and prints their figures as tables in Markdown.
//   node bench/draw.mjs FILE.json… [--plots DIR] [--tables]
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { rowOf } from './lib/figures.mjs'
import { root } from './lib/measure.mjs'
import { drawAll } from './lib/plots.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    plots: { type: 'string', default: join(root, '.bench', 'plots') },
    tables: { type: 'boolean', default: false },
  },
})
if (positionals.length === 0) {
  console.error('usage: node bench/draw.mjs FILE.json… [--plots DIR] [--tables]')
  process.exit(2)
}
for (const file of positionals) {
  const report = JSON.parse(readFileSync(file, 'utf8'))
  for (const path of await drawAll(report, values.plots)) console.log(path)
  if (!values.tables) continue
  for (const [name, { title, figures }] of Object.entries(report.benches)) {
    console.log(`\n\`${name}\`: ${title}\n\n| Figure | Value | Limit |\n| --- | --- | --- |`)
    for (const figure of figures) console.log(rowOf(figure))
  }
}
