// Writes the licences of what a package carries in its own files: node ../../scripts/licences.mjs NAME…
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './lib.mjs'

const texts = process.argv.slice(2).map((name) => {
  const own = join('node_modules', name)
  const directory = existsSync(own) ? own : join(root, 'node_modules', name)
  const { version, license, author } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  const file = join(directory, 'LICENSE')
  // A package without a file of its own names its licence and author, which is all there is to hand on.
  const text = existsSync(file) ? readFileSync(file, 'utf8').trim() : `by ${author?.name ?? author ?? 'its authors'}`
  return `${name} ${version} (${license})\n\n${text}\n`
})
writeFileSync(join('dist', 'THIRD-PARTY-LICENCES.txt'), texts.join(`\n${'-'.repeat(72)}\n\n`))
