// What all benches measure with.
import { spawnSync } from 'node:child_process'
import { existsSync, renameSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeCapture } from '../make-capture.mjs'

export const root = fileURLToPath(new URL('../../', import.meta.url))
export const streamline = join(root, 'packages/cli/bin/streamline.js')

/** The middle of some numbers. */
export const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Runs a program. @returns user and system seconds of it and its children, and what it wrote */
export const cpuOf = (...command) => {
  const script = 'exec 4>&2; TIMEFORMAT="%U %S"; { time "$@" 2>&4 3>&-; } 2>&3'
  const { status, output } = spawnSync('bash', ['-c', script, 'bash', ...command], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    encoding: 'utf8',
  })
  const [, stdout, stderr, times] = output
  if (status !== 0) throw new Error(`${command.join(' ')} ended with code ${status}:\n${stderr}`)
  const [user, system] = times.split(' ').map(Number)
  return { cpu: user + system, stdout }
}

/**
 * Measures two things in turns, so that what else the machine does meets both.
 * @returns medians of both, and of the quotients of the pairs
 */
export const interleaved = async (times, a, b) => {
  const pairs = []
  for (let n = 0; n < times; n++) {
    // Who comes first changes from pair to pair.
    if (n % 2) {
      const second = await b()
      pairs.push([await a(), second])
    } else pairs.push([await a(), await b()])
  }
  const ratios = pairs.map(([x, y]) => x / y)
  return {
    a: median(pairs.map(([x]) => x)),
    b: median(pairs.map(([, y]) => y)),
    ratio: median(ratios),
    range: [Math.min(...ratios), Math.max(...ratios)],
    pairs,
  }
}

/** A capture for measurements; made once and kept in the directory for temporary files. */
export const capture = (packets, passes = 1) => {
  const path = join(tmpdir(), `streamline-bench-${packets}x${passes}.pcap`)
  if (existsSync(path)) return path
  const { bavail, bsize } = statfsSync(tmpdir())
  const needed = packets * passes * 600
  if (bavail * bsize < needed) throw new Error(`${tmpdir()} needs ${Math.ceil(needed / 1e9)} GB; use --quick`)
  makeCapture(`${path}.part`, packets, passes)
  renameSync(`${path}.part`, path)
  return path
}
