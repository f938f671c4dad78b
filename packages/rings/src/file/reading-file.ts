import { StreamlineError } from '@netstreamline/core'
import type { RingKind } from '../format.js'
import { platform } from '../platform.js'
import { Closing, refuseSecond, type Signal } from './closing.js'
import { flushAll } from './flush.js'
import { END, Pieces } from './pieces.js'
import { forget, type Showing, showing } from './shown.js'
import { blocking, LOOK, pause, SLICE } from './sleep.js'
import type { BlockSource } from './source.js'

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
  private readonly limit: number
  private isBusy = false
  private lingering: Promise<void> | undefined
  /** What `read` has copied last: offset in the arena, and the copy. */
  private copyOf = -1
  private copy: Uint8Array | undefined

  /** @internal */
  constructor(source: BlockSource, options: ReadOptions = {}) {
    this.source = source
    this.options = options
    this.limit = options.maxBlock ?? 2 ** 30
    this.pieces = new Pieces(source, options.whenGone ?? 'fail')
    this.closing = new Closing(options.signal, () => this.closeSync())
  }

  get kind(): RingKind {
    return this.source.kind
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
    const view = this.pieces.show(count)
    if (view === undefined) return this.pieces.isAtEnd ? null : undefined
    showing(this)
    return view
  }

  /**
   * The same as `read` without the copy (§6.1): at most `count` bytes where they lie in the ring, null at the end. They
   * are valid until the next call of a method of this file; of an mrp or frp ring `intact` tells after use.
   */
  peekSync(count?: number): Uint8Array | null {
    for (;;) {
      const view = this.tryPeek(count)
      if (view !== undefined) return view
      this.sleepSync()
    }
  }

  async peek(count?: number): Promise<Uint8Array | null> {
    for (;;) {
      const view = this.tryPeek(count)
      if (view !== undefined) return view
      if (!(await this.sleep())) return null
    }
  }

  /** @internal Like `tryPeek`, but END where a block ends that was cut. */
  tryPiece(count: number): Uint8Array | null | undefined {
    this.beginPart()
    const view = this.pieces.showNext(count)
    if (view === undefined) return this.pieces.isAtEnd ? null : undefined
    if (view !== END) showing(this)
    return view
  }

  /** @internal */
  pieceSync(count: number): Uint8Array | null {
    for (;;) {
      const view = this.tryPiece(count)
      if (view !== undefined) return view
      this.sleepSync()
    }
  }

  /** @internal */
  async piece(count: number): Promise<Uint8Array | null> {
    for (;;) {
      const view = this.tryPiece(count)
      if (view !== undefined) return view
      if (!(await this.sleep())) return null
    }
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
    return this.pieces.join(this.limit)
  }

  /** A copy of the next block, all of its pieces joined; null at the end. c: of what there is. @throws as `readSync` */
  readBlockSync(): Uint8Array | null {
    for (;;) {
      const block = this.tryReadBlock()
      if (block !== undefined) return block
      this.sleepSync()
    }
  }

  async readBlock(): Promise<Uint8Array | null> {
    for (;;) {
      const block = this.tryReadBlock()
      if (block !== undefined) return block
      if (!(await this.sleep())) return null
    }
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

  /** @internal */
  locate(bytes: Uint8Array): number {
    const { source, copy } = this
    if (bytes.buffer === source.arena.buffer) return this.pieces.locate(bytes.byteOffset, bytes.length)
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
    const { source } = this
    source.leave()
    source.wake()
    this.lingering = this.linger()
  }

  /** The same; resolves when spliced blocks have been read, too. */
  async close(): Promise<void> {
    this.closeSync()
    await this.lingering
  }

  /** Copies of all blocks to the end; closes the file then, or when the loop is left. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    return this.iterate(() => this.readBlock())
  }

  /** The same, in place: each is valid until the next. A block larger than the ring comes in pieces. */
  views(): AsyncIterableIterator<Uint8Array> {
    return this.iterate(() => this.peek())
  }

  private iterate(next: () => Promise<Uint8Array | null>): AsyncIterableIterator<Uint8Array> {
    const end = async (): Promise<IteratorResult<Uint8Array>> => {
      this.closeSync()
      return { done: true, value: undefined }
    }
    // Not a generator, whose `return` would wait for a `next` that is under way.
    return {
      next: async () => {
        if (this.closing.isClosed) return end()
        try {
          const value = await next()
          if (value !== null) return { done: false, value }
        } catch (error) {
          this.closeSync()
          throw error
        }
        return end()
      },
      return: end,
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  /** The same for a thread that may sleep. */
  *[Symbol.iterator](): IterableIterator<Uint8Array> {
    try {
      for (let block = this.readBlockSync(); block !== null; block = this.readBlockSync()) yield block
    } finally {
      this.closeSync()
    }
  }

  private begin(): void {
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

  private async linger(): Promise<void> {
    const { source } = this
    try {
      while (!source.settle()) await pause(LOOK)
    } catch {
      // Its place was taken away: there is nothing to hold any more.
    }
    source.abandon()
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
