import { StreamlineError } from '@netstreamline/core'
import type { DBuf } from '../dbuf.js'
import { WORD } from '../format.js'
import type { IBufWriter } from '../ibuf-writer.js'
import { IndexRecord } from '../index-record.js'
import { platform } from '../platform.js'
import { endIBuf, INDEX_MORE, READER_GONE } from './ibuf-words.js'
import type { BlockSink } from './sink.js'
import { sleepOn, sleepOnSync, wakeAt } from './sleep.js'
import type { BlockSource, Use } from './source.js'

/** Publish after so many indices or bytes; as RingWriter does. */
const BATCH_INDICES = 64
const BATCH_BYTES = 16384

/**
 * An IBuf, as files write it: what is written is copied into the data buffer and its index pushed; of what a reading
 * file has just shown only the index (§6.1).
 */
export class IBufSink implements BlockSink, Use {
  onProblem: (() => void) | undefined
  readonly kind = 'i'
  readonly isIndex = true
  published = 0
  private readonly ibuf: IBufWriter
  private readonly dbuf: DBuf | undefined
  private readonly heap: Uint8Array
  private readonly words: Int32Array
  private readonly index = new IndexRecord()
  private unpublished = 0
  private unpublishedBytes = 0
  private isFlushing = false

  constructor(heap: Uint8Array, ibuf: IBufWriter, dbuf?: DBuf) {
    this.heap = heap
    this.ibuf = ibuf
    this.dbuf = dbuf
    this.words = ibuf.positions.words
    // Whoever wrote it before may have ended it.
    Atomics.store(this.words, WORD.state, 0)
  }

  get maxPiece(): number {
    return this.dbuf?.maxBlock ?? 2 ** 30
  }

  get cut(): number {
    return Math.max(16, (this.dbuf?.size ?? 2 ** 30) >>> 3)
  }

  get joined(): number {
    return 1
  }

  get readers(): number {
    return Atomics.load(this.words, READER_GONE) === 0 ? 1 : 0
  }

  put(bytes: Uint8Array, more: boolean, isWhole?: () => boolean): number {
    const { dbuf, ibuf } = this
    const { length } = bytes
    if (!ibuf.positions.room(32)) return -1
    let ring = ibuf.positions.memory.id
    let position = 0
    if (length > 0) {
      if (dbuf === undefined) return this.refuse()
      const at = dbuf.reserve(length)
      if (at < 0) return -1
      this.heap.set(bytes, at)
      if (isWhole !== undefined && !isWhole()) return 0
      ring = dbuf.id
      position = dbuf.position
      dbuf.commit(length)
    }
    ibuf.push(ring, position, 0, length, 0, more ? INDEX_MORE : 0, 0, 0)
    this.count(length)
    return length
  }

  hasRoom(length: number): boolean {
    if (!this.ibuf.positions.room(32)) return false
    return this.dbuf === undefined || length === 0 || this.dbuf.reserve(length) >= 0
  }

  link(source: BlockSource, offset: number, length: number, more: boolean): boolean | undefined {
    const { ibuf, index: i } = this
    source.describe(i, offset, length)
    if (!ibuf.positions.room(i.extended ? 64 : 32)) return false
    const end = (ibuf.positions.low + (i.extended ? 64 : 32)) | 0
    if (!source.hold(this, end)) return undefined
    const flags = i.flags | (more ? INDEX_MORE : 0)
    const { ring, position, classifier, stream, kind } = i
    if (i.extended) {
      const { seconds, nanoseconds, wireLength, l3, l4, proto } = i
      ibuf.pushExtended(
        ring,
        position,
        i.offset,
        length,
        classifier,
        flags,
        stream,
        kind,
        seconds,
        nanoseconds,
        wireLength,
        l3,
        l4,
        proto,
      )
    } else ibuf.push(ring, position, i.offset, length, classifier, flags, stream, kind)
    this.count(length)
    return true
  }

  /** The reader of the IBuf uses what lies before `end`, until it gives the place of the index back. */
  isOver(end: number): boolean {
    const { words } = this
    return ((Atomics.load(words, WORD.consumer) - end) | 0) >= 0 || Atomics.load(words, READER_GONE) !== 0
  }

  publish(): void {
    if (this.unpublished === 0) return
    this.published += this.unpublished
    this.unpublished = this.unpublishedBytes = 0
    this.dbuf?.publish()
    if (this.ibuf.publish()) wakeAt(this.words, WORD.readerSleeps)
  }

  waitSync(length: number, ms: number): void {
    const words = this.arm(length)
    if (words !== undefined) sleepOnSync(words, WORD.writerSleeps, ms)
  }

  async wait(length: number, ms: number): Promise<void> {
    const words = this.arm(length)
    if (words !== undefined) await sleepOn(words, WORD.writerSleeps, ms)
  }

  wake(): void {
    for (const words of [this.words, this.dbuf?.positions.words]) {
      if (words === undefined) continue
      Atomics.store(words, WORD.writerSleeps, 0)
      wakeAt(words, WORD.writerSleeps)
    }
  }

  end(): void {
    this.publish()
    endIBuf(this.words)
  }

  /** Which of the two rings has no room; the header on whose flag to sleep. */
  private arm(length: number): Int32Array | undefined {
    this.publish()
    const { ibuf, dbuf } = this
    // An index may need two places, but must not wait for more than there are.
    if (!ibuf.positions.room(64) && ibuf.arm(Math.min(2, ibuf.positions.capacity / 32))) return this.words
    if (dbuf === undefined || length === 0) return undefined
    const { positions, size } = dbuf
    const rest = size - (positions.low & (size - 1))
    return positions.arm(length > rest ? rest + length : length) ? positions.words : undefined
  }

  private count(length: number): void {
    this.unpublishedBytes += length
    if (++this.unpublished >= BATCH_INDICES || this.unpublishedBytes >= BATCH_BYTES) {
      this.publish()
    } else if (!this.isFlushing) {
      this.isFlushing = true
      platform.queueMicrotask(() => {
        this.isFlushing = false
        this.publish()
      })
    }
  }

  private refuse(): never {
    throw new StreamlineError('SL_USAGE', 'only what a reading file has just shown can be written to this IBuf', {
      hint: 'Open it with a data buffer: openWrite(arena, ibuf, { data: createDBuf(arena, { bytes }) }).',
    })
  }
}
