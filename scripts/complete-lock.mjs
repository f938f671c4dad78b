// Adds to package-lock.json the optional packages for other platforms that npm leaves out when the registry it
// asks does not carry them. `npm ci` wants an entry for each; on a platform that does not match it fetches nothing.
// Run after `npm install` has changed the lock file; changes nothing when the file is complete.
import { readFileSync, writeFileSync } from 'node:fs'

const path = new URL('../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(path, 'utf8'))
const systems = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32', 'aix']
const processors = ['arm64', 'arm', 'x64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'mips64el', 'wasm32']
const find = (name, list) => list.find((word) => new RegExp(`(^|[-/])${word}($|[-.])`).test(name))
let added = 0
for (const [at, entry] of Object.entries({ ...lock.packages })) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    let base = at
    let found = false
    while (!found) {
      found = `${base ? `${base}/` : ''}node_modules/${name}` in lock.packages
      if (!base) break
      base = base.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, '')
    }
    if (found || !/^\d/.test(version)) continue
    const os = find(name, systems)
    const cpu = find(name.replace(/musleabihf|musleabi|gnueabihf|eabi/, ''), processors)
    if (!os && !cpu) continue
    lock.packages[`node_modules/${name}`] = {
      version,
      ...(cpu && { cpu: [cpu] }),
      dev: true,
      optional: true,
      ...(os && { os: [os] }),
      ...(os === 'linux' && { libc: [/musl/.test(name) ? 'musl' : 'glibc'] }),
    }
    added++
  }
}
if (added) {
  const head = lock.packages['']
  delete lock.packages['']
  lock.packages = {
    '': head,
    ...Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1))),
  }
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`)
}
console.log(`${added} entries added`)
