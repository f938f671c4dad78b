/** What both modules behind `#crypto` export. */
export interface Crypto {
  /**
   * AES in counter mode (NIST SP 800-38A), the counter all 16 bytes.
   * @param key 16, 24 or 32 bytes
   * @param counter of the first block
   * @param skip bytes of that block that have been used already, 0 to 15
   */
  openCtr(key: Uint8Array, counter: Uint8Array, skip: number): Keystream
}

/** Goes on where the last call ended. */
export interface Keystream {
  /** Encrypts or decrypts, which is the same, `bytes[from .. to)` in place. */
  apply(bytes: Uint8Array, from: number, to: number): void
}
