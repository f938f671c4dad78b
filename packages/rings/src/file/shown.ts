import type { BlockSource } from './source.js'

/** A reading file, as a writing file looks at it (§6.1: "compares its argument to the last block seen"). */
export interface Showing {
  readonly source: BlockSource
  /** Where in the arena `bytes` lie, if they are what the file has shown last, or a part of it; else -1. */
  locate(bytes: Uint8Array): number
}

/** The file that has shown something last, and others that have shown something before. */
let latest: Showing | undefined
const others = new Set<Showing>()

/** `file` shows a piece from now on. */
export const showing = (file: Showing): void => {
  if (latest === file) return
  if (latest !== undefined) others.add(latest)
  others.delete(file)
  latest = file
}

/** `file` shows nothing any more. */
export const forget = (file: Showing): void => {
  if (latest === file) latest = undefined
  others.delete(file)
}

/** Who shows these very bytes? */
export const whoShows = (bytes: Uint8Array): Showing | undefined => {
  if (latest !== undefined && latest.locate(bytes) >= 0) return latest
  for (const file of others) if (file.locate(bytes) >= 0) return file
  return undefined
}
