// What the scripts share. Node's own modules only: they run before anything is installed.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Runs a command in the repository, its output shown; ends this process with its exit code when it fails. */
export const run = (command, args, options = {}) => {
  const { status, signal, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options })
  if (error) {
    console.error(`${command}: ${error.message}`)
    process.exit(1)
  }
  if (status !== 0) process.exit(status ?? (signal === 'SIGINT' ? 130 : 1))
}

/** Runs a tool that npm has installed. */
export const tool = (name, args, options) => run(join(root, 'node_modules', '.bin', name), args, options)

/** Installs what the lock file names, when that has not been done since it changed. */
export const install = () => {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Node ${process.versions.node} is too old: Streamline needs 20.19 or later.`)
    process.exit(1)
  }
  const lock = join(root, 'package-lock.json')
  const stamp = join(root, 'node_modules', '.streamline-installed')
  const text = readFileSync(lock, 'utf8')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === String(text.length)) {
    if (statSync(stamp).mtimeMs >= statSync(lock).mtimeMs) return
  }
  console.error('Installing what package-lock.json names (npm ci) ...')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  writeFileSync(stamp, String(text.length))
  utimesSync(stamp, new Date(), new Date())
}

/** Everything that `npm start` and `npm test` need: dependencies and built packages. */
export const setUp = () => {
  install()
  run(process.execPath, [join(root, 'scripts', 'build.mjs')])
}
