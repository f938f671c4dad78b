// Builds the native addon into prebuilds/<platform>-<arch>/rings.node. Rings between the threads of a process work
// without it, so a machine that cannot build it is told so, and that is all; --required makes it an error.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const require = createRequire(import.meta.url)
const out = join(here, 'prebuilds', `${process.platform}-${process.arch}`, 'rings.node')
const isRequired = process.argv.includes('--required')
const isQuiet = process.argv.includes('--quiet')

const stop = (why) => {
  console.log(`The native part of rings is not built: ${why}. Rings between threads work without it.`)
  process.exit(isRequired ? 1 : 0)
}

const newest = (...dirs) => {
  let time = statSync(fileURLToPath(import.meta.url)).mtimeMs
  for (const dir of dirs) {
    for (const name of readdirSync(dir, { recursive: true })) time = Math.max(time, statSync(join(dir, name)).mtimeMs)
  }
  return time
}

if (process.platform !== 'linux') stop(`it needs Linux, this is ${process.platform}`)
const sources = [join(here, 'native'), join(here, 'include')]
if (!process.argv.includes('--force') && existsSync(out) && statSync(out).mtimeMs > newest(...sources)) {
  if (!isQuiet) console.log(`${out} is current`)
  process.exit(0)
}

const compiler = process.env.CXX ?? 'g++'
if (spawnSync(compiler, ['--version']).status !== 0) stop(`there is no C++ compiler (${compiler})`)
let headers
try {
  headers = [
    join(dirname(require.resolve('node-api-headers/package.json')), 'include'),
    dirname(require.resolve('node-addon-api/package.json')),
  ]
} catch {
  stop('node-api-headers and node-addon-api are not installed (npm ci installs them)')
}

mkdirSync(dirname(out), { recursive: true })
const made = `${out}.${process.pid}`
// nodelete: a thread of it may outlive the worker that has loaded it. Node exports libuv and Node-API itself.
const flags = [
  '-shared',
  '-fPIC',
  '-O2',
  '-std=c++17',
  '-Wall',
  '-Wextra',
  '-fvisibility=hidden',
  '-Wl,-z,nodelete',
  '-static-libgcc',
  '-static-libstdc++',
]
const define = [
  '-DNAPI_VERSION=9',
  '-DNAPI_CPP_EXCEPTIONS',
  '-DNODE_GYP_MODULE_NAME=rings',
  // In a worker that is being terminated nothing can be thrown; without this the process would end.
  '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
]
const include = [...headers.map((dir) => `-isystem${dir}`), `-I${join(here, 'include')}`]
const input = join(here, 'native', 'addon.cc')
const built = spawnSync(compiler, [...flags, ...define, ...include, input, '-pthread', '-o', made], {
  stdio: 'inherit',
})
if (built.status !== 0) {
  rmSync(made, { force: true })
  console.error(`${compiler} failed`)
  process.exit(1)
}
renameSync(made, out)
console.log(`built ${out}`)
