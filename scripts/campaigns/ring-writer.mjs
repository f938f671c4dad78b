// A producer in a process of its own, for the campaigns of rings: writes until somebody ends it.
import { createArena } from '@netstreamline/rings'
import { createSharedRing } from '@netstreamline/rings/node'
import { fill, MOST } from './ring-blocks.mjs'

const { dir, seed, options } = JSON.parse(process.argv[2])
const arena = createArena({ bytes: 2 ** 24 })
const writer = createSharedRing({ ...options, name: 'r', dir, arena, readers: 1 })
process.send('ready')
const block = new Uint8Array(MOST)
for (let n = 0; ; n++) {
  const length = fill(block, n, seed)
  while (writer.write(block.subarray(0, length)) < 0) await writer.waitRoom(1000)
  if (n % 2000 === 1999) writer.moveTo({ bytes: 2 ** (12 + (n % 5)) })
  if (n % 256 === 0) await new Promise((done) => setImmediate(done))
}
