import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

// Compiles the C programs in native/ and runs them, all with a directory of names of their own.

const has = (tool: string): boolean => spawnSync(tool, ['--version']).status === 0

/** Why C programs cannot be tested here; empty: they can. */
export const missing =
  process.platform !== 'linux' ? 'it is for Linux' : has('gcc') && has('g++') ? '' : 'there is no gcc or no g++'
if (missing !== '') console.warn(`tests of C programs are skipped: ${missing}`)

const root = fileURLToPath(new URL('../../', import.meta.url))
const dir = missing === '' ? mkdtempSync(join(tmpdir(), 'streamline-c-')) : ''

/** The directory of names. */
export const names = join(dir, 'names')

const children: ChildProcess[] = []

/** For `afterEach`. */
export const killAll = (): void => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
}

/** For `afterAll`. */
export const removeAll = (): void => rmSync(dir, { recursive: true, force: true })

/** What every compilation has to bear without a warning. */
export const STRICT = ['-Wall', '-Wextra', '-Werror', `-I${join(root, 'include')}`, '-pthread']

const programs = new Map<string, string>()

/** The program made of that source in native/; it is compiled once. */
export const program = (source: string, ...flags: string[]): string => {
  const made = programs.get(source)
  if (made !== undefined) return made
  const file = join(dir, source.replace(/.*\/|\.c$/g, ''))
  execFileSync('gcc', ['-std=gnu99', '-O2', ...STRICT, ...flags, '-o', file, join(root, 'native', source)])
  programs.set(source, file)
  return file
}

export interface Running {
  readonly child: ChildProcess
  /** Resolves when it has printed that line. */
  line(text: string): Promise<void>
  /** All that it has printed. */
  text(): string
  /** What it has printed last, as JSON, and how it has ended. */
  readonly result: Promise<Record<string, unknown> & { code: number | null }>
}

/** Runs a program of native/. */
export const run = (source: string, ...args: string[]): Running => {
  const env = { ...process.env, STREAMLINE_DIR: names }
  const child = spawn(program(source), args, { env, stdio: ['pipe', 'pipe', 'inherit'] })
  children.push(child)
  let text = ''
  const waiting = new Map<string, () => void>()
  child.stdout.on('data', (chunk) => {
    text += chunk
    for (const [line, done] of waiting) if (text.split('\n').includes(line)) done()
  })
  return {
    child,
    text: () => text,
    line: (wanted) =>
      new Promise((done, fail) => {
        waiting.set(wanted, done)
        if (text.split('\n').includes(wanted)) done()
        child.once('close', () => fail(new Error(`${source} has ended without printing ${wanted}: ${text}`)))
      }),
    result: new Promise((done) => {
      child.once('close', (code) => {
        const last = text.trim().split('\n').at(-1)!
        done({ ...(last.startsWith('{') ? JSON.parse(last) : {}), code })
      })
    }),
  }
}

export const PRODUCER = 'examples/producer.c'
export const CONSUMER = 'examples/consumer.c'

/** Every kind of ring with every strategy. */
export const EVERY = ['d', 'v', 'p', 'c'].flatMap((kind) =>
  ['srp', 'mrp', 'frp'].map((strategy) => ({ kind, strategy })),
)
