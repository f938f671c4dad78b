// Checks every package as its users get it: what npm would publish (publint), what TypeScript finds (attw), the manifest,
// and the size of core. One line a check; ends with their number.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { root } from './lib.mjs'

/** What core may weigh in an application: bytes, bundled, minified, gzipped. */
const CORE_LIMIT = 3072

let checks = 0
let failed = 0
const report = (name, what, problem, note = '') => {
  checks++
  if (problem) failed++
  console.log(`${problem ? 'FAIL' : 'ok  '} ${name} ${what}${note && ` ${note}`}`)
  if (problem) console.log(problem.trim().replace(/^/gm, '     '))
}
/** What a command says, when it fails. */
const complaint = (directory, command, args) => {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: directory, encoding: 'utf8' })
  return status === 0 ? '' : `${error?.message ?? ''}${stdout}${stderr}` || `ended with ${status}`
}
const bin = (name) => join(root, 'node_modules', '.bin', name)

const coreSize = async (directory) => {
  const { outputFiles } = await build({
    entryPoints: [join(directory, 'dist', 'index.js')],
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
  })
  return gzipSync(outputFiles[0].contents, { level: 9 }).length
}

for (const folder of readdirSync(join(root, 'packages')).sort()) {
  const directory = join(root, 'packages', folder)
  const pack = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  if (pack.private) continue
  report(pack.name, 'publint', complaint(directory, bin('publint'), ['--strict']))
  report(pack.name, 'types', complaint(directory, bin('attw'), ['--pack', '.', '--profile', 'esm-only']))
  if (pack.streamline) {
    const check = [join(root, 'scripts', 'manifest.mjs'), '--check']
    report(pack.name, 'manifest', complaint(directory, process.execPath, check))
  }
  if (folder === 'core') {
    const size = await coreSize(directory)
    const problem = size < CORE_LIMIT ? '' : `more than ${CORE_LIMIT - 1} bytes`
    report(pack.name, 'size', problem, `${size} bytes of ${CORE_LIMIT} (bundled, minified, gzipped)`)
  }
}
console.log(`${checks} checks, ${failed} failed`)
process.exitCode = failed ? 1 : 0
