// A file, and whoever sends it to a socket; the far end sums all that comes.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { compiled, runC, runNode } from './peers.mjs'

const PART = 2 ** 20

/** A file of so many MiB, made once and kept in the directory for temporary files; the sum of its words. */
export const fileOf = (mib) => {
  const path = join(tmpdir(), `streamline-bench-${mib}m`)
  if (existsSync(`${path}.sum`)) return { path, bytes: mib * PART, sum: Number(readFileSync(`${path}.sum`, 'utf8')) }
  const { bavail, bsize } = statfsSync(tmpdir())
  if (bavail * bsize < 2 * mib * PART) throw new Error(`${tmpdir()} has no room for ${mib} MiB; use --quick`)
  const words = new Int32Array(PART / 4)
  const fd = openSync(`${path}.part`, 'w')
  let sum = 0
  for (let part = 0; part < mib; part++) {
    for (let n = 0; n < words.length; n++) {
      const x = Math.imul(part * words.length + n, 0x9e3779b9)
      words[n] = x ^ (x >>> 15)
      sum = (sum + words[n]) | 0
    }
    writeSync(fd, words)
  }
  closeSync(fd)
  renameSync(`${path}.part`, path)
  writeFileSync(`${path}.sum`, String(sum))
  return { path, bytes: mib * PART, sum }
}

const SENDERS = {
  sendFile: (o) => runNode('sides/send.mjs', { ...o, way: 'sendFile' }),
  peek: (o) => runNode('sides/send.mjs', { ...o, way: 'peek' }),
  readStream: (o) => runNode('peers/read-stream.mjs', o),
  sendfile: (o) => runC('send', { ...o, way: 'sendfile' }),
  splice: (o) => runC('send', { ...o, way: 'splice' }),
  copy: (o) => runC('send', { ...o, way: 'copy' }),
  mmap: (o) => runC('send', { ...o, way: 'mmap' }),
}

let port = 20_000 + (process.pid % 20_000)

/**
 * Bytes per second of one way to send the file, as the far end counts them. `net`: 'unix' or 'tcp'. `chunk`: bytes at
 * once, where the way has such a thing.
 */
export const sendRate = async (way, file, { cpus, net = 'unix', chunk }) => {
  const path = join(tmpdir(), `streamline-bench-${process.pid}.drain`)
  const socket = net === 'unix' ? path : String(port++)
  const drain = spawn(compiled('drain'), ['--socket', socket, '--cpus', String(cpus[1])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const lines = createInterface({ input: drain.stdout })[Symbol.asyncIterator]()
    if ((await lines.next()).value !== 'ready') throw new Error('the far end has not come')
    const to = net === 'unix' ? socket : Number(socket)
    SENDERS[way]({ file: file.path, to, cpus: [cpus[0]], ...(chunk === undefined ? {} : { chunk }) })
    const { bytes, seconds, sum } = JSON.parse((await lines.next()).value)
    if (bytes !== file.bytes || (sum | 0) !== file.sum) throw new Error(`${way}: what came is not the file`)
    return bytes / seconds
  } finally {
    if (drain.exitCode === null) {
      drain.kill()
      await once(drain, 'exit')
    }
    rmSync(path, { force: true })
  }
}
