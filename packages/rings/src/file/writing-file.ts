import { StreamlineError } from '@netstreamline/core'
import type { Arena } from '../arena.js'
import type { RingKind } from '../format.js'
import { platform } from '../platform.js'
import type { RingWriter } from '../ring/writer.js'
import { Closing, refuseSecond, type Signal } from './closing.js'
import { Cutter } from './cutter.js'
import { flushAll, flushes, flushesNoMore } from './flush.js'
import { whoShows } from './shown.js'
import type { BlockSink } from './sink.js'
import { blocking, pause, pauseSync, SLICE } from './sleep.js'
import { isTurnDue, takeTurn } from './turns.js'

/** How often a writer that waits for a reader looks, ms. */
const ALONE = 5

/**
 * What a writer does while nobody reads. fail: waits for the first reader, as one who opens a FIFO does; when the last
 * one has left, SL_BROKEN_PIPE. wait: waits for a reader each time. drop: goes on; nobody will see it.
 */
export type WhenAlone = 'fail' | 'wait' | 'drop'

/** How a file is written. */
export interface WriteOptions {
  /** Default: fail; of a ring that does not wait for readers (mrp, frp): drop. Looked at when blocks are published. */
  readonly whenAlone?: WhenAlone
  /** Closes the file when it fires; what is under way fails with SL_INTERRUPTED. */
  readonly signal?: Signal
}

/**
 * A ring as a file that is written (§6.1). Every method has three forms: `try…` never waits, `…Sync` stops the thread
 * (workers), the others return promises. What is written shows to readers after 64 blocks, 16 KB or at the end of the
 * turn of the event loop, when this thread sleeps in a file, and with `flush`.
 */
export class WritingFile {
  /** Blocks of which only an index was written (splice), and those that were copied. */
  linked = 0
  copied = 0
  /** @internal Called when it cannot go on. */
  onStop: (() => void) | undefined
  /** @internal */
  readonly sink: BlockSink
  private readonly arena: Arena
  private readonly cutter: Cutter
  private readonly whenAlone: WhenAlone
  private readonly closing: Closing
  private looked = -1
  /** Writes that wait, one after the other. */
  private last: Promise<unknown> | undefined
  private waiting = 0

  /** @internal */
  constructor(arena: Arena, sink: BlockSink, options: WriteOptions & { readonly whenAlone: WhenAlone }) {
    this.arena = arena
    this.sink = sink
    this.cutter = new Cutter(sink)
    this.whenAlone = options.whenAlone
    sink.onProblem = () => this.onStop?.()
    this.closing = new Closing(options.signal, () => void this.abort().catch(() => {}))
    flushes(this)
  }

  get kind(): RingKind {
    return this.sink.kind
  }

  get isClosed(): boolean {
    return this.closing.isClosed
  }

  /** The writer underneath, if this is a ring with many readers: to invite and evict readers, to move, to free it. */
  get ring(): RingWriter | undefined {
    return this.sink.writer
  }

  /** Longest block that is written in one piece; longer ones are cut, which readers join. */
  get maxPiece(): number {
    return this.sink.maxPiece
  }

  /** Is a block begun and not ended? */
  get isInside(): boolean {
    return this.cutter.isInside
  }

  /**
   * Like `writeSync`, but writes only as much as there is room for now. Returns how many bytes, or -1: nothing. If fewer
   * than all, go on with the rest before anything else.
   */
  tryWrite(bytes: Uint8Array, more = false): number {
    this.begin()
    if (this.isAlone()) return -1
    const n = this.take(bytes, 0, more)
    return n === 0 && !this.cutter.isDone ? -1 : n
  }

  /**
   * Writes one block (c: bytes), of any length; `more`: the next write continues it. What `peek` of a reading file has
   * just shown is not copied if this is an IBuf, only its index is (§6.1). Returns the number of bytes: all.
   * @throws SL_BROKEN_PIPE when nobody reads any more, SL_USAGE, SL_ARENA_FULL
   */
  writeSync(bytes: Uint8Array, more = false): number {
    return this.putSync(bytes, more)
  }

  /** @internal Can it be written? */
  get isGoing(): boolean {
    return !this.closing.isStopped && this.sink.problem === undefined
  }

  /** @internal @throws SL_USAGE, SL_INTERRUPTED when it is closed, and what has happened where it goes */
  check(): void {
    this.closing.check()
    if (this.sink.problem !== undefined) throw this.sink.problem
  }

  /** @internal `isWhole`: see Cutter; then 0 means that nothing was written. */
  putSync(bytes: Uint8Array, more: boolean, isWhole?: () => boolean): number {
    this.begin()
    if (this.passes(bytes, isWhole)) {
      this.sink.passSync!(bytes)
      return bytes.length
    }
    let at = 0
    for (;;) {
      if (!this.isAlone()) {
        at = this.take(bytes, at, more, isWhole)
        if (this.cutter.isDone) return at
      }
      this.sleepSync(bytes.length - at)
    }
  }

  /** Writes wait for each other, so that their order is that of the calls. `bytes` must stay as they are until then. */
  async write(bytes: Uint8Array, more = false): Promise<number> {
    if (isTurnDue()) return this.inTurn(async () => takeTurn().then(() => this.putAll(bytes, 0, more)))
    return this.put(bytes, more)
  }

  /** @internal The same as `putSync`; no promise if it need not wait. */
  put(bytes: Uint8Array, more: boolean, isWhole?: () => boolean): number | Promise<number> {
    this.closing.check()
    let at = 0
    if (this.waiting === 0 && !this.passes(bytes, isWhole) && !this.isAlone()) {
      at = this.take(bytes, 0, more, isWhole)
      if (this.cutter.isDone) return at
    }
    return this.inTurn(() => this.putAll(bytes, at, more, isWhole))
  }

  /**
   * @internal Lets `read` write to the memory of the ring, which must have `room`: at most `most` bytes, a piece at a
   * time, until it gives 0 or `isOver`.
   */
  fill(
    most: number,
    read: (heap: Uint8Array, offset: number, length: number) => Promise<number>,
    isOver: () => boolean,
  ): Promise<void> {
    return this.inTurn(async () => {
      for (let rest = most; rest > 0; ) {
        this.closing.check()
        if (isOver()) return
        const at = this.reserve(rest)
        if (at < 0) {
          await this.sleep(Math.min(rest, this.sink.cut))
          continue
        }
        const n = await read(this.arena.bytes, at, this.sink.room!.reserved)
        this.closing.check()
        if (n === 0) return
        this.sink.room!.commit(n)
        rest -= n
      }
    })
  }

  /** @internal */
  fillSync(most: number, read: (heap: Uint8Array, offset: number, length: number) => number): void {
    this.begin()
    for (let rest = most; rest > 0; ) {
      const at = this.reserve(rest)
      if (at < 0) {
        this.sleepSync(Math.min(rest, this.sink.cut))
        continue
      }
      const n = read(this.arena.bytes, at, this.sink.room!.reserved)
      if (n === 0) return
      this.sink.room!.commit(n)
      rest -= n
    }
  }

  /** @internal What comes next does not continue the block that is begun, which readers never get. */
  giveUpBlock(): void {
    this.cutter.giveUp()
  }

  /** Shows everything written to readers. */
  flush(): void {
    if (!this.closing.isClosed) this.sink.publish()
  }

  /** Would a write of `bytes` bytes not wait, at the latest after `ms`? True also if it would fail. */
  pollSync(bytes = 1, ms = 0): boolean {
    this.begin()
    if (this.isReady(bytes)) return true
    if (ms > 0) this.sleepSync(bytes, ms)
    return this.isReady(bytes)
  }

  async poll(bytes = 1, ms = 0): Promise<boolean> {
    this.begin()
    const until = platform.performance.now() + ms
    for (;;) {
      if (this.isReady(bytes)) return true
      const rest = until - platform.performance.now()
      if (!(rest > 0)) return false
      await this.sleep(bytes, rest)
    }
  }

  /** Ends the ring: readers find the end after everything written. Its memory stays whose it was. */
  closeSync(): void {
    while (!this.closing.isClosed && !this.isEnded()) this.sleepSync(0)
    if (this.closing.isClosed) return
    try {
      this.sink.drainSync?.()
    } finally {
      this.stop()
      this.sink.end()
      this.sink.giveSync?.()
    }
  }

  /** The same, after writes that wait. */
  close(): Promise<void> {
    return this.inTurn(async () => {
      while (!this.closing.isClosed && !this.isEnded()) await this.sleep(0)
      if (this.closing.isClosed) return
      try {
        await this.sink.drain?.()
      } catch (error) {
        this.closing.checkAbort()
        throw error
      } finally {
        if (this.stop()) {
          this.sink.end()
          await this.sink.give?.()
        }
      }
      this.closing.checkAbort()
    })
  }

  /**
   * Ends the ring inside a block, so that files that read it fail (SL_BROKEN_PIPE) instead of taking what they have for
   * all. A c ring cannot say that. What waits to be written fails with SL_USAGE.
   */
  async abort(): Promise<void> {
    const { cutter, sink } = this
    if (!this.stop()) return
    sink.abandon?.()
    // Somebody may be writing to the ring's memory.
    await this.last?.catch(() => {})
    if (sink.kind !== 'c') while (sink.readers > 0 && !cutter.begin()) await sink.wait(0, SLICE)
    sink.end()
    await sink.give?.()
  }

  private async putAll(bytes: Uint8Array, from: number, more: boolean, isWhole?: () => boolean): Promise<number> {
    this.closing.check()
    if (from === 0 && this.passes(bytes, isWhole)) {
      await this.sink.pass!(bytes)
      return bytes.length
    }
    for (let at = from; ; ) {
      this.closing.check()
      if (!this.isAlone()) {
        at = this.take(bytes, at, more, isWhole)
        if (this.cutter.isDone) return at
      }
      await this.sleep(bytes.length - at)
    }
  }

  /** Are these bytes better not copied? */
  private passes(bytes: Uint8Array, isWhole: (() => boolean) | undefined): boolean {
    const { passFrom } = this.sink
    return passFrom !== undefined && bytes.length >= passFrom && isWhole === undefined
  }

  /** A place for at most `most` bytes, -1: none now. */
  private reserve(most: number): number {
    const { room, cut } = this.sink
    return this.isAlone() ? -1 : room!.reserve(Math.min(most, cut))
  }

  private begin(): void {
    if (!this.closing.isStopped && this.waiting === 0) return
    this.closing.check()
    refuseSecond(this.waiting > 0)
  }

  /** @internal After all that was to be written before. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const before = this.last
    this.waiting++
    try {
      const mine = before === undefined ? work() : before.then(work, work)
      this.last = mine
      return await mine
    } finally {
      if (--this.waiting === 0) this.last = undefined
    }
  }

  /** Writes on from `from` as far as there is room; how far that is. */
  private take(bytes: Uint8Array, from: number, more: boolean, isWhole?: () => boolean): number {
    const { cutter } = this
    if (from === 0 && this.sink.isIndex && bytes.length > 0) {
      const isTaken = this.link(bytes, more)
      if (isTaken !== undefined) return isTaken ? bytes.length : 0
    }
    const to = cutter.put(bytes, from, more, isWhole)
    if (cutter.isDone) this.copied++
    return to
  }

  /** Only the index, if somebody shows these very bytes; undefined: nobody does, or it cannot stay in its place. */
  private link(bytes: Uint8Array, more: boolean): boolean | undefined {
    const { cutter, sink } = this
    const file = whoShows(bytes)
    if (file === undefined || file.source.arena.buffer !== this.arena.buffer) return undefined
    cutter.isDone = false
    if (!cutter.end() || ((more || cutter.isInside) && !cutter.begin())) return false
    const isTaken = sink.link(file.source, file.locate(bytes), bytes.length, cutter.isInside)
    if (isTaken !== true) return isTaken
    this.linked++
    cutter.owesEnd = cutter.isInside && !more
    cutter.isDone = cutter.end()
    return true
  }

  /** Must it wait for a reader? @throws SL_BROKEN_PIPE */
  private isAlone(): boolean {
    const { sink } = this
    if (this.whenAlone === 'drop' || this.looked === sink.published) return false
    if (sink.readers > 0) {
      this.looked = sink.published
      return false
    }
    this.looked = -1
    if (this.whenAlone === 'wait' || sink.joined === 0) return true
    throw new StreamlineError('SL_BROKEN_PIPE', 'nobody reads this ring any more', {
      hint: "Open it with whenAlone 'wait' or 'drop' to go on without readers.",
    })
  }

  private isReady(bytes: number): boolean {
    try {
      return !this.isAlone() && this.sink.hasRoom(this.cutter.pieceOf(bytes))
    } catch {
      return true
    }
  }

  /** Is the block under way ended, or nobody there who would miss its end? */
  private isEnded(): boolean {
    return this.sink.readers === 0 || this.cutter.end()
  }

  private sleepSync(rest: number, ms = SLICE): void {
    flushAll()
    if (this.isLonely()) pauseSync(Math.min(ms, ALONE))
    else blocking(this.arena.buffer, () => this.sink.waitSync(this.cutter.pieceOf(rest), Math.min(ms, SLICE)))
  }

  private async sleep(rest: number, ms = SLICE): Promise<void> {
    this.sink.publish()
    if (this.isLonely()) await pause(Math.min(ms, ALONE))
    else await this.sink.wait(this.cutter.pieceOf(rest), Math.min(ms, SLICE))
    this.closing.checkAbort()
  }

  /** Does it wait for a reader, not for room? */
  private isLonely(): boolean {
    return this.whenAlone !== 'drop' && this.looked < 0
  }

  /** Nothing is written any more; true the first time. */
  private stop(): boolean {
    if (!this.closing.close()) return false
    flushesNoMore(this)
    this.sink.wake()
    this.onStop?.()
    return true
  }
}
