// Programs to compare with: C ones are compiled when first asked for, Node ones run as they are.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from '../../lib/measure.mjs'

const sources = fileURLToPath(new URL('../peers/', import.meta.url))
const built = join(root, '.bench', 'rings', 'build')
const include = join(root, 'packages/rings/include')

const newest = (directory) =>
  Math.max(
    ...readdirSync(directory, { withFileTypes: true }).map((entry) => {
      const path = join(directory, entry.name)
      return entry.isDirectory() ? newest(path) : entry.name.endsWith('.h') ? statSync(path).mtimeMs : 0
    }),
  )

/** The path of the C peer of that name. @throws when there is no compiler, or it refuses */
export const compiled = (name) => {
  const source = join(sources, `${name}.c`)
  const program = join(built, name)
  const changed = Math.max(statSync(source).mtimeMs, newest(sources), newest(include))
  if (existsSync(program) && statSync(program).mtimeMs > changed) return program
  mkdirSync(built, { recursive: true })
  const flags = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-pthread', `-I${include}`]
  const result = spawnSync('gcc', [...flags, '-o', `${program}.part`, source], { encoding: 'utf8' })
  if (result.error) throw new Error('the peers in C need gcc', { cause: result.error })
  if (result.status !== 0) throw new Error(`gcc refuses ${name}.c:\n${result.stderr}`)
  renameSync(`${program}.part`, program)
  return program
}

const flagsOf = (options) => Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])

/** What the program wrote: one line of JSON. */
const resultOf = (what, { status, signal, stdout, stderr, error }) => {
  if (error) throw error
  if (status !== 0) throw new Error(`${what} ended with ${signal ?? status}: ${stderr.trim() || stdout.trim()}`)
  return JSON.parse(stdout)
}

const limits = { encoding: 'utf8', timeout: 120_000, maxBuffer: 2 ** 26 }

/** Runs a peer in C. */
export const runC = (name, options) => {
  const args = flagsOf({ ...options, cpus: options.cpus.join(',') })
  return resultOf(`${name} ${args.join(' ')}`, spawnSync(compiled(name), args, limits))
}

/**
 * Runs a Node program with one argument, its options as JSON, on the first of its processors; the program puts its
 * other ends on theirs.
 */
export const runNode = (file, options) => {
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url))
  const args = ['-c', String(options.cpus[0]), process.execPath, path, JSON.stringify(options)]
  return resultOf(`${file} ${JSON.stringify(options)}`, spawnSync('taskset', args, limits))
}

/** Nanoseconds of a round trip between the two processors just now. */
export const probe = (cpus) => (cpus[0] === cpus[1] ? 0 : runC('probe', { cpus }))
