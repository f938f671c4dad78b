/** Data as MD5 and SHA-2 want it: a one bit, zeros, and the length in bits fill up the last block of 64 bytes. */
export const padded = (data: Uint8Array, little: boolean): DataView => {
  const size = (data.length + 8 + 64) & ~63
  const bytes = new Uint8Array(size)
  bytes.set(data)
  bytes[data.length] = 0x80
  const words = new DataView(bytes.buffer)
  const high = Math.floor(data.length / 2 ** 29)
  words.setUint32(size - 8, little ? data.length << 3 : high, little)
  words.setUint32(size - 4, little ? high : data.length << 3, little)
  return words
}
