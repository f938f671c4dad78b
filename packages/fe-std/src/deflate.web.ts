/** Deflate by a library: the browser's own only works asynchronously, and has no flush. */
import { Deflate } from 'fflate'

/** See {@link Deflate}. */
export const deflatePiece = (data: Uint8Array, before: Uint8Array, level: number, last: boolean): Uint8Array => {
  const parts: Uint8Array[] = []
  const dictionary = before.length > 0 ? before.slice() : undefined
  const stream = new Deflate({ level: level as 6, dictionary }, (part) => void parts.push(part))
  stream.push(data.slice(), last)
  if (!last) stream.flush(true)
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

let table: Int32Array | undefined

const makeTable = (): Int32Array =>
  Int32Array.from({ length: 256 }, (_, n) => {
    let c = n
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1
    return c
  })

/** See {@link Deflate}. */
export const crc32 = (data: Uint8Array, crc: number): number => {
  table ??= makeTable()
  let c = ~crc
  for (let i = 0; i < data.length; i++) c = table[(c ^ data[i]!) & 255]! ^ (c >>> 8)
  return ~c >>> 0
}
