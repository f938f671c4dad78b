import { StreamlineError } from '@netstreamline/core'
import type { Arena } from '../arena.js'
import {
  BYTE_ORDER_MARK,
  ENTRY_BYTES,
  FIELD,
  FLAG_FRP,
  FLAG_MRP,
  FLAG_TABLE,
  HEADER_BYTES,
  LAYOUT,
  MAGIC,
  MAX_CAPACITY,
  MAX_READERS,
  RING_KIND,
  SLOT,
  type Strategy,
  TABLE,
  WORD,
} from '../format.js'
import { corrupted, type RingDescriptor, roundCapacity } from '../header.js'
import { platform } from '../platform.js'

/** Kinds of DBuf that can have many readers (§6). */
export type DBufKind = 'c' | 'p' | 'v' | 'd'

/** What a ring with a reader table is made of; fixed for its life. */
export interface RingShape {
  readonly kind: DBufKind
  /** Bytes of data, a power of two. */
  readonly capacity: number
  /** p: bytes of a slot, its record header included. */
  readonly recordBytes: number
  /** d: bytes of the index, a power of two; else 0. */
  readonly indexBytes: number
  /** Slots for readers, 1..32. */
  readonly slots: number
  readonly strategy: Strategy
}

/** The memory of a ring with a reader table, checked. Nothing in here is read from shared memory again. */
export interface RingArea extends RingShape, RingDescriptor {
  readonly kind: DBufKind
  readonly buffer: ArrayBuffer | SharedArrayBuffer
  /** Where the data begins in the arena, and its first word in `words`. */
  readonly base: number
  readonly data: number
  /** First word of the index ring (d), of the reader table, and of its first slot. */
  readonly index: number
  readonly table: number
  readonly slot0: number
  /** Everything of this ring and nothing else. */
  readonly words: Int32Array
  /** Bytes by which positions may be apart: of the index in d, of the data in all others. */
  readonly span: number
}

const up = (bytes: number, to: number): number => Math.ceil(bytes / to) * to

/** Where header, data, index and table lie; `page` is the boundary between what readers may write and what not. */
export const measure = (shape: RingShape, page = 128): { header: number; table: number } => ({
  header: up(HEADER_BYTES + shape.capacity + shape.indexBytes, page),
  table: up((TABLE.words + shape.slots * SLOT.words) * 4, page),
})

/** How a ring with many readers is made. All but `bytes` have defaults (docs/guide/rings.md says when to change them). */
export interface RingShapeOptions {
  /** Size of the data, rounded up to a power of two; 64 to 1 GiB. */
  readonly bytes: number
  /** d (default), v, p or c; §6, and the table in docs/guide/rings.md. */
  readonly kind?: DBufKind
  /** p only: bytes of the largest block, 1 to bytes / 2 - 8; default 2040. */
  readonly slotBytes?: number
  /** What readers are unless they say something else; frp: for all of them, the producer never waits. Default srp. */
  readonly strategy?: Strategy
  /** Most readers at one time, 1..32; default 8. */
  readonly maxReaders?: number
}

/** What may be different in the memory to which a ring moves. */
export interface Change {
  readonly kind?: DBufKind
  readonly bytes?: number
  readonly slotBytes?: number
}

const usage = (message: string, hint: string): StreamlineError => new StreamlineError('SL_USAGE', message, { hint })

/** Checks options and rounds sizes. @throws SL_USAGE */
export const shapeOf = (options: RingShapeOptions): RingShape => {
  const { kind = 'd', strategy = 'srp', maxReaders = 8, slotBytes = 2040 } = options
  if (!['c', 'p', 'v', 'd'].includes(kind)) throw usage(`there is no ring of kind ${kind}`, 'Kinds are c, p, v and d.')
  if (!['srp', 'mrp', 'frp'].includes(strategy)) {
    throw usage(`${strategy} is no strategy`, 'Strategies are srp, mrp and frp.')
  }
  if (!Number.isInteger(maxReaders) || maxReaders < 1 || maxReaders > MAX_READERS) {
    throw usage(`a ring cannot have ${maxReaders} readers`, `Choose 1 to ${MAX_READERS}.`)
  }
  const capacity = roundCapacity(options.bytes, 64)
  if (kind === 'p' && !(Number.isInteger(slotBytes) && slotBytes >= 1 && slotBytes + 8 <= capacity / 2)) {
    throw usage(
      `slots of ${slotBytes} bytes do not fit a ring of ${capacity}`,
      `Choose 1 to ${capacity / 2 - 8} bytes, or a larger ring.`,
    )
  }
  const recordBytes = kind === 'p' ? up(slotBytes + 8, 8) : kind === 'd' ? ENTRY_BYTES : kind === 'v' ? 8 : 1
  if (kind === 'p' && recordBytes > capacity / 2) throw usage('slots are too large', 'Choose a larger ring.')
  // An entry for each 64 bytes: with smaller blocks the index is what fills up first.
  const indexBytes = kind === 'd' ? Math.max(256, capacity / 4) : 0
  return { kind, capacity, recordBytes, indexBytes, slots: maxReaders, strategy }
}

const nameWords = (words: Int32Array, name: string): void => {
  const bytes = new platform.TextEncoder().encode(name).subarray(0, 64)
  new Uint8Array(words.buffer, words.byteOffset + FIELD.name * 4, 64).set(bytes)
}

/** Makes an empty ring at `offset`; `tableAt` bytes from there its reader table begins. */
export const formatArea = (
  arena: Arena,
  offset: number,
  shape: RingShape,
  about: { id?: number; name?: string; pid?: number; tableAt: number },
): RingArea => {
  const id = about.id ?? offset / 64
  const end = about.tableAt + (TABLE.words + shape.slots * SLOT.words) * 4
  const words = new Int32Array(arena.buffer, offset, end / 4)
  words.fill(0, 0, HEADER_BYTES / 4)
  words.fill(0, about.tableAt / 4)
  words[FIELD.byteOrder] = BYTE_ORDER_MARK
  words[FIELD.layout] = LAYOUT
  words[FIELD.headerBytes] = HEADER_BYTES
  words[FIELD.kind] = RING_KIND[shape.kind]
  words[FIELD.flags] = FLAG_TABLE | (shape.strategy === 'frp' ? FLAG_FRP : shape.strategy === 'mrp' ? FLAG_MRP : 0)
  words[FIELD.id] = id
  words[FIELD.capacity] = shape.capacity
  words[FIELD.recordBytes] = shape.recordBytes
  words[FIELD.dataOffset] = HEADER_BYTES
  words[FIELD.readerTable] = about.tableAt
  words[FIELD.readerSlots] = shape.slots
  if (shape.indexBytes > 0) words[FIELD.indexOffset] = HEADER_BYTES + shape.capacity
  words[FIELD.indexBytes] = shape.indexBytes
  words[FIELD.ownerPid] = about.pid ?? 0
  if (about.name !== undefined) nameWords(words, about.name)
  words[WORD.cut] = shape.capacity
  words[WORD.perceived] = shape.capacity
  Atomics.store(words, FIELD.magic, MAGIC)
  return attachArea(arena, { offset, kind: shape.kind, id })
}

/**
 * Finds a ring with a reader table at `descriptor.offset` and checks its whole description before anything else is
 * believed. `room` are the bytes that may belong to it. @throws SL_RING, naming the field that is wrong.
 */
export const attachArea = (
  arena: Arena,
  descriptor: { offset: number; kind?: RingDescriptor['kind']; id?: number },
  room = arena.bytes.length - descriptor.offset,
): RingArea => {
  const { offset } = descriptor
  if (!Number.isInteger(offset) || offset < 64 || offset % 64 !== 0 || !(room >= HEADER_BYTES)) {
    throw corrupted(`there can be no ring at offset ${offset}`, { offset })
  }
  const header = new Int32Array(arena.buffer, offset, HEADER_BYTES / 4)
  const field = (name: keyof typeof FIELD): number => Atomics.load(header, FIELD[name]) >>> 0
  const check = (name: keyof typeof FIELD, test: (value: number) => boolean): number => {
    const value = field(name)
    if (test(value)) return value
    throw corrupted(`no ring with a reader table at offset ${offset}: its ${name} is ${value}`, {
      offset,
      field: name,
      value,
    })
  }
  const power = (least: number) => (n: number) => n >= least && n <= MAX_CAPACITY && (n & (n - 1)) === 0
  check('magic', (n) => n === MAGIC)
  check('byteOrder', (n) => n === BYTE_ORDER_MARK)
  check('layout', (n) => n === LAYOUT)
  check('headerBytes', (n) => n === HEADER_BYTES)
  const number = check('kind', (n) => n >= 1 && n <= 4)
  const kind = (['c', 'p', 'v', 'd'] as const).find((k) => RING_KIND[k] === number)!
  if (descriptor.kind !== undefined) check('kind', (n) => n === RING_KIND[descriptor.kind!])
  const flags = check('flags', (n) => (n & FLAG_TABLE) !== 0 && n < 8 && n !== 7)
  const id = check('id', (n) => n >= 1 && n <= 0xfffffffe && (descriptor.id === undefined || n === descriptor.id))
  const capacity = check('capacity', power(64))
  const recordBytes = check('recordBytes', (n) =>
    kind === 'p' ? n >= 16 && n % 8 === 0 && n <= capacity / 2 : n === (kind === 'v' ? 8 : kind === 'd' ? 16 : 1),
  )
  const dataOffset = check('dataOffset', (n) => n >= HEADER_BYTES && n % 8 === 0 && n < room)
  const indexBytes = kind === 'd' ? check('indexBytes', power(256)) : 0
  const dataEnd = dataOffset + capacity
  const indexOffset = kind === 'd' ? check('indexOffset', (n) => n >= dataEnd && n % 16 === 0 && n < room) : 0
  const tableAt = check('readerTable', (n) => n >= Math.max(dataEnd, indexOffset + indexBytes) && n % 128 === 0)
  const slots = check('readerSlots', (n) => n >= 1 && n <= MAX_READERS)
  const end = tableAt + (TABLE.words + slots * SLOT.words) * 4
  check('capacity', () => end <= room)
  return {
    offset,
    kind,
    id,
    capacity,
    recordBytes,
    indexBytes,
    slots,
    strategy: flags & FLAG_FRP ? 'frp' : flags & FLAG_MRP ? 'mrp' : 'srp',
    buffer: arena.buffer,
    base: offset + dataOffset,
    data: dataOffset / 4,
    index: indexOffset / 4,
    table: tableAt / 4,
    slot0: tableAt / 4 + TABLE.words,
    words: new Int32Array(arena.buffer, offset, end / 4),
    span: kind === 'd' ? indexBytes : capacity,
  }
}
