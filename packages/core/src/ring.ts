/** A range of a space's memory that data is written into and read from by reference (§6). */
export interface Ring {
  /** Number of the ring in its space. */
  readonly id: number
  /** First byte of its data in the arena. */
  readonly base: number
  /** Bytes of data. */
  readonly size: number
  /**
   * Says that the bytes [offset, offset+length) of the arena are about to be overwritten: blocks held in
   * them are copied first. A writer of a ring calls it before it writes.
   */
  reclaim(offset: number, length: number): void
  free(): void
}
