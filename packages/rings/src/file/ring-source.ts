import { StreamlineError } from '@netstreamline/core'
import type { Arena } from '../arena.js'
import { describe } from '../header.js'
import type { IndexRecord } from '../index-record.js'
import { attachRingReader } from '../ring/local.js'
import type { RingReader } from '../ring/reader.js'
import { Holds } from './holds.js'
import { seekRing } from './seek.js'
import { LOOK } from './sleep.js'
import type { BlockSource, Use } from './source.js'

/** A ring with many readers, as files read it. */
export class RingSource implements BlockSource {
  readonly arena: Arena
  readonly reader: RingReader
  readonly isLossy: boolean
  offset = -1
  length = 0
  more = false
  private readonly holds: Holds
  /** Bytes of the piece shown that are done; -1: not done. It is given back no sooner than it has to be. */
  private used = -1

  /** `join`: one more reader of the ring that is waited for; default: of a ring of this process. */
  constructor(arena: Arena, reader: RingReader, join?: () => RingReader) {
    this.arena = arena
    this.reader = reader
    this.isLossy = reader.strategy !== 'srp'
    const here = (): RingReader => attachRingReader(arena, describe(reader.area), { strategy: 'srp', from: 'oldest' })
    this.holds = new Holds(reader, join ?? here)
  }

  get kind() {
    return this.reader.area.kind
  }

  get state(): BlockSource['state'] {
    const { state } = this.reader
    return state === 'ended' || state === 'gone' ? state : 'open'
  }

  get position(): number {
    return this.reader.position
  }

  get isFirst(): boolean {
    return this.reader.sequence === 0
  }

  get lostBlocks(): number {
    return this.reader.lostBlocks
  }

  get lostBytes(): number {
    return this.reader.lostBytes
  }

  look(): boolean {
    const { reader, used } = this
    if (used >= 0) {
      this.used = -1
      if (reader.area.kind === 'c') reader.consume(used)
      else reader.next()
    }
    this.offset = reader.peek()
    if (this.offset < 0) return false
    this.length = reader.length
    this.more = reader.area.kind !== 'c' && reader.more
    if (this.holds.isDue) this.holds.advance(false)
    return true
  }

  done(bytes: number): void {
    this.used = bytes
  }

  intact(): boolean {
    return this.reader.intact()
  }

  release(): void {
    this.look()
    this.holds.advance(true)
    if (this.reader.state === 'open') this.reader.release()
  }

  waitSync(ms: number): void {
    this.reader.waitSync(this.settle() ? ms : Math.min(ms, LOOK))
  }

  async wait(ms: number): Promise<void> {
    // Who uses what is held cannot wake this reader, which alone can give it back to the producer.
    await this.reader.wait(this.settle() ? ms : Math.min(ms, LOOK))
  }

  wake(): void {
    this.reader.stir()
  }

  hold(use: Use, mark: number): boolean {
    return this.isLossy || this.holds.add(use, mark)
  }

  settle(): boolean {
    this.holds.advance(true)
    return this.holds.isEmpty
  }

  describe(index: IndexRecord, offset: number, length: number): void {
    const { area, position } = this.reader
    // Where it lies here: the id of another process's ring does not say that.
    index.ring = area.offset / 64
    index.position = this.dataPosition(position)
    index.offset = offset - this.offset
    index.length = length
    index.classifier = index.flags = index.stream = index.kind = 0
    index.extended = false
  }

  seek(position: number): void {
    if (!this.settle()) {
      throw new StreamlineError('SL_USAGE', 'cannot seek while spliced blocks are in use', {
        hint: 'Wait until they have been read.',
      })
    }
    seekRing(this.reader, position)
    // The piece shown is given up, not done: else its place would be given back at once.
    this.used = -1
    // Anchors count on what the reader has read; see Anchor.
    this.holds.leave()
  }

  leave(): void {
    this.reader.leave()
    if (this.holds.isEmpty) this.holds.leave()
  }

  abandon(): void {
    this.holds.leave()
  }

  /** Where the piece's bytes lie: in a d ring its index entry says it (ring format, "Records by kind"). */
  private dataPosition(position: number): number {
    const { area } = this.reader
    if (area.kind === 'c') return position
    if (area.kind !== 'd') return position + 8
    const at = area.index + ((position & (area.span - 1)) >> 2)
    return (area.words[at]! >>> 0) + (area.words[at + 1]! & 0xfffff) * 2 ** 32
  }
}
