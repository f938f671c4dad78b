import type { Arena } from '../arena.js'
import type { RingReader } from '../ring/reader.js'
import type { RingWriter } from '../ring/writer.js'
import type { DiskFile } from './disk-file.node.js'
import { systemError } from './system-error.js'

/** What of a file is read, and how. */
export interface DiskRange {
  /** First byte, and the one behind the last. */
  readonly from: number
  readonly to: number
  /** Bytes of the ring that it is read into. */
  readonly prefetch: number
  /** Is it read when it is asked for, by a thread that stands still? Else ahead, while others work. */
  readonly isSync: boolean
}

/** So many reads fill the ring: one is under way while others are used. */
const PARTS = 4

/** Reads a file into a c ring: the system writes to the arena, ahead of who reads the ring. */
export class Prefetch {
  /** Where the file is read next. */
  at: number
  /** Nothing follows what is in the ring. */
  isEnd = false
  /** Why nothing follows. */
  problem: unknown
  /** Nothing new is begun. */
  isHalted = false
  private readonly arena: Arena
  private readonly file: DiskFile
  private readonly range: DiskRange
  private readonly writer: RingWriter
  private readonly reader: RingReader
  private readonly arrived: () => void
  private reading: Promise<void> | undefined
  /** What is read now is not wanted any more. */
  private isStale = false
  /** The ring was full when so many bytes of it had been read; -1: it was not. */
  private fullAt = -1
  private aside: Uint8Array | undefined

  /** `arrived`: called when something has come, or nothing follows. */
  constructor(
    arena: Arena,
    file: DiskFile,
    range: DiskRange,
    ends: readonly [RingWriter, RingReader],
    arrived: () => void,
  ) {
    this.arena = arena
    this.file = file
    this.range = range
    ;[this.writer, this.reader] = ends
    this.arrived = arrived
    this.at = range.from
  }

  get isReading(): boolean {
    return this.reading !== undefined
  }

  /** Starts to read ahead, if there is room and it is not done already. `isEmpty`: nothing is in the ring. */
  start(isEmpty = false): void {
    if (this.reading !== undefined || this.isHalted || this.isEnd || this.problem !== undefined) return
    const place = this.reserve(isEmpty)
    if (place >= 0) this.reading = this.read(place, this.writer.reserved)
  }

  /** Reads on while the thread stands still. @throws what `systemError` makes of it */
  readSync(): void {
    if (this.isEnd || this.isHalted) return
    const place = this.reserve(true)
    if (place < 0) return
    try {
      this.take(this.file.readSync(this.arena.bytes, place, this.writer.reserved, this.at))
    } catch (error) {
      throw systemError(error, 'read a file')
    }
  }

  /** Goes on somewhere else; what is in the ring is for others to step over. */
  moveTo(at: number): void {
    this.at = at
    this.isStale = this.reading !== undefined
    this.isEnd = false
    this.problem = undefined
  }

  /** Nothing is read, nor begun to be, until `isHalted` is taken back. */
  async halt(): Promise<void> {
    this.isHalted = true
    await this.reading
  }

  /** Place for the next read; -1: there is none, or nothing is left to read. */
  private reserve(isEmpty: boolean): number {
    const { writer, reader, range } = this
    const length = Math.min(range.prefetch / PARTS, range.to - this.at)
    if (length <= 0) {
      this.isEnd = true
      return -1
    }
    // A look at a full ring is not for nothing: not for each block that is read.
    if (!isEmpty && this.fullAt >= 0 && reader.bytes - this.fullAt < range.prefetch / 8) return -1
    const place = writer.reserve(length)
    this.fullAt = place < 0 ? reader.bytes : -1
    return place
  }

  private async read(place: number, length: number): Promise<void> {
    const { at, file } = this
    try {
      let n: number
      if (file.isRegular) n = await file.read(this.arena.bytes, place, length, at)
      else {
        // Nobody knows when that ends: perhaps when the place has long been somebody else's.
        this.aside ??= new Uint8Array(this.range.prefetch / PARTS)
        n = await file.read(this.aside, 0, length, at)
        if (!this.isHalted) this.arena.bytes.set(this.aside.subarray(0, n), place)
      }
      if (!this.isStale && (!this.isHalted || file.isRegular)) this.take(n)
    } catch (error) {
      if (!this.isStale) this.problem = systemError(error, 'read a file')
    }
    this.isStale = false
    this.reading = undefined
    this.start()
    this.arrived()
  }

  private take(n: number): void {
    this.isEnd = n === 0
    if (n === 0) return
    this.at += n
    this.writer.commit(n)
    this.writer.publish()
  }
}
