import { type Ring, StreamlineError } from '@netstreamline/core'
import type { Arena } from './arena.js'
import { DBufReader } from './dbuf-reader.js'
import { FLAG_FRP, WORD } from './format.js'
import { attachRing, createRing, describe, type RingDescriptor, type RingMemory, roundCapacity } from './header.js'
import { advance, distance, loadPosition, resetPosition, storePosition } from './position.js'
import { Producer } from './producer.js'

/** How a DBuf is made. */
export interface DBufOptions {
  /** Size of the data, rounded up to a power of two; at most 1 GiB. */
  readonly bytes: number
  /** 1..2^32-2, unique where its indices travel; derived from its place in the arena when left out. */
  readonly id?: number
  /** `d` (default): a block is always in one piece. `c`: continuous bytes, a block may go round the end. */
  readonly kind?: 'c' | 'd'
  /** `srp` (default): wait for the reader. `frp`: overwrite, the reader notices (§6). */
  readonly strategy?: 'srp' | 'frp'
}

/**
 * A data buffer, seen by its one producer: blocks are written in place and referred to by absolute position. It is a
 * core Ring. In one thread it also serves to resolve and release.
 */
export class DBuf implements Ring {
  readonly descriptor: RingDescriptor
  readonly id: number
  readonly base: number
  readonly size: number
  /** Largest block. Half of a d-DBuf, so that room skipped at the end never leaves a block without a place. */
  readonly maxBlock: number
  /** Called before bytes [offset, offset+length) of the arena are overwritten: copy what is held there. */
  onReclaim: ((offset: number, length: number) => void) | undefined
  readonly positions: Producer
  private readonly memory: RingMemory
  private readonly bytes: Uint8Array
  private readonly mask: number
  private readonly overwrites: boolean
  private readonly giveBack: () => void
  private skip = 0
  private granted = 0
  private intent: number
  /** Low word of the furthest byte that was ever reserved: what lies a ring before it may have been written over. */
  private reach: number
  /** A reader was found asleep while publishing for another reason; the next `publish` says so. */
  private dueWake = false
  private reader: DBufReader | undefined

  constructor(arena: Arena, memory: RingMemory, giveBack: () => void) {
    this.memory = memory
    this.descriptor = describe(memory)
    this.id = memory.id
    this.base = memory.base
    this.size = memory.capacity
    this.maxBlock = memory.kind === 'd' ? memory.capacity / 2 : memory.capacity
    this.bytes = arena.bytes
    this.mask = memory.capacity - 1
    this.overwrites = (memory.flags & FLAG_FRP) !== 0
    this.giveBack = giveBack
    this.positions = new Producer(memory, this.overwrites)
    this.intent = loadPosition(memory.words, WORD.intent)
    // Whoever died while writing may have overwritten as far as the intent says; it never moves back.
    if (distance(this.positions.base, this.intent) > 2 * this.size) this.intent = this.positions.base
    resetPosition(memory.words, WORD.intent, this.intent)
    this.reach = this.overwrites ? this.intent | 0 : this.positions.low
  }

  /**
   * A place for a block of `bytes` bytes: its offset in the arena, or -1 while unread blocks are in the way (`srp`).
   * Write there, then `commit`. Another `reserve` instead gives the place up. Of a `c` ring fewer bytes may be
   * granted, up to the end of the ring: see {@link reserved}.
   * @throws SL_RING for a block larger than {@link maxBlock}, with `detail.limit`.
   */
  reserve(bytes: number): number {
    const p = this.positions
    if (!(bytes >= 1 && bytes <= this.maxBlock)) this.refuse(bytes)
    const rest = this.size - (p.low & this.mask)
    const splits = bytes > rest
    const whole = this.memory.kind === 'd'
    const skip = splits && whole ? rest : 0
    const granted = splits && !whole ? rest : bytes
    this.skip = this.granted = 0
    if (this.overwrites) this.claim(skip + granted)
    else if (!p.room(skip + granted)) return -1
    this.skip = skip
    this.granted = granted
    const end = (p.low + skip + granted) | 0
    if (((end - this.reach) | 0) > 0) this.reach = end
    const offset = this.base + ((p.low + skip) & this.mask)
    if (this.onReclaim !== undefined) this.onReclaim(offset, granted)
    return offset
  }

  /** Bytes that the last `reserve` granted, until they are committed. */
  get reserved(): number {
    return this.granted
  }

  /** Absolute position of the reserved block; after `commit`, of the next one if it does not have to skip. */
  get position(): number {
    return this.positions.position((this.positions.low + this.skip) | 0)
  }

  /** The first `bytes` of the reserved place are a block now. Others see it after `publish`. @throws SL_USAGE */
  commit(bytes: number): void {
    if (!(bytes >= 0 && bytes <= this.granted)) {
      throw new StreamlineError('SL_USAGE', `cannot commit ${bytes} bytes, ${this.granted} are reserved`, {
        hint: 'Call reserve first, once for every commit.',
      })
    }
    const p = this.positions
    if (bytes > 0) {
      p.low = (p.low + this.skip + bytes) | 0
      p.records++
    }
    this.skip = this.granted = 0
  }

  /** Shows all committed blocks. Do it before the indices that point to them are published. True: wake the reader. */
  publish(): boolean {
    const due = this.positions.publish() || this.dueWake
    this.dueWake = false
    return due
  }

  /** Arena offset of `length` committed bytes at `position`, in one piece; -1 when overwritten or never written. */
  resolve(position: number, length: number): number {
    const p = this.positions
    const behind = distance(position, p.position(p.low))
    if (!(length >= 0 && length <= behind) || behind + ((this.reach - p.low) >>> 0) > this.size) return -1
    const at = position & this.mask
    return at + length > this.size ? -1 : this.base + at
  }

  /** Everything before `position` may be overwritten; for readers in the producer's own thread. @throws SL_USAGE */
  release(position: number): void {
    this.dueWake = this.publish()
    this.reader ??= new DBufReader(this.bytes, this.memory)
    this.reader.release(position)
  }

  /** Counts blocks given up for want of room. */
  drop(count = 1): void {
    this.positions.drop(count)
  }

  reclaim(offset: number, length: number): void {
    this.onReclaim?.(offset, length)
  }

  /** Gives the memory back. Nobody may use the ring any more. */
  free(): void {
    this.giveBack()
  }

  /**
   * Says, before anything is overwritten, how far that may go (§6: readers verify after use). Runs ahead by a
   * sixteenth of the ring so that it costs one store for many blocks.
   */
  private claim(bytes: number): void {
    const p = this.positions
    // Low words tell positions apart only up to a capacity; a producer that never publishes is made to.
    if (((p.low - p.published) >>> 0) + bytes > this.size) this.dueWake = this.publish()
    const end = advance(p.position(p.low), bytes)
    const ahead = distance(end, this.intent)
    if (ahead <= 2 * this.size) return
    const intent = advance(end, this.size >>> 4)
    storePosition(this.memory.words, WORD.intent, this.intent, intent)
    this.intent = intent
  }

  private refuse(bytes: number): never {
    throw new StreamlineError(
      'SL_RING',
      `a block of ${bytes} bytes does not fit the ring, its limit is ${this.maxBlock}`,
      {
        hint: 'Make the ring larger or the blocks smaller.',
        ring: this.id,
        limit: this.maxBlock,
      },
    )
  }
}

/** Makes a DBuf. @throws SL_ARENA_FULL, SL_USAGE */
export const createDBuf = (arena: Arena, options: DBufOptions): DBuf => {
  const capacity = roundCapacity(options.bytes, 64)
  const flags = options.strategy === 'frp' ? FLAG_FRP : 0
  const about = { kind: options.kind ?? 'd', capacity, recordBytes: 1, flags, id: options.id } as const
  const memory = createRing(arena, about)
  return new DBuf(arena, memory, () => arena.free(memory.offset))
}

/** Takes over as the producer of a DBuf, after the last one has left or died. @throws SL_RING */
export const resumeDBuf = (arena: Arena, descriptor: RingDescriptor): DBuf =>
  new DBuf(arena, attachRing(arena, descriptor, 1), () => {})

/** Reads a DBuf that another thread writes. @throws SL_RING when there is none, or a damaged one. */
export const attachDBuf = (arena: Arena, descriptor: RingDescriptor): DBufReader =>
  new DBufReader(arena.bytes, attachRing(arena, descriptor, 1))
