import type { Context, Emission, Ring } from '@netstreamline/core'

/** Where messages go that do not lie in one block: written one after the other, around and around. */
export class CopyRing {
  readonly #context: Context
  readonly #ring: Ring
  #used = 0

  /** @param largest longest message in bytes; the ring holds several. @throws SL_ARENA_FULL */
  constructor(context: Context, largest: number) {
    this.#context = context
    this.#ring = context.alloc(4 * largest)
  }

  /** Copies a message; returns where it lies and its identity, to be emitted at once. */
  copy(message: Uint8Array): Emission {
    const { base, size, id } = this.#ring
    const { length } = message
    const free = size - (this.#used % size)
    if (free < length) this.#used += free
    const position = this.#used
    const offset = base + (position % size)
    this.#ring.reclaim(offset, length)
    this.#context.bytes.set(message, offset)
    this.#used += length
    return { offset, length, ring: id, position }
  }

  free(): void {
    this.#ring.free()
  }
}
