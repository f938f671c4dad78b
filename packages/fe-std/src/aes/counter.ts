/** The counter `blocks` (a whole number below 2^53) further; all 16 bytes count, big-endian. */
export const advance = (counter: Uint8Array, blocks: number): Uint8Array => {
  const next = counter.slice()
  let carry = blocks
  for (let i = 15; i >= 0 && carry > 0; i--) {
    const sum = next[i]! + (carry % 256)
    next[i] = sum & 255
    carry = Math.floor(carry / 256) + (sum >> 8)
  }
  return next
}

/**
 * The first counter of a stream: the top of the initialisation vector is combined with the stream's number, so that no
 * two streams of a key and vector come to the same counter before 2^64 blocks. Stream 0 of input 0 has the vector itself.
 */
export const counterOf = (iv: Uint8Array, stream: number, input: number): Uint8Array => {
  const counter = iv.slice()
  for (let i = 0; i < 4; i++) {
    counter[i]! ^= (stream >>> (24 - 8 * i)) & 255
    counter[4 + i]! ^= (input >>> (24 - 8 * i)) & 255
  }
  return counter
}
