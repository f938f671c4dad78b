import type { Context, Ring } from '@netstreamline/core'

/** Where messages go that do not lie in one block: written one after the other, around and around. */
export class CopyRing {
  /** Identity of what was written last. */
  position = 0
  readonly #context: Context
  readonly #ring: Ring
  #used = 0

  /** @param largest longest message in bytes; the ring holds several. @throws SL_ARENA_FULL */
  constructor(context: Context, largest: number) {
    this.#context = context
    this.#ring = context.alloc(4 * largest)
  }

  get id(): number {
    return this.#ring.id
  }

  /** A place in the arena for a message of at most so many bytes, which {@link take} ends. */
  reserve(most: number): number {
    const { base, size } = this.#ring
    const free = size - (this.#used % size)
    if (free < most) this.#used += free
    const offset = base + (this.#used % size)
    this.#ring.reclaim(offset, most)
    return offset
  }

  /** The message that was written to the reserved place is so long; it is to be emitted at once. */
  take(length: number): void {
    this.position = this.#used
    this.#used += length
  }

  /** Copies b[at, at + length); returns where it lies in the arena. */
  copy(b: Uint8Array, at: number, length: number): number {
    const offset = this.reserve(length)
    this.#context.bytes.set(b.subarray(at, at + length), offset)
    this.take(length)
    return offset
  }

  free(): void {
    this.#ring.free()
  }
}
