import { END } from './pieces.js'
import type { ReadingFile } from './reading-file.js'
import { isTurnDue } from './turns.js'
import type { WritingFile } from './writing-file.js'

/** How much is moved; default: all to the end. */
export interface SpliceLimit {
  readonly blocks?: number
  readonly bytes?: number
}

/** How far a splice has come. */
class Progress {
  moved = 0
  private blocks = 0
  private readonly from: ReadingFile
  private readonly to: WritingFile
  private readonly limit: SpliceLimit
  readonly isWhole: (() => boolean) | undefined

  constructor(from: ReadingFile, to: WritingFile, limit: SpliceLimit) {
    this.from = from
    this.to = to
    this.limit = limit
    // Whoever reads an index asks himself whether the data is still there.
    const mustAsk = from.source.isLossy && !to.sink.isIndex
    this.isWhole = mustAsk ? () => from.intact() : undefined
  }

  /** Bytes that may still be moved; 0: no more. */
  get rest(): number {
    const { blocks = Number.POSITIVE_INFINITY, bytes = Number.POSITIVE_INFINITY } = this.limit
    return this.blocks < blocks ? Math.max(0, bytes - this.moved) : 0
  }

  /**
   * What to write for a piece; undefined: it was overwritten. What cannot be written in one piece cannot be taken back
   * either, so it is copied first if it may be overwritten.
   */
  safe(piece: Uint8Array): Uint8Array | undefined {
    const { from, to, isWhole } = this
    // The rest of the block before was lost.
    if (piece !== END && from.begins && to.isInside) to.giveUpBlock()
    if (isWhole === undefined || (piece.length <= to.maxPiece && !from.more && !to.isInside)) return piece
    const copy = piece.slice()
    return isWhole() ? copy : undefined
  }

  count(bytes: number): void {
    this.moved += bytes
    if (!this.from.more) this.blocks++
  }
}

/**
 * Moves blocks from one file to another until the end of the first; the bytes that were moved. To an IBuf only indices
 * are copied (§6.1), which may point to data that is overwritten if `from` does not make its writer wait. What comes
 * from the disk is read into the memory of a ring, and what goes to a socket or the disk is written from there, by the
 * system; from the disk to a socket it moves by itself (sendfile). Neither file is closed.
 */
export const spliceSync = (from: ReadingFile, to: WritingFile, limit: SpliceLimit = {}): number => {
  const given = from.source.giveToSync?.(from, to, limit)
  if (given !== undefined) return given
  const progress = new Progress(from, to, limit)
  while (progress.rest > 0) {
    const piece = from.pieceSync(progress.rest)
    if (piece === null) break
    const bytes = progress.safe(piece)
    if (bytes !== undefined) progress.count(to.putSync(bytes, from.more, progress.isWhole))
  }
  return progress.moved
}

/** Waits for the next piece, or for the news that it cannot go on. @throws why not */
const wait = async (from: ReadingFile, to: WritingFile, most: number): Promise<Uint8Array | null> => {
  to.check()
  to.onStop = () => from.wake()
  try {
    const piece = await from.piece(most, () => !to.isGoing)
    if (piece === null && !from.isClosed) to.check()
    return piece
  } finally {
    to.onStop = undefined
  }
}

/** The same by promises. */
export const splice = async (from: ReadingFile, to: WritingFile, limit: SpliceLimit = {}): Promise<number> => {
  const given = from.source.giveTo?.(from, to, limit)
  if (given !== undefined) return given
  const progress = new Progress(from, to, limit)
  while (progress.rest > 0) {
    if (isTurnDue() && !(await from.giveWay())) break
    let piece = from.tryPiece(progress.rest)
    if (piece === undefined) piece = await wait(from, to, progress.rest)
    if (piece === null) break
    const bytes = progress.safe(piece)
    if (bytes === undefined) continue
    const put = to.put(bytes, from.more, progress.isWhole)
    const n = typeof put === 'number' ? put : await from.lend(put)
    if (n === undefined) break
    progress.count(n)
  }
  return progress.moved
}
