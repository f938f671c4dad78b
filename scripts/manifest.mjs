// Writes (or with --check compares) the manifest of the package in the current directory: what its built modules declare.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { format } from 'node:util'

const here = process.cwd()
const pack = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'))
const modules = async (folder) => {
  const dir = join(here, 'dist', folder)
  if (!existsSync(dir)) return []
  const names = readdirSync(dir)
    .filter((file) => file.endsWith('.js'))
    .sort()
  return Promise.all(
    names.map(async (file) => [`./dist/${folder}/${file}`, await import(pathToFileURL(join(dir, file)))]),
  )
}
const fail = (...message) => {
  console.error(`${pack.name}: ${format(...message)}`)
  process.exit(1)
}

const functions = []
for (const [module, { default: fe }] of await modules('fe')) {
  if (!fe?.meta || typeof fe.create !== 'function') fail('%s exports no functional element as default', module)
  functions.push({ ...fe.meta, module })
}
const translators = []
for (const [module, { default: t }] of await modules('translators')) {
  if (typeof t?.translate !== 'function') fail('%s exports no translator as default', module)
  translators.push({ from: t.from, to: t.to, targets: t.targets, summary: t.summary ?? '', module })
}
const spaces = []
for (const [module, { default: open, meta }] of await modules('spaces')) {
  if (typeof open !== 'function' || !meta) fail('%s exports no space', module)
  spaces.push({ ...meta, module })
}
const abi = (await import('@netstreamline/core')).ABI
const manifest = {
  abi,
  package: pack.name,
  version: pack.version,
  ...(functions.length && { functions }),
  ...(translators.length && { translators }),
  ...(spaces.length && { spaces }),
}
const path = resolve(here, 'streamline.json')
const text = `${JSON.stringify(manifest, null, 2)}\n`
if (process.argv.includes('--check')) {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    fail('streamline.json is not what the code declares; run `npm run build` and commit it')
  }
} else writeFileSync(path, text)
