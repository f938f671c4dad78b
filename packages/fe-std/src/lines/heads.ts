import type { Kept } from '../streams/kept.js'
import { findStart } from './find-start.js'
import { type Dialect, lineEnd, lineType, MAX_LINE } from './start-line.js'

/** Bytes of a head, at most. */
export const MAX_HEAD = 65536

/** More bytes are needed. */
export const MORE = 0
/** A head lies in `bytes[at, end)`. */
export const FOUND = 1
/** No message begins so. */
export const FAILED = 2
/** It cannot be kept until its end comes. */
export const NO_ROOM = 3

/** What reads a head. */
export interface HeadParser {
  /**
   * Reads the head that begins at `at`.
   * @returns where it ends; 0 when its end does not come before `end`; -1 when the first line is not of this type
   */
  read(b: Uint8Array, at: number, end: number, type: number): number
}

/**
 * Takes heads, from a start line to an empty line, out of a stream in pieces cut anywhere: where they lie if in one
 * piece, else copied. The same bytes give the same heads however they are cut.
 */
export class HeadReader {
  outcome = MORE
  /** The head; `here`: in the piece that was given. */
  bytes: Uint8Array
  at = 0
  end = 0
  here = false
  /** A start line has been kept, and the rest of its head is to come. */
  started = false
  /** Bytes that go on in the next piece. */
  readonly kept: Kept
  readonly #dialect: Dialect
  readonly #head: HeadParser
  /** Where the line that goes on begins in `kept`. */
  #line = 0

  constructor(dialect: Dialect, head: HeadParser, kept: Kept) {
    this.#dialect = dialect
    this.#head = head
    this.kept = kept
    this.bytes = kept.bytes
  }

  /** Forgets what is kept. */
  reset(): void {
    this.kept.clear()
    this.bytes = this.kept.bytes
    this.started = false
    this.#line = 0
  }

  /** Takes b[at, end) up to where a head ends. Sets `outcome`; returns how far it came. `type` 0: of either type. */
  take(b: Uint8Array, at: number, end: number, type: number): number {
    this.outcome = MORE
    if (this.kept.used > 0) return this.#collect(b, at, end, type)
    // Empty lines before a message are skipped (RFC 9112 §2.2).
    while (b[at] === 13 || b[at] === 10) if (++at === end) return end
    const next = this.#head.read(b, at, Math.min(end, at + MAX_HEAD), type)
    if (next <= 0) return this.#collect(b, at, end, type)
    this.#found(b, at, next, true)
    return next
  }

  /** Looks for a start line, line by line; `started` then. Returns how far it came. */
  seek(b: Uint8Array, at: number, end: number, type: number): number {
    const { kept } = this
    while (at < end) {
      let lf = at
      while (lf < end && b[lf] !== 10) lf++
      const next = Math.min(end, lf + 1)
      // Only the last bytes of a long line can be a start line.
      const from = Math.max(at, next - MAX_LINE)
      at = next
      // Most lines are none, and need not be kept to see that.
      const whole = lf < end && kept.used === 0
      if (whole && findStart(b, from, lineEnd(b, from, lf), type, this.#dialect) < 0) continue
      if (next - from === MAX_LINE) kept.clear()
      if (!kept.add(b, from, next)) kept.clear()
      if (kept.used > 2 * MAX_LINE) kept.drop(kept.used - MAX_LINE)
      if (lf < end) this.#tryLine(type)
      if (this.started) return at
    }
    return at
  }

  /** Takes a head line by line into `kept`. */
  #collect(b: Uint8Array, at: number, end: number, type: number): number {
    const { kept } = this
    while (at < end) {
      const most = (this.started ? MAX_HEAD : MAX_LINE) - kept.used
      const stop = Math.min(end, at + most)
      let lf = at
      while (lf < stop && b[lf] !== 10) lf++
      const next = Math.min(stop, lf + 1)
      const full = next - at === most
      if (!kept.add(b, at, next)) {
        this.reset()
        this.outcome = NO_ROOM
        return next
      }
      at = next
      if (lf < stop ? this.#lineDone(type) : full) {
        if (lf === stop) this.#tooLong()
        return at
      }
    }
    return at
  }

  /** `kept` ends with a complete line. True when there is an outcome. */
  #lineDone(type: number): boolean {
    const { kept } = this
    const line = this.#line
    const stop = lineEnd(kept.bytes, line, kept.used - 1)
    this.#line = kept.used
    if (this.started) {
      if (stop > line) return false
      this.#head.read(kept.bytes, 0, kept.used, type)
      this.#found(kept.bytes, 0, kept.used, false)
      return true
    }
    const found = lineType(kept.bytes, 0, stop, this.#dialect)
    this.started = found !== 0 && (type === 0 || found === type)
    if (this.started) return false
    this.outcome = FAILED
    this.#tryLine(type)
    return true
  }

  /** A head that is too long is skipped; a line that is too long may end with another one's beginning. */
  #tooLong(): void {
    this.outcome = FAILED
    if (this.started) this.reset()
    this.#line = 0
  }

  #found(b: Uint8Array, at: number, end: number, here: boolean): void {
    this.outcome = FOUND
    this.bytes = b
    this.at = at
    this.end = end
    this.here = here
  }

  /** `kept` ends with a complete line: begins a head with it if there is a start line in it. */
  #tryLine(type: number): void {
    const { kept } = this
    if (kept.used === 0) return
    const from = Math.max(0, kept.used - MAX_LINE)
    const stop = lineEnd(kept.bytes, from, kept.used - 1)
    const start = findStart(kept.bytes, from, stop, type, this.#dialect)
    if (start < 0) {
      this.reset()
      return
    }
    kept.drop(start)
    this.started = true
    this.#line = kept.used
  }
}
