/**
 * What a program's code keeps in the arena beside its memory, in bytes from the start of the record: what it has made of
 * the block when it returns, the mailbox, and how often it was stopped. Specified in docs/reference/ir.md.
 */
export const RECORD = { offset: 0, length: 4, kind: 8, stream: 12, l3: 16, l4: 20, aborted: 24, mail: 32, aborts: 64 }
export const RECORD_BYTES = 128

/** Parameters of `run`, in order. */
export const PARAMETERS = [
  'offset',
  'length',
  'kind',
  'stream',
  'l3',
  'l4',
  'proto',
  'classifier',
  'wireLength',
  'now',
] as const
export type Field = (typeof PARAMETERS)[number]

/**
 * Parameters of `batch`: how many blocks, then addresses of columns of 32-bit words, those that it reads and those that
 * it writes: result, and what the program made of the block.
 */
export const COLUMNS = [
  'count',
  'offset',
  'length',
  'kind',
  'wireLength',
  'result',
  'newOffset',
  'newLength',
  'newKind',
  'newStream',
  'mail',
] as const
export type Column = (typeof COLUMNS)[number]
