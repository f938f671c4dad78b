// What all benches measure with.
import { execFile } from 'node:child_process'
import { existsSync, renameSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makeCapture } from '../make-capture.mjs'

const execute = promisify(execFile)

export const root = new URL('../../', import.meta.url).pathname
export const streamline = join(root, 'packages/cli/bin/streamline.js')

/** The middle of some numbers. */
export const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Runs a program. @returns user and system seconds of it and its children, and what it wrote */
export const cpuOf = async (...command) => {
  const script = 'exec 3>&2 2>"$1"; shift; TIMEFORMAT="cpu %U %S"; { time "$@" 2>&3; } '
  const log = join(tmpdir(), `streamline-bench-${process.pid}-time`)
  const { stdout, stderr } = await execute(
    'bash',
    ['-c', `${script}; s=$?; cat "${log}" >&3; exit $s`, 'bash', log, ...command],
    {
      maxBuffer: 1 << 26,
    },
  )
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)\s*$/.exec(stderr) ?? []
  if (user === undefined) throw new Error(`no times of ${command[0]}: ${stderr}`)
  return { cpu: Number(user) + Number(system), stdout }
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
