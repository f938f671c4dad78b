/** An address as people write it (IPv6: RFC 5952), of 4 or 16 bytes at `at`. */
export const addressText = (bytes: Uint8Array, at: number, size: number): string => {
  if (size === 4) return bytes.subarray(at, at + 4).join('.')
  const words = Array.from({ length: 8 }, (_, i) => (bytes[at + 2 * i]! << 8) | bytes[at + 2 * i + 1]!)
  let [from, length] = [0, 1]
  for (let i = 0; i < 8; i++) {
    let run = 0
    while (i + run < 8 && words[i + run] === 0) run++
    if (run > length) [from, length] = [i, run]
    i += run
  }
  const text = (part: number[]) => part.map((word) => word.toString(16)).join(':')
  return length < 2 ? text(words) : `${text(words.slice(0, from))}::${text(words.slice(from + length))}`
}
