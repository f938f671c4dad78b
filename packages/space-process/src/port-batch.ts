import { type Batch, createBatch } from '@netstreamline/core'

/** A batch from another space: what its blocks have become on the way stands in columns of its own. */
export interface PortBatch extends Batch {
  readonly classifier: Int32Array
  readonly stream: Uint32Array
  readonly flags: Int32Array
  readonly l3: Int32Array
  readonly l4: Int32Array
  readonly proto: Int32Array
  /** Ring of each block's identity; `ring` says nothing. */
  readonly rings: Uint32Array
}

/** An empty port batch for `capacity` blocks. */
export const createPortBatch = (capacity: number): PortBatch => ({
  ...createBatch(capacity),
  classifier: new Int32Array(capacity),
  stream: new Uint32Array(capacity),
  flags: new Int32Array(capacity),
  l3: new Int32Array(capacity),
  l4: new Int32Array(capacity),
  proto: new Int32Array(capacity),
  rings: new Uint32Array(capacity),
})
