/** A stream begins with this block (zero length): {@link Context.stream} knows it from now on. */
export const START = 1
/** A stream ends with this block (zero length). Nothing of it follows. */
export const END = 2
/** Bytes of the stream are lost at this place (zero length). */
export const GAP = 4

/** 0: not mine. 1..65535: accepted, with this meaning. {@link CONSUMED}: no edge takes the block. */
export type Classifier = number
/** Kept, re-cut or passed on by `emit`: no edge takes the block itself. */
export const CONSUMED = -1

/**
 * The window on one block that a functional element looks at (§5). A cursor that the datapath reuses: valid until
 * `process` returns; keep its data with {@link Context.hold}.
 */
export interface Block {
  /** The space's memory (the arena), never a copy. The window is `bytes[offset .. offset+length)`. */
  readonly bytes: Uint8Array
  /** Start of the window in `bytes`. An FE narrows `offset` and `length` to hand on a sub-block. */
  offset: number
  /** Length of the window in bytes. */
  length: number
  /** What the window holds, see {@link KIND}. */
  kind: number
  /** Where in `bytes` the network header starts, -1 when unknown. Stays known after narrowing. */
  l3: number
  /** Where in `bytes` the transport header starts, -1 when unknown (also for later fragments). */
  l4: number
  /** Transport protocol number (IANA), -1 when unknown. */
  proto: number
  /** Classifier (u16) that the FE before gave. */
  classifier: number
  /** Stream number (u32), set by multiplexing FEs such as tcp (§5). */
  stream: number
  /** {@link START}, {@link END}, {@link GAP}: how streams begin, end and lose. */
  flags: number
  /** Capture time, whole seconds since 1970 (a float64 integer, any value the file holds). */
  seconds: number
  /** Capture time below the second; kept exactly even where a file holds more than 999,999,999. */
  nanoseconds: number
  /** Length on the wire in bytes; at least the captured length in sane input. */
  wireLength: number
  /** Ring that the data lies in. With `position` the identity of the data, kept by shadow copies. */
  ring: number
  /** Absolute position of the data in its ring. */
  position: number
  /** Which of the FE's inputs it came by, from 0. */
  input: number
  /** Byte `at` of the window. Outside the window: 0, and the FE's result becomes 0. */
  u8(at: number): number
  /** Big-endian u16 at byte `at` of the window. Outside: 0, and the FE's result becomes 0. */
  u16(at: number): number
  /** Big-endian u32 at byte `at` of the window. Outside: 0, and the FE's result becomes 0. */
  u32(at: number): number
}
