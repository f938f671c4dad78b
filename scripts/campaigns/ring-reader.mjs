// A reader in a worker or a process of its own, for the campaigns of rings.
import { parentPort, workerData } from 'node:worker_threads'
import { attachArena, attachRingReader, createArena } from '@netstreamline/rings'
import { copyOne, MOST, takeOne } from './ring-blocks.mjs'

const task = workerData ?? JSON.parse(process.argv[2])
const say = (what) => (parentPort ? parentPort.postMessage(what) : process.send(what))
let reader
let arena
if (workerData) {
  arena = attachArena(task.memory, 64, 64)
  reader = attachRingReader(arena, task.invitation)
} else {
  const { openSharedRing } = await import('@netstreamline/rings/node')
  arena = createArena({ bytes: 2 ** 24 })
  reader = openSharedRing(task.name, { dir: task.dir, arena })
}
say('joined')
const to = task.to ?? arena.alloc(MOST)
const copies = task.copies && reader.strategy === 'srp'
const take = () =>
  copies ? copyOne(reader, arena.bytes, seen, task.seed, to) : takeOne(reader, arena.bytes, seen, task.seed)
const seen = { right: 0, torn: 0, wrong: 0, last: -1 }
while (reader.state === 'open') {
  if (take()) continue
  if (reader.state === 'open') reader.waitSync(1000)
}
const { state, blocks, bytes, lostBlocks, lostBytes } = reader
say({ seen, reader: { state, blocks, bytes, lostBlocks, lostBytes } })
if (!workerData) process.disconnect()
