/** AES by Node's crypto, that is OpenSSL with the processor's instructions for it. */
import { createCipheriv } from 'node:crypto'
import type { Keystream } from './crypto.js'

/** See {@link Crypto}. */
export const openCtr = (key: Uint8Array, counter: Uint8Array, skip: number): Keystream => {
  const cipher = createCipheriv(`aes-${key.length * 8}-ctr`, key, counter)
  if (skip > 0) cipher.update(new Uint8Array(skip))
  return { apply: (bytes, from, to) => bytes.set(cipher.update(bytes.subarray(from, to)), from) }
}
