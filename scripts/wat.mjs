// Assembles packages/rings/src/ends/ends.wat into the module beside it that the package ships.
//   node scripts/wat.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import wabt from 'wabt'
import { root } from './lib.mjs'

const folder = join(root, 'packages/rings/src/ends')
const features = { threads: true, simd: true, bulk_memory: true }

/** The module's text as the package ships it. */
export const assembled = async () => {
  const { parseWat } = await wabt()
  const module = parseWat('ends.wat', readFileSync(join(folder, 'ends.wat'), 'utf8'), features)
  try {
    module.resolveNames()
    module.validate(features)
    const lines = Buffer.from(module.toBinary({}).buffer)
      .toString('base64')
      .match(/.{1,112}/g)
    const text = lines.map((line) => `  '${line}'`).join(' +\n')
    return `/** ends.wat, assembled by scripts/wat.mjs: do not edit. */\nexport const ENDS =\n${text}\n`
  } finally {
    module.destroy()
  }
}

export const path = join(folder, 'ends.generated.ts')

if (process.argv[1] === import.meta.filename) {
  const text = await assembled()
  if (!process.argv.includes('--check')) writeFileSync(path, text)
  else if (readFileSync(path, 'utf8') !== text) {
    console.error('ends.generated.ts is not what ends.wat says: run node scripts/wat.mjs')
    process.exitCode = 1
  }
}
