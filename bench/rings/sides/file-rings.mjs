// Reading and writing in a file server, as figure 11(a) has them, through the file interface of rings: a part of a file
// lies in a c-DBuf, is taken in chunks, and written to an IBuf, or copied to another DBuf. Only that counts: the file
// was prefetched, and who empties the IBuf or DBuf (and sums every word) is the network.
//   node file-rings.mjs '{"take":"peek"|"read","write":"none"|"fast"|"copy","file":PATH,"chunks":[N,…],"ring":N,
//                         "seconds":S,"cpus":[N]}'
// fast: only the index is written. Prints bytes per second for each size of chunk.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { attachRingReader, createArena, createIBuf, createRingWriter } from '@netstreamline/rings'
import { openRead, openWrite } from '@netstreamline/rings/file'
import { print } from '../lib/end.mjs'
import { sumWords } from '../lib/sum.mjs'

const { take, write, file, chunks, ring = 2 ** 23, seconds = 0.05 } = JSON.parse(process.argv[2])

const fd = openSync(file)
const { size } = fstatSync(fd)
const arena = createArena({ bytes: 6 * ring + 2 ** 22 })
const sum = sumWords(arena.memory)
let at = 0

/** Prefetches as much of the file as the ring holds. @returns sum of its words */
const fill = (writer) => {
  let total = 0
  for (let done = 0; done < ring; ) {
    const offset = writer.reserve(ring - done)
    if (offset < 0) throw new Error('the ring has not been given back')
    const n = readSync(fd, arena.bytes, offset, Math.min(writer.reserved, size - at), at)
    writer.commit(n)
    total = (total + sum(offset, n)) | 0
    done += n
    at = (at + n) % size
  }
  writer.publish()
  return total
}

/** What takes a chunk: the bytes in their place, or their copy. */
const takers = {
  peek: (from, chunk) => from.tryPeek(chunk.length),
  read: (from, chunk) => (from.tryRead(chunk) === chunk.length ? chunk : undefined),
}

/** What everything is written to, and who reads it. */
const sinks = {
  none: () => undefined,
  fast(chunk) {
    const ibuf = createIBuf(arena, { slots: (2 * ring) / chunk })
    return { to: openWrite(arena, ibuf), back: openRead(arena, ibuf), free: () => ibuf.free() }
  },
  copy() {
    const writer = createRingWriter(arena, { kind: 'd', bytes: 2 * ring })
    const back = openRead(arena, attachRingReader(arena, writer.descriptor))
    return { to: openWrite(arena, writer), back, free: () => writer.free() }
  },
}

/** All that was written, as the network would send it. @returns sum of its words */
const drain = ({ to, back }) => {
  let total = 0
  to.flush()
  for (let view = back.tryPeek(); view; view = back.tryPeek()) total = (total + sum(view.byteOffset, view.length)) | 0
  back.release()
  return total
}

/** Milliseconds that it takes to take and write all that lies in the ring. */
const move = (from, target, chunk) => {
  const takeChunk = takers[take]
  const { length } = chunk
  const start = performance.now()
  for (let left = ring; left > 0; left -= length) {
    const bytes = takeChunk(from, chunk)
    if (bytes?.length !== length) throw new Error('a chunk is not there')
    if (target !== undefined && target.to.tryWrite(bytes) !== length) throw new Error('no room for a chunk')
  }
  return performance.now() - start
}

const measure = (size) => {
  const writer = createRingWriter(arena, { kind: 'c', bytes: ring })
  const from = openRead(arena, attachRingReader(arena, writer.descriptor), { fastRead: write === 'fast' })
  const target = sinks[write](size)
  const chunk = new Uint8Array(size)
  const until = performance.now() + seconds * 1000
  let time = 0
  let bytes = 0
  // The first time does not count.
  for (let n = 0; n < 2 || performance.now() < until; n++) {
    const expected = fill(writer)
    const took = move(from, target, chunk)
    if (target !== undefined && drain(target) !== expected) throw new Error('the file is not what was written')
    if (n > 0) {
      time += took
      bytes += ring
    }
    from.release()
  }
  if (write === 'fast' && target.to.copied > 0) throw new Error('chunks were copied that need not be')
  from.closeSync()
  target?.to.closeSync()
  target?.back.closeSync()
  target?.free()
  writer.free()
  return bytes / (time / 1000)
}

// The compiler has seen it before anything counts.
measure(chunks[0])
const result = chunks.map(measure)
closeSync(fd)
print(result)
