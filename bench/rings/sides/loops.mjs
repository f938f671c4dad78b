// What the ends of our rings do for each block. One loop each, so that the compiler sees the same types always.
import { Blocks, MemoryChecker, templateBytes } from '../lib/blocks.mjs'
import { End, lookEvery } from '../lib/end.mjs'

/** Writes blocks into the ring for a while, without ever leaving this turn of the event loop. */
export const writeBlocks = (writer, arena, options) => {
  const { bytes, kind } = options
  const blocks = new Blocks(bytes, arena.buffer, arena.alloc(templateBytes(bytes), 64))
  const end = new End(options)
  const count = (options.make === 'place' ? placeAll : kind === 'c' ? writeStream : writeAll)(
    writer,
    arena,
    blocks,
    end,
    options,
  )
  const result = end.finish(count)
  writer.end()
  return { ...result, full: writer.full, wakes: writer.wakesSent }
}

const writeAll = (writer, _arena, blocks, end, { bytes, seconds = 0.3 }) => {
  const every = lookEvery(bytes)
  let count = 0
  do {
    for (let i = 0; i < every; i++, count++) {
      const at = blocks.place(count)
      while (writer.writeFrom(at, bytes) < 0) writer.waitRoomSync()
    }
  } while (end.look(count) < seconds)
  return count
}

/** Of a block that finds no room for all of it a c ring takes a part. */
const writeStream = (writer, _arena, blocks, end, { bytes, seconds = 0.3 }) => {
  const every = lookEvery(bytes)
  let count = 0
  do {
    for (let i = 0; i < every; i++, count++) {
      let rest = blocks.block(count)
      for (;;) {
        const n = writer.write(rest)
        if (n === rest.length) break
        if (n < 0) writer.waitRoomSync()
        else rest = rest.subarray(n)
      }
    }
  } while (end.look(count) < seconds)
  return count
}

/** The block is made where it will lie; making it is putting words there. */
const placeAll = (writer, arena, blocks, end, { bytes, seconds = 0.3 }) => {
  const every = lookEvery(bytes)
  const { bytes: heap } = arena
  let count = 0
  do {
    for (let i = 0; i < every; i++, count++) {
      const block = blocks.block(count)
      let at = writer.reserve(bytes)
      while (at < 0) {
        writer.waitRoomSync()
        at = writer.reserve(bytes)
      }
      heap.set(block, at)
      writer.commit(bytes)
    }
  } while (end.look(count) < seconds)
  return count
}

/** Reads blocks to the end, out of the ring (take: copy) or where they lie (peek), and sums each. */
export const readBlocks = (reader, arena, options) => {
  const { bytes, take = 'copy' } = options
  const checker = new MemoryChecker(new Blocks(bytes), arena.memory)
  const end = new End(options)
  const count = (take === 'peek' ? peekAll : options.kind === 'c' ? readStream : readAll)(
    reader,
    arena,
    checker,
    end,
    options,
  )
  return { ...end.finish(count), sleeps: reader.sleeps }
}

const peekAll = (reader, _arena, checker, end, { bytes }) => {
  const mask = lookEvery(bytes) - 1
  let count = 0
  let at = reader.peek()
  while (at >= 0 || reader.state === 'open') {
    if (at < 0) {
      reader.waitSync()
      at = reader.peek()
      continue
    }
    checker.check(count++, at)
    at = reader.next()
    if ((count & mask) === 0) end.look(count)
  }
  return count
}

const readAll = (reader, arena, checker, end, { bytes }) => {
  const offset = arena.alloc(bytes, 64)
  const into = new Uint8Array(arena.buffer, offset, bytes)
  const mask = lookEvery(bytes) - 1
  let count = 0
  for (;;) {
    if (reader.readTo(offset, bytes) < 0) {
      if (reader.state !== 'open') return count
      reader.waitSync()
      continue
    }
    checker.check(count++, offset)
    if ((count & mask) === 0) end.look(count)
  }
}

/** A c ring knows no blocks: so many bytes make one. */
const readStream = (reader, arena, checker, end, { bytes }) => {
  const offset = arena.alloc(bytes, 64)
  const into = new Uint8Array(arena.buffer, offset, bytes)
  const mask = lookEvery(bytes) - 1
  let count = 0
  let have = 0
  for (;;) {
    const n = reader.read(have === 0 ? into : into.subarray(have))
    if (n < 0) {
      if (reader.state !== 'open') return count
      reader.waitSync()
      continue
    }
    have += n
    if (have < bytes) continue
    have = 0
    checker.check(count++, offset)
    if ((count & mask) === 0) end.look(count)
  }
}
