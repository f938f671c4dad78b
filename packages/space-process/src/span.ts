/** How far before the window its headers may lie and still be kept with it, in bytes. */
const HEADERS = 512

/** Where a copy of a window must begin so that the header positions before it stay known. */
export const spanStart = (offset: number, l3: number, l4: number): number => {
  let start = offset
  if (l4 >= 0 && l4 < start && offset - l4 <= HEADERS) start = l4
  if (l3 >= 0 && l3 < start && offset - l3 <= HEADERS) start = l3
  return start
}

/** A header position that lies in [start, end] moved by `by`; -1 for one that does not. */
export const moved = (at: number, start: number, end: number, by: number): number =>
  at >= start && at <= end ? at + by : -1

/**
 * An address rounded down to 8. Engines copy inside shared memory by words only between addresses that are both
 * aligned, else byte by byte, ten times slower: so copies begin at an aligned address and go to one.
 */
export const aligned = (address: number): number => address & ~7
