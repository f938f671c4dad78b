// Builds every package: JavaScript by tsup, each in the order of its dependencies; manifests from that; declarations once by tsc.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { install, root, tool } from './lib.mjs'

const inputs = () => {
  const files = [
    'package-lock.json',
    'tsup.config.ts',
    'tsconfig.base.json',
    'scripts/build.mjs',
    'scripts/licences.mjs',
    'scripts/manifest.mjs',
  ]
  for (const name of readdirSync(join(root, 'packages')).sort()) {
    const base = `packages/${name}`
    files.push(`${base}/package.json`)
    if (existsSync(join(root, base, 'tsup.config.ts'))) files.push(`${base}/tsup.config.ts`)
    if (!existsSync(join(root, base, 'src'))) continue
    for (const file of readdirSync(join(root, base, 'src'), { recursive: true }).sort()) {
      if (file.endsWith('.ts') || file.endsWith('.json')) files.push(`${base}/src/${file}`)
    }
  }
  const hash = createHash('sha256')
  for (const file of files) hash.update(file).update(readFileSync(join(root, file)))
  return hash.digest('hex')
}

/** Chunks are named after their content: those of earlier builds would stay, and be published. */
const clean = () => {
  for (const name of readdirSync(join(root, 'packages'))) {
    const dist = join(root, 'packages', name, 'dist')
    if (!existsSync(dist)) continue
    for (const file of readdirSync(dist, { recursive: true })) {
      if (/\.js(\.map)?$/.test(file)) rmSync(join(dist, file))
    }
  }
}

install()
const stamp = join(root, 'node_modules', '.streamline-built')
const now = inputs()
const fresh = existsSync(stamp) && readFileSync(stamp, 'utf8') === now
const whole = readdirSync(join(root, 'packages')).every((name) =>
  existsSync(join(root, 'packages', name, 'dist', 'index.js')),
)
if (!(fresh && whole) || process.argv.includes('--force')) {
  console.error('Building the packages ...')
  clean()
  tool('lerna', ['run', 'build', '--loglevel', 'warn', '--concurrency', '2'], {
    env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' },
  })
  tool('tsc', ['-b'])
  writeFileSync(stamp, now)
}
// It looks by itself whether there is something to do. Without a compiler everything works but rings between processes.
const { status } = spawnSync(process.execPath, [join(root, 'packages/rings/build-native.mjs'), '--quiet'], {
  stdio: ['ignore', 2, 2],
})
if (status !== 0) process.exit(status ?? 1)
