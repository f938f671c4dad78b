import { type SpawnOptionsWithoutStdio, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'

export const bin = fileURLToPath(new URL('../../bin/streamline.js', import.meta.url))

/** A directory for the tests of a file, removed at their end. */
export const workplace = (files: Record<string, string | Uint8Array>): string => {
  const directory = mkdtempSync(join(tmpdir(), 'streamline-cli-'))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content)
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

export interface Outcome {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

type Kill = (signal: NodeJS.Signals) => void
type Options = SpawnOptionsWithoutStdio & {
  input?: string | Uint8Array
  onStart?: (kill: Kill) => void
  /** Is told what comes on standard error. */
  onError?: (text: string, kill: Kill) => void
}

const collect = (
  program: string,
  args: readonly string[],
  { input, onStart, onError, ...options }: Options,
): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...options,
      env: { ...process.env, COLUMNS: '', NO_COLOR: '', ...options.env },
    })
    const kill: Kill = (signal) => child.kill(signal)
    onStart?.(kill)
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text
      onError?.(text, kill)
    })
    child.stdin.on('error', () => {})
    if (input !== undefined) child.stdin.end(input)
    child.on('error', reject).on('close', (code) => resolve({ code, out, err }))
  })

/** Runs the built command. Standard input stays open and silent unless `input` is given. */
export const streamline = (args: readonly string[], options: Options = {}): Promise<Outcome> =>
  collect(process.execPath, [bin, ...args], options)

/** Runs a line of bash in which `$S` is the command. */
export const bash = (line: string, options: Options = {}): Promise<Outcome> =>
  collect('bash', ['-o', 'pipefail', '-c', line], {
    ...options,
    env: { ...options.env, S: bin, N: process.execPath },
    input: options.input ?? '',
  })
