/**
 * What a source fills in one breath: blocks by reference, a structure of arrays so that nothing is allocated per
 * block. `offset` counts bytes in the arena.
 */
export interface Batch {
  /** How many blocks the arrays can take. */
  readonly capacity: number
  /** How many blocks the source may add this time: the credit of what is below it, at most `capacity`. */
  limit: number
  /** Blocks in it now; the source adds at `count`. */
  count: number
  /** Set by the source when nothing will follow. */
  end: boolean
  /** Ring that the blocks lie in. */
  ring: number
  readonly offset: Int32Array
  readonly length: Int32Array
  readonly kind: Int32Array
  readonly wireLength: Uint32Array
  readonly seconds: Float64Array
  readonly nanoseconds: Float64Array
  readonly position: Float64Array
}

/** An empty batch for `capacity` blocks. */
export const createBatch = (capacity: number): Batch => ({
  capacity,
  limit: capacity,
  count: 0,
  end: false,
  ring: 0,
  offset: new Int32Array(capacity),
  length: new Int32Array(capacity),
  kind: new Int32Array(capacity),
  wireLength: new Uint32Array(capacity),
  seconds: new Float64Array(capacity),
  nanoseconds: new Float64Array(capacity),
  position: new Float64Array(capacity),
})
