import { StreamlineError } from '@netstreamline/core'
import type { Arena } from './arena.js'
import { Consumer } from './consumer.js'
import { RECORD, RECORD_LENGTH, RECORD_MORE, RECORD_OTHER } from './format.js'
import { attachRing, createRing, describe, type RingDescriptor, type RingMemory, roundCapacity } from './header.js'
import { Producer } from './producer.js'

/** A ring of messages (a v-DBuf: a length precedes each) with one writer and one reader. */
export interface ByteRing {
  readonly descriptor: RingDescriptor
  /** Longest message, bytes. */
  readonly maxMessage: number
  /** The writing end. @throws SL_RING */
  writer(): ByteRingWriter
  /** The reading end. @throws SL_RING */
  reader(): ByteRingReader
  /** Gives the memory back, if this side made the ring. Both ends must be out of use. */
  free(): void
}

const { headerBytes, align } = RECORD

/** Half the ring less a header: with the padding that a wrap may need, one always fits an empty ring. */
const maxMessageOf = (memory: RingMemory): number => memory.capacity / 2 - headerBytes

/** The writing end of a byte ring. */
export class ByteRingWriter {
  readonly positions: Producer
  readonly maxMessage: number
  private readonly memory: RingMemory
  private readonly bytes: Uint8Array

  constructor(arena: Arena, memory: RingMemory) {
    this.positions = new Producer(memory)
    this.memory = memory
    this.maxMessage = maxMessageOf(memory)
    this.bytes = new Uint8Array(arena.buffer, memory.base, memory.capacity)
  }

  /**
   * Copies a message in; false when there is no room now. Shows at the next `publish`. `more`: the next message
   * continues this one.
   * @throws SL_RING when it is longer than `maxMessage`.
   */
  send(message: Uint8Array, more = false): boolean {
    return this.record(message, more ? RECORD_MORE : 0)
  }

  /** Says that nothing will follow; false when there is no room now. */
  end(): boolean {
    return this.record(new Uint8Array(0), RECORD_OTHER | RECORD_MORE)
  }

  /** Shows all that was sent. True: the reader sleeps, wake it. */
  publish(): boolean {
    return this.positions.publish()
  }

  /** Asks for a wake-up when there is room for a message of `bytes`; false: there is already, do not sleep. */
  arm(bytes: number): boolean {
    const p = this.positions
    return p.arm(this.skipFor(sizeOf(bytes)) + sizeOf(bytes))
  }

  private skipFor(size: number): number {
    const rest = this.memory.capacity - (this.positions.low & (this.memory.capacity - 1))
    return size > rest ? rest : 0
  }

  private record(message: Uint8Array, flags: number): boolean {
    if (message.length > this.maxMessage) {
      throw new StreamlineError('SL_RING', `a message of ${message.length} bytes does not fit the ring`, {
        hint: 'Split it, or make the ring larger.',
        limit: this.maxMessage,
      })
    }
    const p = this.positions
    const size = sizeOf(message.length)
    const skip = this.skipFor(size)
    if (!p.room(skip + size)) return false
    const mask = this.memory.capacity - 1
    if (skip > 0) this.header(p.low & mask, (skip - headerBytes) | RECORD_OTHER)
    const at = (p.low + skip) & mask
    this.header(at, message.length | flags)
    this.bytes.set(message, at + headerBytes)
    p.low = (p.low + skip + size) | 0
    if (flags >= 0) p.records++
    return true
  }

  private header(at: number, lengthAndFlags: number): void {
    const w = this.memory.data + (at >> 2)
    this.memory.words[w] = lengthAndFlags
    this.memory.words[w + 1] = this.positions.records | 0
  }
}

/** The reading end of a byte ring. Messages are copied out, so nothing can change them after they were checked. */
export class ByteRingReader {
  readonly positions: Consumer
  /** Does the next message continue the last one received? */
  more = false
  /** The writer has said that nothing will follow. */
  ended = false
  /** Number of the next message; a reader that takes over believes the first one that it sees. */
  private expected: number | undefined
  private readonly memory: RingMemory
  private readonly bytes: Uint8Array

  constructor(arena: Arena, memory: RingMemory) {
    this.positions = new Consumer(memory, align)
    if (this.positions.base === 0) this.expected = 0
    this.memory = memory
    this.bytes = new Uint8Array(arena.buffer, memory.base, memory.capacity)
  }

  /** The next message, a copy; undefined when there is none. @throws SL_RING, from then on always, when corrupt. */
  receive(): Uint8Array | undefined {
    const c = this.positions
    const mask = this.memory.capacity - 1
    while (!this.ended && (c.low !== c.producer || c.refill())) {
      const known = (c.producer - c.low) >>> 0
      const at = c.low & mask
      const w = this.memory.data + (at >> 2)
      const head = this.memory.words[w]!
      const sequence = this.memory.words[w + 1]!
      const length = head & RECORD_LENGTH
      const size = sizeOf(length)
      if (size > known || at + size > this.memory.capacity) c.corrupt(`a message of ${length} bytes cannot be there`)
      if (sequence !== (this.expected ?? sequence)) c.corrupt('a record does not follow the one before')
      c.low = (c.low + size) | 0
      const flag = (head & RECORD_MORE) !== 0
      if (head < 0) {
        if (flag) this.ended = true
        else if (at + size !== this.memory.capacity) c.corrupt('padding stands before the end')
      } else {
        c.records++
        this.expected = (sequence + 1) | 0
        this.more = flag
        return this.bytes.slice(at + headerBytes, at + headerBytes + length)
      }
    }
    return undefined
  }

  /** Gives the places back; also happens by itself when all that is known was read. True: wake the writer. */
  release(): boolean {
    return this.positions.release()
  }

  /** Says that this end sleeps until it is woken; false: something has come, do not sleep. @throws SL_RING */
  arm(): boolean {
    return this.positions.arm()
  }
}

/** Bytes that a message of `length` bytes takes in the ring. Exact for any u32. */
const sizeOf = (length: number): number => headerBytes + Math.ceil(length / align) * align

const wrap = (arena: Arena, memory: RingMemory, free: () => void): ByteRing => ({
  descriptor: describe(memory),
  maxMessage: maxMessageOf(memory),
  writer: () => new ByteRingWriter(arena, memory),
  reader: () => new ByteRingReader(arena, memory),
  free,
})

/** Makes a byte ring of at least `bytes` bytes (64 to 2^30, rounded up). @throws SL_ARENA_FULL, SL_USAGE */
export const createByteRing = (arena: Arena, bytes: number, id?: number): ByteRing => {
  const memory = createRing(arena, { kind: 'v', capacity: roundCapacity(bytes, 64), recordBytes: align, id })
  return wrap(arena, memory, () => arena.free(memory.offset))
}

/** The byte ring at a descriptor. @throws SL_RING when there is none, or a damaged one. */
export const attachByteRing = (arena: Arena, descriptor: RingDescriptor): ByteRing =>
  wrap(arena, attachRing(arena, descriptor, align), () => {})
