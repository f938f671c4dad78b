// Facts without which a figure says nothing.
import { execFileSync } from 'node:child_process'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { root } from './measure.mjs'

const git = (...args) => {
  try {
    return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}

const processors = () => {
  const all = cpus()
  return { cpu: all[0]?.model.trim(), mhz: all[0]?.speed, cores: all.length }
}

/** The machine, and what runs on it. */
export const machine = () => ({
  ...processors(),
  memory: totalmem(),
  load: loadavg()[0],
  kernel: release(),
  node: process.version,
  v8: process.versions.v8,
  date: new Date().toISOString(),
  commit: git('rev-parse', 'HEAD'),
  changed: git('status', '--porcelain', '--untracked-files=no') !== '',
})

export const factsLine = ({ cpu, cores, kernel, node }) => `${cpu}, ${cores} cores, Linux ${kernel}, Node.js ${node}`
