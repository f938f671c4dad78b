// A ring that finds its size, as figure 7 has it: bursts of blocks are written and read in one thread, and the ring may
// change its size once in a round, that is a lap.
//   node resizing.mjs '{"resize":"none"|"pseudo"|"true","kind":"d","bytes":N,"burst":N,"ring":N,"rounds":N,"times":N,"cpus":[N]}'
// times: how often all is done, with a new ring each time. Prints for each round its size and the bytes per second of
// its blocks, medians; and the bytes per second after the last round, when the size stays.
import { Blocks, MemoryChecker, templateBytes } from '../lib/blocks.mjs'
import { print } from '../lib/end.mjs'
import { median } from '../lib/stats.mjs'
import { arenaFor, localRing, sizeOf } from './ring.mjs'

const options = JSON.parse(process.argv[2])
const { resize, bytes, burst, ring, rounds, times, settled = 4 * ring } = options
const arena = arenaFor(2 * ring, 2 * templateBytes(bytes) + bytes)
const blocks = new Blocks(bytes, arena.buffer, arena.alloc(templateBytes(bytes), 64))
const checker = new MemoryChecker(new Blocks(bytes), arena.memory)
const offset = arena.alloc(bytes, 64)

const readAll = (reader, count) => {
  let n = 0
  for (; reader.readTo(offset, bytes) >= 0; n++) checker.check(count + n, offset)
  return n
}

let last = 0

/** Writes a burst and reads it. @returns whether a lap has begun: the first block lies not behind that of the burst before */
const turn = ({ writer, reader }, count) => {
  let written = 0
  let read = 0
  let first = -1
  while (read < burst) {
    // No room is what ends the halving: then what is there is read first.
    while (written < burst && writer.writeFrom(blocks.place(count + written), bytes) >= 0) written++
    writer.publish()
    if (first < 0) first = reader.peek() - reader.area.base
    read += readAll(reader, count + read)
    if (read !== written) throw new Error(`${written} blocks were written, ${read} read`)
  }
  const isNext = first <= last
  last = first
  return isNext
}

/**
 * V8 compiles a way into each WebAssembly function of each end at its thousandth call, which takes a millisecond. Empty
 * blocks bring that about, and take no place in a lap.
 */
const warmUp = ({ writer, reader }) => {
  for (let n = 0; n < 1100; n++) {
    for (let i = 0; i < burst; i++) writer.writeFrom(offset, 0)
    writer.publish()
    reader.peek()
    for (let i = 0; i < burst; i++) if (reader.readTo(offset, 0) !== 0) throw new Error('a block is not there')
    if (reader.readTo(offset, 0) >= 0) throw new Error('more is there than was written')
  }
}

const once = () => {
  const ends = localRing(arena, { kind: options.kind, ring, bytes }, { resize })
  warmUp(ends)
  const sizes = []
  const speeds = []
  let count = 0
  last = -1
  while (sizes.length < rounds) {
    const size = sizeOf(arena, ends.writer)
    const first = count
    const from = performance.now()
    for (let isNext = false; !isNext; count += burst) isNext = turn(ends, count)
    speeds.push(((count - first) * bytes) / ((performance.now() - from) / 1000))
    sizes.push(size)
  }
  const from = performance.now()
  const first = count
  while ((count - first) * bytes < settled) {
    turn(ends, count)
    count += burst
  }
  const steady = ((count - first) * bytes) / ((performance.now() - from) / 1000)
  ends.reader.leave()
  ends.writer.free()
  return { sizes, speeds, steady }
}

const all = Array.from({ length: times }, once)
const at = (key, n) => median(all.map((run) => run[key][n]))
print({
  sizes: Array.from({ length: rounds }, (_, n) => at('sizes', n)),
  speeds: Array.from({ length: rounds }, (_, n) => at('speeds', n)),
  steady: median(all.map((run) => run.steady)),
})
