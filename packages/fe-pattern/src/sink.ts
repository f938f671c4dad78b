/** Where a scan says what it has found. */
export interface Sink {
  /** Pattern `pattern` matches bytes that end before `end` in the arena; `end` may be where the scan began. */
  match(pattern: number, end: number): void
}

/** Finds the patterns of one kind in a stream, piece by piece. A state is a number that says all of what came before. */
export interface Machine {
  /** At the beginning of a stream. */
  readonly begin: number
  /** Anywhere else, nothing being known of what came before. */
  readonly middle: number
  /** Looks at `bytes[from .. to)`. @returns the state behind it */
  scan(bytes: Uint8Array, from: number, to: number, state: number, sink: Sink): number
  /** The stream has ended at `at`. */
  end(at: number, state: number, sink: Sink): void
  /** A stream keeps this state, or no longer does. */
  retain(state: number): void
  release(state: number): void
  /** Named values for the table. */
  counters(): Record<string, number>
}
