import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cleanEnvironment } from '../support/command.js'

/** The browser's command; another one is named by the environment variable CHROMIUM. */
export const chromium = process.env['CHROMIUM'] ?? 'chromium'

/** Why there is no browser, if so. */
export const absent = (): string | undefined => {
  const { error, status } = spawnSync(chromium, ['--version'], { stdio: 'ignore' })
  if (!error && status === 0) return undefined
  return `'${chromium}' does not start (${error?.message ?? `status ${status}`}): install chromium or set CHROMIUM`
}

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    else child.once('exit', () => resolve())
  })

/** Ends what the browser has started and not ended itself. */
const endGroup = ({ pid }: ChildProcess): void => {
  try {
    if (pid) process.kill(-pid, 'SIGKILL')
  } catch {
    // Nothing is left of the group.
  }
}

/** Opens a page without a window until `done` settles. Rejects if the browser ends before. */
export const visit = async <T>(url: string, done: Promise<T>): Promise<T> => {
  const profile = mkdtempSync(join(tmpdir(), 'streamline-chromium-'))
  const options = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-dev-shm-usage']
  const child = spawn(chromium, [...options, `--user-data-dir=${profile}`, url], {
    env: cleanEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
    // A process group of its own: its helper processes write into the profile for a while after the browser has gone.
    detached: true,
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text))
  const lost = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${chromium} ended with ${code}:\n${said.slice(-4000)}`)))
  })
  try {
    return await Promise.race([done, lost])
  } finally {
    lost.catch(() => {})
    child.kill()
    await ended(child)
    endGroup(child)
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}
