// Draws the plots of an earlier run again.
//   node bench/draw.mjs FILE.json [DIR]
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './lib/measure.mjs'
import { drawAll } from './lib/plots.mjs'

const [file, directory = join(root, '.bench', 'plots')] = process.argv.slice(2)
if (file === undefined) {
  console.error('usage: node bench/draw.mjs FILE.json [DIR]')
  process.exit(2)
}
for (const path of await drawAll(JSON.parse(readFileSync(file, 'utf8')), directory)) console.log(path)
