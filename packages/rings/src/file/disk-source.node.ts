import { StreamlineError } from '@netstreamline/core'
import type { Arena } from '../arena.js'
import { attachRingReader, createRingWriter } from '../ring/local.js'
import type { RingWriter } from '../ring/writer.js'
import { Bell } from './bell.js'
import type { DiskFile } from './disk-file.node.js'
import { giveDirectly, giveDirectlySync } from './disk-give.node.js'
import { type DiskRange, Prefetch } from './prefetch.node.js'
import type { ReadingFile } from './reading-file.js'
import { RingSource } from './ring-source.js'
import { LOOK, pause } from './sleep.js'
import type { SpliceLimit } from './splice.js'
import type { WritingFile } from './writing-file.js'

/** Readers of the ring: who reads it, and who keeps blocks in their places (see Holds). */
const READERS = 4

/**
 * A file of the system as a buffer (§6.1, "Disk access"): a c ring into which the system reads it, ahead of who reads the
 * ring. Positions are those of the file.
 */
export class DiskSource extends RingSource {
  readonly file: DiskFile
  readonly range: DiskRange
  readonly prefetch: Prefetch
  private readonly writer: RingWriter
  private readonly bell = new Bell()
  /** What stands at position p of the ring stands at p + shift of the file. */
  private shift: number

  constructor(arena: Arena, file: DiskFile, range: DiskRange) {
    const writer = createRingWriter(arena, { kind: 'c', bytes: range.prefetch, maxReaders: READERS })
    const reader = attachRingReader(arena, writer.descriptor)
    super(arena, reader)
    this.writer = writer
    this.file = file
    this.range = range
    this.shift = range.from
    this.prefetch = new Prefetch(arena, file, range, [writer, reader], () => this.bell.ring())
  }

  override get position(): number {
    return super.position + this.shift
  }

  override get state(): 'open' | 'ended' {
    const isOver = this.prefetch.isEnd && this.offset < 0 && this.reader.lag === 0
    return isOver ? 'ended' : 'open'
  }

  override look(): boolean {
    const { prefetch, range } = this
    if (range.isSync) {
      if (super.look()) return true
      prefetch.readSync()
      return super.look()
    }
    const isThere = super.look()
    prefetch.start(!isThere)
    if (isThere) return true
    if (prefetch.problem !== undefined) throw prefetch.problem
    return false
  }

  override waitSync(): void {
    if (this.range.isSync) return
    throw new StreamlineError('SL_USAGE', 'this file is read ahead by the event loop, which stands still here', {
      hint: 'Open it with openReadFromSync, or use the methods that return promises.',
    })
  }

  override async wait(ms: number): Promise<void> {
    const isFree = super.settle()
    if (this.look() || this.state !== 'open') return
    if (this.prefetch.isReading) await this.bell.wait(ms)
    // The ring is full of what others use.
    else if (!isFree) await pause(Math.min(ms, LOOK))
  }

  override wake(): void {
    this.bell.ring()
  }

  override settle(): boolean {
    // Who reads a pipe may wait for ever, and does not write to the arena meanwhile.
    return super.settle() && !(this.prefetch.isReading && this.file.isRegular)
  }

  override seek(position: number): void {
    if (!this.file.isRegular || !Number.isSafeInteger(position) || position < 0) {
      throw new StreamlineError('SL_USAGE', `cannot seek to ${position}`, {
        hint: this.file.isRegular
          ? 'Positions are those of the file, from 0 on.'
          : 'A pipe or device has no positions.',
      })
    }
    const { reader } = this
    super.look()
    const ahead = position - this.position
    const isThere = ahead >= 0 && ahead <= reader.lag
    this.stepOver(isThere ? ahead : reader.lag)
    if (isThere) return
    this.prefetch.moveTo(position)
    this.shift = position - reader.position
  }

  giveTo(from: ReadingFile, to: WritingFile, limit: SpliceLimit): Promise<number> | undefined {
    return giveDirectly(this, from, to, limit)
  }

  giveToSync(from: ReadingFile, to: WritingFile, limit: SpliceLimit): number | undefined {
    return giveDirectlySync(this, from, to, limit)
  }

  override leave(): void {
    this.prefetch.isHalted = true
    super.leave()
  }

  override async abandon(): Promise<void> {
    super.abandon()
    this.writer.free()
    if (this.range.isSync) this.file.closeSync()
    // It was only read: there is nothing that could be lost.
    else await this.file.close().catch(() => {})
  }

  private stepOver(bytes: number): void {
    const { reader } = this
    for (let rest = bytes; rest > 0; ) {
      reader.peek()
      const n = Math.min(rest, reader.length)
      reader.consume(n)
      rest -= n
    }
    this.offset = -1
  }
}
