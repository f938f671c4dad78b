// What the ends of our rings do for each block. One loop each, so that the compiler sees the same types always.
import { Blocks, MemoryChecker, templateBytes } from '../lib/blocks.mjs'
import { End, lookEvery } from '../lib/end.mjs'

/**
 * Memory in the middle of a page, as the peers in C take it: copies between places that are nearly the same within
 * their pages cost twice as much (processors compare the low bits of addresses only).
 */
const midPage = (arena, bytes) => arena.alloc(bytes + 2048, 4096) + 2048

/** Writes blocks into the ring for a while, without ever leaving this turn of the event loop. */
export const writeBlocks = (writer, arena, options) => {
  const { bytes, kind } = options
  const blocks = new Blocks(bytes, arena.buffer, midPage(arena, templateBytes(bytes)))
  const end = new End(options)
  const { make = 'arena' } = options
  const count = (make === 'place' ? placeAll : make === 'array' ? writeArrays : kind === 'c' ? writeStream : writeAll)(
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
      const at = blocks.place(count)
      for (let done = 0; done < bytes; ) {
        const n = writer.writeFrom(at + done, bytes - done)
        if (n < 0) writer.waitRoomSync()
        else done += n
      }
    }
  } while (end.look(count) < seconds)
  return count
}

/** For blocks that lie anywhere: `write` of an array. */
const writeArrays = (writer, _arena, blocks, end, { bytes, seconds = 0.3 }) => {
  const every = lookEvery(bytes)
  let count = 0
  do {
    for (let i = 0; i < every; i++, count++) {
      const block = blocks.block(count)
      while (writer.write(block) < 0) writer.waitRoomSync()
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

/**
 * Reads blocks to the end and sums each: copied out of the ring to the arena (take: copy) or to an array that could be
 * anywhere (array), or where they lie (peek).
 */
export const readBlocks = (reader, arena, options) => {
  const { bytes, take = 'copy' } = options
  const checker = new MemoryChecker(new Blocks(bytes), arena.memory)
  const end = new End(options)
  const count = (
    take === 'peek' ? peekAll : take === 'array' ? readArrays : options.kind === 'c' ? readStream : readAll
  )(reader, arena, checker, end, options)
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
  const offset = midPage(arena, bytes)
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

const readArrays = (reader, arena, checker, end, { bytes }) => {
  const offset = midPage(arena, bytes)
  const into = new Uint8Array(arena.buffer, offset, bytes)
  const mask = lookEvery(bytes) - 1
  let count = 0
  for (;;) {
    if (reader.read(into) < 0) {
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
  const offset = midPage(arena, bytes)
  const mask = lookEvery(bytes) - 1
  let count = 0
  let have = 0
  for (;;) {
    const n = reader.readTo(offset + have, bytes - have)
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
