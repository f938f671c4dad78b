/** What both modules behind `#deflate` export. */
export interface Deflate {
  /**
   * A piece of a raw deflate stream (RFC 1951) that ends at a byte; pieces one after the other are a stream.
   * @param data the bytes of the piece
   * @param before what stood before them in the stream, at most 32 KiB, to refer to
   * @param level 0 (stored) to 9 (smallest)
   * @param last the stream ends here
   */
  deflatePiece(data: Uint8Array, before: Uint8Array, level: number, last: boolean): Uint8Array
  /** CRC-32 (RFC 1952) of what `crc` is of, and then `data`. */
  crc32(data: Uint8Array, crc: number): number
}
