import type { Held } from '@netstreamline/core'

/** Nobody knows yet what the stream is; its blocks are held. */
export const UNDECIDED = 0
/** The protocol has recognised it. */
export const OPEN = 1

/** More bytes are needed to tell. */
export const UNKNOWN = 0
/** Another protocol. */
export const OTHER = -1

/** A block that waits for the decision. */
export interface Piece {
  readonly held: Held
  readonly seconds: number
  readonly nanoseconds: number
}

/** One direction of a connection, from START to END. The object serves another stream after that. */
export class Direction<S> {
  stream = -1
  state = UNDECIDED
  /** What the protocol said when it recognised the stream. */
  classifier = 0
  /** The other direction, from its START to its END. */
  peer: Direction<S> | undefined
  /** Bytes were lost before the first. */
  gap = false
  readonly pieces: Piece[] = []
  /** What the protocol keeps of it. */
  readonly self: S

  constructor(self: S) {
    this.self = self
  }
}

/** A protocol over streams. Places are in the array that comes with them; nothing outside [at, end) is read. */
export interface Protocol<S> {
  create(): S
  /** A stream begins. `d.peer` is known if the other direction has begun and not ended. */
  begin(d: Direction<S>): void
  /**
   * Looks at the next bytes of a stream that is not decided: a classifier, {@link OTHER}, or {@link UNKNOWN}. Must
   * decide within a stated number of bytes of the stream, wherever its blocks are cut.
   */
  recognise(d: Direction<S>, b: Uint8Array, at: number, end: number): number
  /** Takes the next bytes of a stream that was recognised, from its first. */
  feed(d: Direction<S>, b: Uint8Array, at: number, end: number): void
  /** Bytes are missing here. */
  lose(d: Direction<S>): void
  /** The stream has ended, or is of no interest: gives up all that was kept of it. */
  end(d: Direction<S>): void
}
