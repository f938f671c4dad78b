// What a peek costs the reader, by the size of blocks: so many blocks lie in a ring, and the reader steps over them.
//   node peek.mjs '{"kind":"d","sizes":[N,…],"blocks":N,"rounds":N,"seconds":S,"cpus":[N]}'
// Prints nanoseconds per block, for each round those of all sizes.
import { Blocks, MemoryChecker, templateBytes } from '../lib/blocks.mjs'
import { print } from '../lib/end.mjs'
import { arenaFor, localRing } from './ring.mjs'

const { kind = 'd', sizes, blocks: many = 256, rounds, seconds = 0.01 } = JSON.parse(process.argv[2])

/** A full ring, and what fills it again: places are only taken, since nobody looks at the bytes. */
const setUp = (bytes) => {
  const ring = 2 * many * (bytes + 8)
  const arena = arenaFor(2 * ring, 2 * templateBytes(bytes))
  const { writer, reader } = localRing(arena, { kind, ring, bytes })
  const fill = () => {
    for (let n = 0; n < many; n++) {
      if (writer.reserve(bytes) < 0) throw new Error('no room for a block')
      writer.commit(bytes)
    }
    writer.publish()
  }
  verify(arena, writer, reader, bytes)
  return { fill, reader }
}

/** Once with a look at every byte. */
const verify = (arena, writer, reader, bytes) => {
  const blocks = new Blocks(bytes)
  const checker = new MemoryChecker(blocks, arena.memory)
  for (let n = 0; n < many; n++) if (writer.write(blocks.block(n)) < 0) throw new Error('no room for a block')
  writer.publish()
  let count = 0
  for (let at = reader.peek(); at >= 0; at = reader.next()) checker.check(count++, at)
  if (count !== many) throw new Error(`${count} of ${many} blocks are there`)
}

const step = (reader) => {
  let count = 0
  for (let at = reader.peek(); at >= 0; at = reader.next()) count++
  return count
}

const measure = ({ fill, reader }) => {
  const until = performance.now() + seconds * 1000
  let time = 0
  let count = 0
  do {
    fill()
    const from = performance.now()
    count += step(reader)
    time += performance.now() - from
  } while (performance.now() < until)
  return (time / count) * 1e6
}

const all = sizes.map(setUp)
for (let n = 0; n < 10; n++) all.map(measure)
print(Array.from({ length: rounds }, () => all.map(measure)))
