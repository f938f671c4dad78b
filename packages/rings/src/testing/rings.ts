import fc from 'fast-check'
import { type Arena, createArena } from '../arena.js'
import { HEADER_BYTES, WORD } from '../format.js'
import type { RingDescriptor } from '../header.js'
import { resetPosition } from '../position.js'

/** An arena small enough to make thousands. */
export const smallArena = (): Arena => createArena({ bytes: 2 ** 18 })

/** Moves an empty ring on to an absolute position, before an end of it is taken. */
export const startAt = (arena: Arena, descriptor: RingDescriptor, position: number): void => {
  const words = new Int32Array(arena.buffer, descriptor.offset, HEADER_BYTES / 4)
  for (const at of [WORD.producer, WORD.intent, WORD.consumer]) resetPosition(words, at, position)
}

/** Where a ring may stand: at the start, and shortly before each number at which something wraps. */
export const positions = (multiple: number): fc.Arbitrary<number> =>
  fc
    .tuple(fc.constantFrom(0, 2 ** 31, 2 ** 32, 3 * 2 ** 32, 2 ** 52), fc.integer({ min: 0, max: 20 }))
    .map(([edge, before]) => Math.max(0, edge - (before + 1) * multiple))

/** All words of a ring, header and data. */
export const wordsOf = (arena: Arena, descriptor: RingDescriptor, capacity: number): Int32Array =>
  new Int32Array(arena.buffer, descriptor.offset, (HEADER_BYTES + capacity) / 4)
