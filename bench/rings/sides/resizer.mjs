// What a resizer costs that has nothing to do: a ring so small that it cannot shrink and is never full, so that the
// resizer is asked after every lap and always says no. Blocks are written and read in one thread.
//   node resizer.mjs '{"resize":"none"|"pseudo"|"true","kind":"d","bytes":N,"ring":N,"seconds":S,"warm":S,"cpus":[N]}'
import { Blocks, MemoryChecker, templateBytes } from '../lib/blocks.mjs'
import { End, print } from '../lib/end.mjs'
import { arenaFor, localRing } from './ring.mjs'

const options = JSON.parse(process.argv[2])
const { resize, bytes = 64, ring = 4096, seconds = 0.2 } = options
const arena = arenaFor(ring)
const blocks = new Blocks(bytes, arena.buffer, arena.alloc(templateBytes(bytes), 64))
const checker = new MemoryChecker(new Blocks(bytes), arena.memory)
const { writer, reader } = localRing(arena, { ...options, ring, bytes }, { resize })
const offset = arena.alloc(bytes, 64)
const batch = Math.floor(ring / bytes / 4)
const end = new End(options)
let count = 0
do {
  for (let i = 0; i < batch; i++) {
    if (writer.writeFrom(blocks.place(count + i), bytes) < 0) throw new Error('no room for a block')
  }
  writer.publish()
  for (let i = 0; i < batch; i++) {
    if (reader.readTo(offset, bytes) < 0) throw new Error('a block is not there')
    checker.check(count++, offset)
  }
  if (reader.peek() >= 0) throw new Error('more is there than was written')
} while (end.look(count) < seconds)
const result = end.finish(count)
if (writer.resizes > 0 || writer.full > 0)
  throw new Error(`the resizer was not idle: ${writer.resizes} resizes, ${writer.full} times full`)
print({ writer: result, reader: result })
