import { StreamlineError } from '@netstreamline/core'
import { Consumer } from './consumer.js'
import { FLAG_FRP, WORD } from './format.js'
import { describe, type RingDescriptor, type RingMemory } from './header.js'
import { advance, distance, isPosition, loadPosition } from './position.js'

/** A data buffer, seen by who reads it. Any number may resolve; one of them releases. */
export class DBufReader {
  readonly descriptor: RingDescriptor
  readonly id: number
  readonly base: number
  readonly size: number
  private readonly bytes: Uint8Array
  private readonly memory: RingMemory
  private readonly mask: number
  private readonly overwrites: boolean
  /** The producer's position when it was last looked up; it has only grown since. */
  private producer: number
  private consumer: Consumer | undefined

  constructor(bytes: Uint8Array, memory: RingMemory) {
    this.bytes = bytes
    this.memory = memory
    this.descriptor = describe(memory)
    this.id = memory.id
    this.base = memory.base
    this.size = memory.capacity
    this.mask = memory.capacity - 1
    this.overwrites = (memory.flags & FLAG_FRP) !== 0
    this.producer = loadPosition(memory.words, WORD.producer)
  }

  /**
   * Arena offset of `length` published bytes at `position`, in one piece; -1 when they were overwritten, never
   * written, or (`c` ring) go round the end. Whatever the arguments are, the answer lies inside the ring.
   * @throws SL_RING when the ring's header is damaged.
   */
  resolve(position: number, length: number): number {
    if (!this.known(position, length)) return -1
    const at = position & this.mask
    if (at + length > this.size || !this.intact(position)) return -1
    return this.base + at
  }

  /**
   * Has nothing at or after `position` been overwritten yet? With `frp` ask again after use: what was read is good
   * only if the answer still is yes (§6). With `srp` always true until released.
   */
  intact(position: number): boolean {
    return !this.overwrites || distance(position, loadPosition(this.memory.words, WORD.intent)) <= this.size
  }

  /** Copies `length` bytes at `position`, round the end if need be. False, with rubbish in `target`, when lost. */
  copy(position: number, length: number, target: Uint8Array, at = 0): boolean {
    if (!this.known(position, length) || at + length > target.length) return false
    const start = position & this.mask
    const first = Math.min(length, this.size - start)
    target.set(this.bytes.subarray(this.base + start, this.base + start + first), at)
    if (first < length) target.set(this.bytes.subarray(this.base, this.base + length - first), at + first)
    return this.intact(position)
  }

  /**
   * Everything before `position` may be overwritten. True: wake the writer, it waits for room.
   * @throws SL_USAGE for a position before the last one released, or not yet published.
   */
  release(position: number): boolean {
    if (this.overwrites) return false
    const c = (this.consumer ??= new Consumer(this.memory, 1))
    c.refill()
    const bytes = distance(advance(c.base, (c.low - c.released) >>> 0), position)
    if (!isPosition(position) || bytes > (c.producer - c.low) >>> 0) {
      throw new StreamlineError('SL_USAGE', `cannot release up to ${position}`, {
        hint: 'Release positions in order, and none that has not been published.',
        ring: this.id,
      })
    }
    c.low = position | 0
    return c.release()
  }

  private known(position: number, length: number): boolean {
    if (!isPosition(position) || !(length >= 0)) return false
    const behind = distance(position, this.producer)
    if (length <= behind && behind <= this.size) return true
    this.producer = loadPosition(this.memory.words, WORD.producer)
    const now = distance(position, this.producer)
    return length <= now && now <= this.size
  }
}
