/** AES by a library: the browser's own only works asynchronously, and not on shared memory. */
import { ctr } from '@noble/ciphers/aes.js'
import { advance } from './aes/counter.js'
import type { Keystream } from './crypto.js'

/** Bytes at a time. */
const CHUNK = 65536

/** See {@link Crypto}. */
export const openCtr = (key: Uint8Array, counter: Uint8Array, skip: number): Keystream => {
  const own = key.slice()
  let at: Uint8Array = counter.slice()
  let used = skip
  return {
    apply(bytes, from, to) {
      for (let i = from; i < to; i += CHUNK) {
        const end = Math.min(to, i + CHUNK)
        // In front, what of the block has been used: it is computed again and thrown away.
        const part = new Uint8Array(used + end - i)
        part.set(bytes.subarray(i, end), used)
        bytes.set(ctr(own, at).encrypt(part).subarray(used), i)
        at = advance(at, Math.floor(part.length / 16))
        used = part.length % 16
      }
    },
  }
}
