/**
 * What a change of 16-bit words does to an Internet checksum over them (RFC 1624): HC' = ~(~HC + ~m + m'). The data
 * itself is not read, so a checksum that was wrong stays wrong, and one that covers bytes not captured stays right.
 */
export class Delta {
  #sum = 0

  word(before: number, now: number): void {
    this.#sum += (before ^ 0xffff) + now
  }
  add(other: Delta): void {
    this.#sum += other.#sum
  }
  clear(): void {
    this.#sum = 0
  }

  /** The checksum that `before` becomes. */
  applied(before: number): number {
    let sum = (before ^ 0xffff) + this.#sum
    while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 65536)
    return sum ^ 0xffff
  }
}

export const read16 = (b: Uint8Array, at: number): number => (b[at]! << 8) | b[at + 1]!

/** Replaces a word, and tells what that changes. */
export const write16 = (b: Uint8Array, at: number, value: number, delta: Delta): void => {
  delta.word(read16(b, at), value)
  b[at] = value >> 8
  b[at + 1] = value & 255
}
