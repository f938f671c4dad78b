import type { Arena } from './arena.js'
import { INDEX_BYTES } from './format.js'
import { attachRing, createRing, describe, type RingDescriptor, type RingMemory, roundCapacity } from './header.js'
import { IBufReader } from './ibuf-reader.js'
import { IBufWriter } from './ibuf-writer.js'

/** A ring of indices with one writer and one reader (§6). Each end is taken once, in whatever thread it runs. */
export interface IBuf {
  readonly descriptor: RingDescriptor
  /** How many 32-byte records it holds, a power of two. */
  readonly slots: number
  /** The writing end; continues where the last writer has published. @throws SL_RING */
  writer(): IBufWriter
  /** The reading end; continues where the last reader has released. @throws SL_RING */
  reader(): IBufReader
  /** Gives the memory back, if this side made the ring. Both ends must be out of use. */
  free(): void
}

const wrap = (memory: RingMemory, free: () => void): IBuf => ({
  descriptor: describe(memory),
  slots: memory.capacity / INDEX_BYTES,
  writer: () => new IBufWriter(memory),
  reader: () => new IBufReader(memory),
  free,
})

/** Makes an IBuf of at least `slots` records (2 to 2^25, rounded up). @throws SL_ARENA_FULL, SL_USAGE */
export const createIBuf = (arena: Arena, options: { slots: number; id?: number }): IBuf => {
  const capacity = roundCapacity(options.slots * INDEX_BYTES, 2 * INDEX_BYTES)
  const memory = createRing(arena, { kind: 'i', capacity, recordBytes: INDEX_BYTES, id: options.id })
  return wrap(memory, () => arena.free(memory.offset))
}

/** The IBuf at a descriptor. @throws SL_RING when there is none, or a damaged one. */
export const attachIBuf = (arena: Arena, descriptor: RingDescriptor): IBuf =>
  wrap(attachRing(arena, descriptor, INDEX_BYTES), () => {})
