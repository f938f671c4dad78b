import type { Arena } from '../arena.js'
import { RING_STATE, WORD } from '../format.js'
import { corrupted, type RingDescriptor } from '../header.js'
import { attachArea, type Change, formatArea, measure, type RingArea, type RingShapeOptions, shapeOf } from './area.js'
import { MOST_MOVES, type ReaderOptions, RingReader } from './reader.js'
import { stateOf } from './slots.js'
import { localWakes } from './wakes.js'
import { type Areas, type Invitation, RingWriter, type WriterOptions } from './writer.js'

/** How a ring with many readers is made. */
export interface RingOptions extends RingShapeOptions, WriterOptions {
  /** For people who look at the ring; at most 64 bytes are kept. */
  readonly name?: string
  /** Process id of the producer, likewise. */
  readonly pid?: number
}

const allocate = (arena: Arena, options: RingShapeOptions & { name?: string; pid?: number }): RingArea => {
  const shape = shapeOf(options)
  const { header, table } = measure(shape)
  const offset = arena.alloc(header + table, 128)
  return formatArea(arena, offset, shape, { name: options.name, pid: options.pid, tableAt: header })
}

/** The options of a ring like this one, but for what changes. */
export const optionsLike = (area: RingArea, change: Change): RingShapeOptions => {
  const kind = change.kind ?? area.kind
  return {
    kind,
    bytes: change.bytes ?? area.capacity,
    strategy: area.strategy,
    maxReaders: area.slots,
    slotBytes: change.slotBytes ?? (kind === 'p' && area.kind === 'p' ? area.recordBytes - 8 : undefined),
  }
}

/**
 * Makes a ring that up to 32 readers of this process read, each at its own pace, and takes its writing end.
 * @throws SL_USAGE, SL_ARENA_FULL
 */
export const createRingWriter = (arena: Arena, options: RingOptions): RingWriter => {
  const { name, pid } = options
  const areas: Areas = {
    create: (like, change) => allocate(arena, { ...optionsLike(like, change), name, pid }),
    free: (area) => arena.free(area.offset),
  }
  return new RingWriter(arena, allocate(arena, options), options, areas)
}

/**
 * Takes over a ring whose producer has gone, at the position that it published last; whichever of its descriptors is
 * used. The memory from which it had moved is not given back. @throws SL_RING
 */
export const resumeRingWriter = (arena: Arena, descriptor: RingDescriptor, options: WriterOptions = {}): RingWriter => {
  let area = attachArea(arena, descriptor)
  for (let moves = 0; stateOf(area) === RING_STATE.moved; moves++) {
    if (moves === MOST_MOVES) throw corrupted('the rings that follow each other have no end')
    const id = Atomics.load(area.words, WORD.successor) >>> 0
    area = attachArea(arena, { offset: id * 64, id })
  }
  const areas: Areas = { create: (like, change) => allocate(arena, optionsLike(like, change)), free: () => {} }
  return new RingWriter(arena, area, options, areas)
}

/**
 * Joins a ring as one more reader; also after a resize, whichever of its descriptors is used.
 * @throws SL_RING_FULL when all slots are taken, SL_RING_EVICTED when an invitation was withdrawn, SL_RING when there
 * is no ring.
 */
export const attachRingReader = (
  arena: Arena,
  descriptor: RingDescriptor | Invitation,
  options: ReaderOptions = {},
): RingReader => {
  // Ids are places: 64 bytes of the arena each.
  const find = (id: number) => ({ area: attachArea(arena, { offset: id * 64, id }) })
  const { claim, sequence } = 'claim' in descriptor ? descriptor : { claim: undefined, sequence: undefined }
  return new RingReader(arena, attachArea(arena, descriptor), options, { find }, localWakes, claim, sequence)
}
