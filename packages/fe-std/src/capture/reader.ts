import type { Batch } from '@netstreamline/core'
import type { Window } from './window.js'

/** A capture format: finds the packets in a window. */
export interface Reader {
  /**
   * Adds packets to `batch`, by reference, until it is full; at a limit of 0 goes on to the first packet.
   * True: the window holds no further whole record. On an error it stops in front of the record and says so in
   * {@link Reader.error}.
   */
  fill(window: Window, batch: Batch): boolean
  /** The input has ended with `rest` bytes that are no whole record: what is wrong with that, if anything. */
  end(window: Window, rest: number): string | undefined
  /** What is wrong with the record at the window's front. */
  error: string | undefined
  /** DLT numbers of the packets, as far as known. */
  readonly kinds: readonly number[]
  /** Snapshot length in bytes; the largest of all interfaces. */
  readonly snaplen: number
}
