// Blocks in one thread, as figure 8 has them: some are written, then read and given back, as peers/alloc.c does it.
//   node kinds.mjs '{"way":"c|p|v|d"|"buffers"|"ringbuf","sizes":[N,…],"depth":N,"slot":N,"seconds":S,"warm":S,"cpus":[N]}'
// depth: bytes that wait to be read. slot: bytes of the slots of a p ring, where blocks are not larger.
import { RingBuffer } from 'ringbuf.js'
import { Blocks, MemoryChecker, templateBytes } from '../lib/blocks.mjs'
import { End, print } from '../lib/end.mjs'
import { arenaFor, localRing } from './ring.mjs'

const options = JSON.parse(process.argv[2])
const { way, sizes, depth = 65536, slot = 2040 } = options

/** A ring holds twice what waits. */
const ringOf = (bytes) => (way === 'p' ? Math.ceil(depth / bytes) * 2 * (Math.max(slot, bytes) + 8) : 2 * depth)

/**
 * put(block n) and take(to offset), as each way has them; `flush` is called between the two, `rest` when all is taken.
 */
const ends = {
  ring(arena, bytes, blocks) {
    const kind = { kind: way, ring: ringOf(bytes), bytes: Math.max(slot, bytes) }
    const { writer, reader } = localRing(arena, kind)
    return {
      put: (n) => writer.writeFrom(blocks.place(n), bytes) === bytes,
      flush: () => writer.publish(),
      take: (offset) => reader.readTo(offset, bytes) === bytes,
      // Whoever reads on finds nothing, and gives everything back.
      rest: () => reader.peek() < 0,
    }
  },
  stream(arena, bytes, blocks) {
    const { writer, reader } = localRing(arena, { kind: 'c', ring: 2 * depth })
    return {
      // In parts where a lap ends, or what is known to be free or there.
      put(n) {
        const at = blocks.place(n)
        let done = 0
        for (let m = 0; done < bytes && m >= 0; done += m) m = writer.writeFrom(at + done, bytes - done)
        return done === bytes
      },
      flush: () => writer.publish(),
      take(offset) {
        let done = 0
        for (let m = 0; done < bytes && m >= 0; done += m) m = reader.readTo(offset + done, bytes - done)
        return done === bytes
      },
      rest: () => reader.peek() < 0,
    }
  },
  buffers(_arena, bytes, blocks, into) {
    const queue = []
    let at = 0
    return {
      put(n) {
        const buffer = Buffer.allocUnsafe(bytes)
        buffer.set(blocks.block(n))
        return queue.push(buffer) > 0
      },
      flush() {
        at = 0
      },
      take() {
        into.set(queue[at])
        queue[at++] = undefined
        return true
      },
      rest() {
        queue.length = 0
        return true
      },
    }
  },
  ringbuf(_arena, bytes, blocks, into) {
    const ring = new RingBuffer(RingBuffer.getStorageForCapacity(2 * depth - 1, Uint8Array), Uint8Array)
    return {
      put: (n) => ring.push(blocks.block(n)) === bytes,
      flush() {},
      take: () => ring.pop(into) === bytes,
      rest: () => ring.empty(),
    }
  },
}
const make = ends[way === 'c' ? 'stream' : way in ends ? way : 'ring']

/** Nanoseconds per block of that size. */
const measure = (bytes, { seconds = 0.1, warm }) => {
  const arena = arenaFor(ringOf(bytes), 2 * templateBytes(bytes) + 2 * bytes)
  const blocks = new Blocks(bytes, arena.buffer, arena.alloc(templateBytes(bytes), 64))
  const checker = new MemoryChecker(new Blocks(bytes), arena.memory)
  const offset = arena.alloc(bytes, 64)
  const into = new Uint8Array(arena.buffer, offset, bytes)
  const { put, flush, take, rest } = make(arena, bytes, blocks, into)
  const batch = Math.max(1, Math.floor(depth / bytes))
  const end = new End({ warm })
  let count = 0
  do {
    for (let i = 0; i < batch; i++) if (!put(count + i)) throw new Error('no room for a block')
    flush()
    for (let i = 0; i < batch; i++) {
      if (!take(offset)) throw new Error('a block is not there')
      checker.check(count++, offset)
    }
    if (!rest()) throw new Error('more is there than was written')
  } while (end.look(count) < seconds)
  const { blocks: done, seconds: took } = end.finish(count)
  return (took / done) * 1e9
}

// The compiler has seen all sizes before any of them counts.
for (const bytes of sizes) measure(bytes, { seconds: 0, warm: 0.03 })
print(sizes.map((bytes) => measure(bytes, options)))
