import { spawn } from 'node:child_process'

export interface Ended {
  /** Exit code; null after a signal. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** What npm adds to the environment of its scripts; a package manager that is started elsewhere must not see it. */
const ours =
  /^(npm_(package|lifecycle|command|execpath|node_execpath|config_(local_prefix|node_gyp))|INIT_CWD|NODE_OPTIONS$|VITEST|NODE_ENV$)/

export const cleanEnvironment = (more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => {
  const kept = Object.entries(process.env).filter(([name]) => !ours.test(name))
  return { ...Object.fromEntries(kept), NO_COLOR: '1', ...more }
}

/** Runs a command to its end. Rejects only when it cannot be started. */
export const execute = (
  command: string,
  args: readonly string[],
  cwd: string,
  env = cleanEnvironment(),
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })

/** Runs a command that must succeed; resolves with its standard output. */
export const succeed = async (...call: Parameters<typeof execute>): Promise<string> => {
  const { code, stdout, stderr } = await execute(...call)
  if (code === 0) return stdout
  throw new Error(`${[call[0], ...call[1]].join(' ')} ended with ${code}:\n${stdout}${stderr}`)
}

/** The first line of npm's talk that is about the failure. */
export const reasonOf = (stderr: string): string =>
  /^npm error (?!(?:code|syscall|errno|address|port) )(.+)$/m.exec(stderr)?.[1] ?? stderr.trim()
