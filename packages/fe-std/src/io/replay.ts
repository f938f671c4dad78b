import type { Input } from '../io.js'

/** `prefix`, then what `input` gives. */
export const replay = (prefix: Uint8Array, input: Input): Input => {
  let at = 0
  return {
    size: input.size,
    read(into, offset, length) {
      if (at === prefix.length) return input.read(into, offset, length)
      const n = Math.min(length, prefix.length - at)
      into.set(prefix.subarray(at, at + n), offset)
      at += n
      return n
    },
    close: () => input.close(),
  }
}

/** The same bytes as `input`; `taken()` gives what has been read so far. */
export const record = (input: Input): { input: Input; taken(): Uint8Array } => {
  const parts: Uint8Array[] = []
  const keep = (into: Uint8Array, offset: number, n: number): number => {
    if (n > 0) parts.push(into.slice(offset, offset + n))
    return n
  }
  return {
    input: {
      size: input.size,
      read(into, offset, length) {
        const n = input.read(into, offset, length)
        return typeof n === 'number' ? keep(into, offset, n) : n.then((m) => keep(into, offset, m))
      },
      close: () => input.close(),
    },
    taken() {
      const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0))
      let at = 0
      for (const part of parts) {
        all.set(part, at)
        at += part.length
      }
      return all
    },
  }
}
