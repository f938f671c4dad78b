import type { Arena } from '../arena.js'
import { HEADER_BYTES, RING_STATE, WORD } from '../format.js'
import type { RingDescriptor } from '../header.js'
import { wakeAt } from './sleep.js'

/**
 * What the two ends of an IBuf tell each other as files, in words of the header that a ring without a reader table
 * does not use: its writer stores `state` (ended), its reader `readerGone`.
 */
export const READER_GONE = WORD.readerSleeps + 1

/** Flag of an index: the next one continues the block (as bit 30 of a record's length). */
export const INDEX_MORE = 0x4000

export const headerOf = (arena: Arena, { offset }: RingDescriptor): Int32Array =>
  new Int32Array(arena.buffer, offset, HEADER_BYTES / 4)

/** Wakes the reader if it sleeps. */
export const wakeReader = (words: Int32Array): void => {
  if (Atomics.exchange(words, WORD.readerSleeps, 0) !== 0) wakeAt(words, WORD.readerSleeps)
}

/** Wakes the writer if it sleeps. */
export const wakeWriter = (words: Int32Array): void => {
  if (Atomics.exchange(words, WORD.writerSleeps, 0) !== 0) wakeAt(words, WORD.writerSleeps)
}

/** Nothing follows what is published. */
export const endIBuf = (words: Int32Array): void => {
  Atomics.store(words, WORD.state, RING_STATE.ended)
  wakeReader(words)
}

/** Nobody reads any more: what was pushed counts as read. */
export const leaveIBuf = (words: Int32Array): void => {
  Atomics.store(words, READER_GONE, 1)
  wakeWriter(words)
}

/** A reader is there (again). */
export const enterIBuf = (words: Int32Array): void => {
  Atomics.store(words, READER_GONE, 0)
}
