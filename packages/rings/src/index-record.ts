/**
 * One index (§6, Figure 5), as read from an IBuf: the block at `position` of DBuf `ring`, and in it the window of
 * `length` bytes from `offset` on. An object to be reused: a reader fills it again and again.
 */
export class IndexRecord {
  /** Id of the DBuf, 1..2^32-2. */
  ring = 0
  /** Absolute position of the block in that DBuf, 0..2^52-1. With `ring` the identity of the data. */
  position = 0
  /** Start of the window in the block, bytes, 0..2^30. */
  offset = 0
  /** Length of the window, bytes, 0..2^30. */
  length = 0
  /** Classifier of the functional element before, 0..65535. */
  classifier = 0
  /** START, END, GAP as in core's Block; others as the writer gave them, 0..32767. */
  flags = 0
  /** Stream number, u32. */
  stream = 0
  /** Kind of block (core's KIND), 0..2^31-1. */
  kind = 0
  /** Did the fields below come with it? If not they are 0, and -1 for the header positions. */
  extended = false
  /** Capture time: whole seconds since 1970 and nanoseconds. */
  seconds = 0
  nanoseconds = 0
  /** Length on the wire, bytes. */
  wireLength = 0
  /** Start of the network and the transport header, bytes from the block's start (not the window's); -1: unknown. */
  l3 = -1
  l4 = -1
  /** Transport protocol; -1: unknown. */
  proto = -1
}
