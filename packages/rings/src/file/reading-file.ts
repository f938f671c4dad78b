import { StreamlineError } from '@netstreamline/core'
import type { RingKind } from '../format.js'
import { platform } from '../platform.js'
import type { RingReader } from '../ring/reader.js'
import { Closing, refuseSecond, type Signal } from './closing.js'
import { flushAll } from './flush.js'
import { iterate, iterateSync } from './iterate.js'
import { END, Pieces } from './pieces.js'
import { forget, type Showing, showing } from './shown.js'
import { blocking, LOOK, pause, SLICE } from './sleep.js'
import type { BlockSource } from './source.js'
import { isTurnDue, takeTurn } from './turns.js'

/** How a file is read. */
export interface ReadOptions {
  /** When the writer has died: 'fail' (default), SL_BROKEN_PIPE; 'end': as if it had ended. */
  readonly whenGone?: 'fail' | 'end'
  /** Longest block that `readBlock` puts together, bytes; default 1 GiB. */
  readonly maxBlock?: number
  /**
   * Also writing on what `read` has copied copies only the index (Fig. 11, "fast read/write"). The program must not
   * have changed its copy. Default false: only what `peek` has shown.
   */
  readonly fastRead?: boolean
  /** Closes the file when it fires; what is under way fails with SL_INTERRUPTED. */
  readonly signal?: Signal
}

/**
 * A ring as a file that is read (§6.1). Every method has three forms: `try…` never waits, `…Sync` stops the thread
 * (workers), the others return promises. A c ring is a stream of bytes; of the other rings `read` gives one block at a
 * time, of which `more` is still to come if `target` was too small.
 */
export class ReadingFile implements Showing {
  /** @internal */
  readonly source: BlockSource
  private readonly pieces: Pieces
  private readonly options: ReadOptions
  private readonly closing: Closing
  private isBusy = false
  private lent: Promise<void> | undefined
  private onClose = (): void => {}
  private lingering: Promise<void> | undefined
  /** What `read` has copied last: offset in the arena, and the copy. */
  private copyOf = -1
  private copy: Uint8Array | undefined

  /** @internal */
  constructor(source: BlockSource, options: ReadOptions = {}) {
    this.source = source
    this.options = options
    this.pieces = new Pieces(source, options.whenGone ?? 'fail', options.maxBlock ?? 2 ** 30)
    this.closing = new Closing(options.signal, () => this.closeSync())
  }

  get kind(): RingKind {
    return this.source.kind
  }

  /** The reader underneath, if this is a ring with many readers: its claim, its counters. The file moves it. */
  get ring(): RingReader | undefined {
    return this.source.reader
  }

  /** Where the block (c: the byte) begins that was read last, or comes next after `seek`; for `seek`. */
  get position(): number {
    return this.pieces.position
  }

  /** Did what was read last begin a block? If not it continues the one before. (c: it does not follow it.) */
  get begins(): boolean {
    return this.pieces.begins
  }

  /** Is there more of the block that was read last? May be true at its very end if that was not written yet. */
  get more(): boolean {
    return this.pieces.more
  }

  /** Lost so far, exactly (ring format); blocks of which only a part was lost are counted in `broken`. */
  get lost(): { blocks: number; bytes: number; broken: number } {
    return { blocks: this.source.lostBlocks, bytes: this.source.lostBytes, broken: this.pieces.broken }
  }

  get isClosed(): boolean {
    return this.closing.isClosed
  }

  /** Like `readSync`, but -1 instead of waiting. */
  tryRead(target: Uint8Array): number {
    this.beginPart()
    return this.remember(target, this.pieces.fill(target, 0))
  }

  /**
   * Copies bytes to `target`: of a c ring what there is, else of one block. Returns how many, 0 at the end. Blocks
   * without bytes are stepped over.
   * @throws SL_RING, SL_RING_EVICTED, SL_BROKEN_PIPE when the writer died or gave up inside a block
   */
  readSync(target: Uint8Array): number {
    this.beginPart()
    let n = this.pieces.fill(target, 0)
    while (n < 0 || this.wantsMore(n, target)) {
      this.sleepSync()
      const next = this.pieces.fill(target, Math.max(n, 0))
      if (next >= 0) n = next
    }
    return this.remember(target, n)
  }

  async read(target: Uint8Array): Promise<number> {
    if (isTurnDue() && !(await this.giveWay())) return 0
    this.beginPart()
    let n = this.pieces.fill(target, 0)
    while (n < 0 || this.wantsMore(n, target)) {
      if (!(await this.sleep())) return Math.max(n, 0)
      const next = this.pieces.fill(target, Math.max(n, 0))
      if (next >= 0) n = next
    }
    return this.remember(target, n)
  }

  /** Like `peekSync`, but undefined instead of waiting. */
  tryPeek(count = Number.POSITIVE_INFINITY): Uint8Array | null | undefined {
    this.beginPart()
    return this.shown(this.pieces.show(count))
  }

  /**
   * The same as `read` without the copy (§6.1): at most `count` bytes where they lie in the ring, null at the end. They
   * are valid until the next call of a method of this file; of an mrp or frp ring `intact` tells after use.
   */
  peekSync(count?: number): Uint8Array | null {
    const view = this.tryPeek(count)
    return view !== undefined ? view : this.untilSync(() => this.tryPeek(count))
  }

  async peek(count?: number): Promise<Uint8Array | null> {
    if (isTurnDue() && !(await this.giveWay())) return null
    const view = this.tryPeek(count)
    return view !== undefined ? view : this.until(() => this.tryPeek(count))
  }

  /** @internal Like `tryPeek`, but END where a block ends that was cut. */
  tryPiece(count: number): Uint8Array | null | undefined {
    this.beginPart()
    return this.shown(this.pieces.showNext(count))
  }

  /** @internal */
  pieceSync(count: number): Uint8Array | null {
    const piece = this.tryPiece(count)
    return piece !== undefined ? piece : this.untilSync(() => this.tryPiece(count))
  }

  /** @internal null also as soon as `isOver`, which is asked after `wake`. */
  async piece(count: number, isOver: () => boolean): Promise<Uint8Array | null> {
    const piece = this.tryPiece(count)
    return piece !== undefined ? piece : this.until(() => (isOver() ? null : this.tryPiece(count)))
  }

  /** @internal Ends a wait in this thread. */
  wake(): void {
    this.source.wake()
  }

  /** Were the bytes that were shown last still whole just now? Always true of an srp ring. */
  intact(): boolean {
    return this.pieces.intact()
  }

  /**
   * Like `readBlockSync`, but undefined instead of waiting for the beginning or the rest. While `more` is true then, a
   * part of the block was taken, and only the methods for blocks, `skip` and `seek` go on.
   */
  tryReadBlock(): Uint8Array | null | undefined {
    this.begin()
    return this.pieces.join()
  }

  /** A copy of the next block, all of its pieces joined; null at the end. c: of what there is. @throws as `readSync` */
  readBlockSync(): Uint8Array | null {
    const block = this.tryReadBlock()
    return block !== undefined ? block : this.untilSync(() => this.tryReadBlock())
  }

  async readBlock(): Promise<Uint8Array | null> {
    if (isTurnDue() && !(await this.giveWay())) return null
    const block = this.tryReadBlock()
    return block !== undefined ? block : this.until(() => this.tryReadBlock())
  }

  /** Is there something to read, or the end, at the latest after `ms`? */
  pollSync(ms = 0): boolean {
    this.begin()
    if (this.pieces.isReady()) return true
    if (ms > 0) this.sleepSync(ms)
    return this.pieces.isReady()
  }

  async poll(ms = 0): Promise<boolean> {
    this.begin()
    const until = platform.performance.now() + ms
    for (;;) {
      if (this.pieces.isReady()) return true
      const rest = until - platform.performance.now()
      if (!(rest > 0) || !(await this.sleep(rest))) return this.closing.isClosed
    }
  }

  /** Steps over at most `count` blocks (c: bytes) of those that are there now; how many. */
  skip(count: number): number {
    this.begin()
    return this.pieces.skip(count)
  }

  /**
   * Goes to an absolute position of the ring that is read now, where a block begins (c: any byte): forward, or back to
   * what this reader has not given back (srp) or what is still whole (mrp, frp). A ring that has moved counts from 0.
   * What is stepped over counts neither as read nor as lost.
   * @throws SL_USAGE, with the positions that can be had in `detail.from` and `detail.to`
   */
  seek(position: number): void {
    this.begin()
    this.pieces.seek(position)
  }

  /** Gives back what was read, which else happens in larger steps or when nothing more is there. */
  release(): void {
    this.begin()
    this.pieces.release()
  }

  /** @internal Absolute position of what comes next. */
  get next(): number {
    return this.pieces.next
  }

  /**
   * @internal `work` uses what this file shows: nothing else can be done with it until then, and it is not left.
   * undefined: the file was closed meanwhile, and `stop` was told to end it. @throws SL_INTERRUPTED
   */
  async lend<T>(work: Promise<T>, stop?: () => void): Promise<T | undefined> {
    const end = (): void => {
      this.isBusy = false
      this.lent = undefined
    }
    this.isBusy = true
    this.lent = work.then(end, end)
    const closed = new Promise<undefined>((done) => {
      this.onClose = () => {
        stop?.()
        done(undefined)
      }
    })
    const result = await Promise.race([work, closed])
    this.closing.checkAbort()
    return result
  }

  /** @internal Lets the event loop have its turn. False: the file was closed meanwhile. @throws SL_INTERRUPTED */
  async giveWay(): Promise<boolean> {
    this.begin()
    await this.lend(takeTurn())
    return !this.closing.isClosed
  }

  /** @internal Goes on at `position`, after `giveTo`. */
  resume(position: number): void {
    this.pieces.seek(position)
  }

  /** @internal */
  locate(bytes: Uint8Array): number {
    const { copy } = this
    if (bytes.buffer === this.source.arena.buffer) return this.pieces.locate(bytes.byteOffset, bytes.length)
    const isCopy =
      copy !== undefined &&
      bytes.buffer === copy.buffer &&
      bytes.byteOffset === copy.byteOffset &&
      bytes.length === copy.length
    return isCopy ? this.pieces.locate(this.copyOf, bytes.length) : -1
  }

  /** Leaves the ring. Blocks that were spliced stay in their places until they have been read, as long as this thread lives. */
  closeSync(): void {
    if (!this.closing.close()) return
    forget(this)
    this.onClose()
    this.lingering = this.lent === undefined ? this.leave() : this.lent.then(this.leave)
  }

  /** The same; resolves when spliced blocks have been read, too, and what is read elsewhere has arrived. */
  async close(): Promise<void> {
    this.closeSync()
    await this.lingering
  }

  /** Copies of all blocks to the end; closes the file then, or when the loop is left. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    return iterate(this, () => this.readBlock())
  }

  /** The same, in place: each is valid until the next. A block larger than the ring comes in pieces. */
  views(): AsyncIterableIterator<Uint8Array> {
    return iterate(this, () => this.peek())
  }

  /** The same for a thread that may sleep. */
  [Symbol.iterator](): IterableIterator<Uint8Array> {
    return iterateSync(this)
  }

  /** @internal @throws SL_USAGE, SL_INTERRUPTED when nothing can be done with it now */
  begin(): void {
    if (!this.closing.isStopped && !this.isBusy) return
    this.closing.check()
    refuseSecond(this.isBusy)
  }

  private beginPart(): void {
    this.begin()
    if (!this.pieces.isJoining) return
    throw new StreamlineError('SL_USAGE', 'a block is being put together', {
      hint: 'Go on with readBlock, or skip it.',
    })
  }

  /** What is shown from now on, or why nothing is. */
  private shown(view: Uint8Array | undefined): Uint8Array | null | undefined {
    if (view === undefined) return this.pieces.isAtEnd ? null : undefined
    if (view !== END) showing(this)
    return view
  }

  private readonly leave = async (): Promise<void> => {
    const { source } = this
    source.leave()
    source.wake()
    try {
      while (!source.settle()) await pause(LOOK)
    } catch {
      // Its place was taken away: there is nothing to hold any more.
    }
    await source.abandon()
  }

  /** A block's pieces are joined, however long the rest takes. */
  private wantsMore(n: number, target: Uint8Array): boolean {
    return n < target.length && this.kind !== 'c' && this.pieces.more
  }

  private remember(target: Uint8Array, n: number): number {
    if (this.options.fastRead !== true || n <= 0) return n
    this.copyOf = this.pieces.lastOf(n)
    this.copy = target.length === n ? target : target.subarray(0, n)
    if (this.copyOf >= 0) showing(this)
    return n
  }

  /** Sleeps until `look` finds something, or the end. */
  private untilSync<T>(look: () => T | undefined): T {
    for (;;) {
      this.sleepSync()
      const found = look()
      if (found !== undefined) return found
    }
  }

  /** The same; null when the file is closed meanwhile. */
  private async until<T>(look: () => T | null | undefined): Promise<T | null> {
    for (;;) {
      if (!(await this.sleep())) return null
      const found = look()
      if (found !== undefined) return found
    }
  }

  private sleepSync(ms = SLICE): void {
    flushAll()
    const { source } = this
    blocking(source.arena.buffer, () => source.waitSync(ms))
  }

  /** False: the file was closed meanwhile. @throws SL_INTERRUPTED */
  private async sleep(ms = SLICE): Promise<boolean> {
    this.isBusy = true
    try {
      await this.source.wait(Math.min(ms, SLICE))
    } finally {
      this.isBusy = false
    }
    this.closing.checkAbort()
    return !this.closing.isClosed
  }
}
