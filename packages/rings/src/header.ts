import { StreamlineError } from '@netstreamline/core'
import type { Arena } from './arena.js'
import {
  BYTE_ORDER_MARK,
  FIELD,
  FLAG_FRP,
  HEADER_BYTES,
  LAYOUT,
  MAGIC,
  MAX_CAPACITY,
  RING_KIND,
  type RingKind,
} from './format.js'

/** What another thread needs in order to attach a ring. Plain JSON. */
export interface RingDescriptor {
  /** Where the header lies in the arena. */
  readonly offset: number
  readonly kind: RingKind
  readonly id: number
}

/** A ring's memory, checked. Nothing in here is read from shared memory again. */
export interface RingMemory extends RingDescriptor {
  readonly capacity: number
  readonly flags: number
  /** Where the data begins in the arena. */
  readonly base: number
  /** Header and data, and nothing else: an index outside reads nothing and writes nothing. */
  readonly words: Int32Array
  /** Index of the first word of data in `words`. */
  readonly data: number
}

/** An error about what a ring's memory holds. */
export const corrupted = (message: string, detail: Record<string, unknown> = {}): StreamlineError =>
  new StreamlineError('SL_RING', message, {
    hint: 'Something has overwritten the ring, or it is not one. Stop both ends and make a new ring.',
    ...detail,
  })

/** Smallest power of two that holds `bytes`. @throws SL_USAGE unless 1 <= bytes <= 2^30. */
export const roundCapacity = (bytes: number, least: number): number => {
  if (!Number.isFinite(bytes) || bytes < 1 || bytes > MAX_CAPACITY) {
    throw new StreamlineError('SL_USAGE', `a ring cannot have ${bytes} bytes`, {
      hint: 'Choose from 1 byte to 1 GiB (1073741824).',
    })
  }
  let capacity = least
  while (capacity < bytes) capacity *= 2
  return capacity
}

/** Makes an empty ring in the arena. Its id is `id`, or derived from its place, which no other ring here has. */
export const createRing = (
  arena: Arena,
  about: { kind: RingKind; capacity: number; recordBytes: number; flags?: number; id?: number },
): RingMemory => {
  const { kind, capacity, recordBytes, flags = 0 } = about
  if (about.id !== undefined && (!Number.isInteger(about.id) || about.id < 1 || about.id > 0xfffffffe)) {
    throw new StreamlineError('SL_USAGE', `${about.id} is no ring id`, { hint: 'Ids are 1 to 4294967294.' })
  }
  const offset = arena.alloc(HEADER_BYTES + capacity, 128)
  const id = about.id ?? offset / 64
  const words = new Int32Array(arena.buffer, offset, (HEADER_BYTES + capacity) / 4)
  words.fill(0, 0, HEADER_BYTES / 4)
  words[FIELD.byteOrder] = BYTE_ORDER_MARK
  words[FIELD.layout] = LAYOUT
  words[FIELD.headerBytes] = HEADER_BYTES
  words[FIELD.kind] = RING_KIND[kind]
  words[FIELD.flags] = flags
  words[FIELD.id] = id
  words[FIELD.capacity] = capacity
  words[FIELD.recordBytes] = recordBytes
  words[FIELD.dataOffset] = HEADER_BYTES
  Atomics.store(words, FIELD.magic, MAGIC)
  return { offset, kind, id, capacity, flags, base: offset + HEADER_BYTES, words, data: HEADER_BYTES / 4 }
}

/**
 * Finds a ring at `descriptor.offset` and checks its whole header before anything else is believed.
 * @throws SL_RING, naming the field that is wrong.
 */
export const attachRing = (arena: Arena, descriptor: RingDescriptor, recordBytes: number): RingMemory => {
  const { offset, kind, id } = descriptor
  const room = arena.bytes.length - offset
  if (!Number.isInteger(offset) || offset < 64 || offset % 64 !== 0 || room < HEADER_BYTES) {
    throw corrupted(`there can be no ring at offset ${offset}`, { offset })
  }
  const header = new Int32Array(arena.buffer, offset, HEADER_BYTES / 4)
  const field = (name: keyof typeof FIELD): number => Atomics.load(header, FIELD[name]) >>> 0
  const expect = (name: keyof typeof FIELD, ok: boolean, value: number): void => {
    if (!ok)
      throw corrupted(`no ring of kind ${kind} at offset ${offset}: its ${name} is ${value}`, {
        offset,
        field: name,
        value,
      })
  }
  const exactly = (name: keyof typeof FIELD, wanted: number): void => {
    const value = field(name)
    expect(name, value === wanted, value)
  }
  exactly('magic', MAGIC)
  exactly('byteOrder', BYTE_ORDER_MARK)
  exactly('layout', LAYOUT)
  exactly('headerBytes', HEADER_BYTES)
  exactly('kind', RING_KIND[kind])
  exactly('id', id)
  exactly('recordBytes', recordBytes)
  const flags = field('flags')
  expect('flags', (flags & ~FLAG_FRP) === 0, flags)
  const dataOffset = field('dataOffset')
  expect('dataOffset', dataOffset >= HEADER_BYTES && dataOffset % 8 === 0 && dataOffset < room, dataOffset)
  const capacity = field('capacity')
  const isPower = capacity >= 64 && capacity <= MAX_CAPACITY && (capacity & (capacity - 1)) === 0
  expect('capacity', isPower && dataOffset + capacity <= room, capacity)
  const words = new Int32Array(arena.buffer, offset, (dataOffset + capacity) / 4)
  return { offset, kind, id, capacity, flags, base: offset + dataOffset, words, data: dataOffset / 4 }
}

/** The part of a ring that travels to another thread. */
export const describe = ({ offset, kind, id }: RingDescriptor): RingDescriptor => ({ offset, kind, id })
