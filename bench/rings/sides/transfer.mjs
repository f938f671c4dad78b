// Blocks through our ring to one or many readers, in threads of this process or in processes of their own.
//   node transfer.mjs '{"by":"processes"|"threads","kind":"c|p|v|d","bytes":N,"ring":N,"take":"copy"|"peek",
//                       "readers":N,"seconds":S,"warm":S,"cpus":[W,R,…]}'
import { fileURLToPath } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import { templateBytes } from '../lib/blocks.mjs'
import { pinThread, print, startProcess, startThread } from '../lib/end.mjs'
import { readBlocks, writeBlocks } from './loops.mjs'
import { arenaFor, joinProcess, joinThread, processRing, threadRing } from './ring.mjs'

const file = fileURLToPath(import.meta.url)
const options = JSON.parse(process.argv[2])
const { by = 'processes', bytes, ring = 2 ** 20, readers = 1, role } = options
const name = `bench-${role ? process.ppid : process.pid}`
const beside = 2 * (templateBytes(bytes) + readers * (bytes + 8192))

const startThreads = async (arena) => {
  const { writer, invite } = threadRing(arena, options)
  const ends = []
  for (let n = 1; n <= readers; n++) {
    const from = arena.alloc(bytes + 8192)
    ends.push(await startThread(file, options, { ...invite(), from, to: from + bytes + 8192 }, n))
  }
  return { writer, ends }
}

const startProcesses = (arena) => {
  const writer = processRing(arena, name, options)
  const ends = Array.from({ length: readers }, (_, n) => startProcess(file, options, n + 1))
  return { writer, ends }
}

if (role && by === 'threads') {
  pinThread([options.cpus[Math.min(role, options.cpus.length - 1)]])
  const { arena, reader } = joinThread(workerData)
  parentPort.postMessage('ready')
  parentPort.postMessage(readBlocks(reader, arena, options))
} else if (role) {
  const arena = arenaFor(ring, beside)
  const reader = joinProcess(arena, name)
  process.send('ready')
  const result = readBlocks(reader, arena, options)
  reader.close()
  process.send(result, () => process.disconnect())
} else {
  const arena = arenaFor(ring, beside)
  const { writer, ends } = by === 'threads' ? await startThreads(arena) : startProcesses(arena)
  for (const { told } of ends) await told()
  const result = writeBlocks(writer, arena, options)
  const all = []
  for (const { told } of ends) all.push(await told())
  writer.close?.()
  // Of many readers the last one tells: each of them sees every block.
  print({ writer: result, reader: all.at(-1) })
}
