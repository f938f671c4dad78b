/**
 * First fit over a range of offsets. The book is kept here and not in the memory it describes: that memory may be
 * written by others. Free pieces are sorted by offset, never empty and never adjacent.
 */
export interface FreeList {
  /** Offset of `bytes` bytes at a multiple of `align`, or -1. */
  take(bytes: number, align: number): number
  /** Bytes given back, or -1 when nothing was taken at `offset`. */
  give(offset: number): number
}

/** A free list for the range [from, to). */
export const createFreeList = (from: number, to: number): FreeList => {
  const starts: number[] = to > from ? [from] : []
  const ends: number[] = to > from ? [to] : []
  const taken = new Map<number, number>()

  const take = (bytes: number, align: number): number => {
    for (let i = 0; i < starts.length; i++) {
      const start = starts[i]!
      const end = ends[i]!
      const at = Math.ceil(start / align) * align
      if (at + bytes > end) continue
      const pieces = [
        [start, at],
        [at + bytes, end],
      ].filter(([a, b]) => a! < b!)
      starts.splice(i, 1, ...pieces.map((p) => p[0]!))
      ends.splice(i, 1, ...pieces.map((p) => p[1]!))
      taken.set(at, bytes)
      return at
    }
    return -1
  }

  const give = (offset: number): number => {
    const bytes = taken.get(offset)
    if (bytes === undefined) return -1
    taken.delete(offset)
    const end = offset + bytes
    let i = starts.findIndex((start) => start > offset)
    if (i < 0) i = starts.length
    const joinsBefore = i > 0 && ends[i - 1] === offset
    const joinsAfter = i < starts.length && starts[i] === end
    if (joinsBefore && joinsAfter) {
      ends[i - 1] = ends[i]!
      starts.splice(i, 1)
      ends.splice(i, 1)
    } else if (joinsBefore) ends[i - 1] = end
    else if (joinsAfter) starts[i] = offset
    else {
      starts.splice(i, 0, offset)
      ends.splice(i, 0, end)
    }
    return bytes
  }

  return { take, give }
}
