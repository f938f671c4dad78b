import { Worker } from 'node:worker_threads'
import type { Check } from './doctor.js'

const node = (): Check => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return {
    name: 'node',
    ok: major > 20 || (major === 20 && minor >= 19),
    found: `${process.version} on ${process.platform} ${process.arch}`,
    fix: 'install Node.js 20.19 or later',
  }
}

const codeGeneration = (): Check => {
  const name = 'code generation'
  try {
    new Function('return 1')()
    return { name, ok: true, found: 'allowed: datapaths are fused into one function each' }
  } catch {
    const found = 'forbidden: datapaths are interpreted, several times slower'
    return { name, ok: false, found, fix: 'start node without --disallow-code-generation-from-strings' }
  }
}

const workers = async (): Promise<Check> => {
  const name = 'worker threads'
  try {
    const worker = new Worker('', { eval: true, execArgv: [] })
    await new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject))
    return { name, ok: true, found: 'start' }
  } catch (e) {
    return {
      name,
      ok: false,
      found: `do not start: ${(e as Error).message}`,
      fix: 'raise the limits on threads and memory (ulimit -u, ulimit -v)',
    }
  }
}

/** What runs the code, and what it may do. */
export const runtimeChecks = async (): Promise<Check[]> => [node(), codeGeneration(), await workers()]
