import { StreamlineError } from '@netstreamline/core'
import type { Arena } from '../arena.js'
import { platform } from '../platform.js'
import { ENDS } from './ends.generated.js'

/**
 * The hot half of one end of a ring, in WebAssembly over the arena's memory (ends.wat): copies blocks inside a window
 * that TypeScript opens, and knows nothing of what lies outside. Offsets are those of the arena.
 */
export interface HotEnd {
  /** A window of [at, end) for kind 1 (c), 2 (p), 3 (v) or 4 (d: of its index); `left`: most blocks to write. */
  open(kind: number, at: number, end: number, sequence: number, left: number): void
  /** p: bytes of a slot. */
  slots(recordBytes: number): void
  /** d, writing: window [data, end) of the data at position (high, low). Reading: start of the data, capacity - 1. */
  double(data: number, end: number, low: number, high: number): void
  /** Nothing fits any more; where the window has come to. */
  close(): number
  sequence(): number
  bytes(): number
  largest(): number
  data(): number
  /** Writes a block; 0: not within the window. */
  put(from: number, length: number): number
  /** Copies the next block out; its length, or -1: not within the window. */
  take(to: number, room: number): number
  copy(to: number, from: number, length: number): void
}

/** Where the limits of the imported memory stand in the module: 3 is shared, 1 is not. */
const SHARED_FLAG = [1, 0x65, 1, 0x6d, 2, 3]

const modules = new Map<boolean, unknown>()

const moduleFor = (isShared: boolean): unknown => {
  const known = modules.get(isShared)
  if (known !== undefined) return known
  const bytes = Uint8Array.from(platform.atob(ENDS), (letter) => letter.charCodeAt(0))
  if (!isShared) {
    const at = bytes.findIndex((_, i) => SHARED_FLAG.every((byte, k) => bytes[i + k] === byte))
    bytes[at + SHARED_FLAG.length - 1] = 1
  }
  const module = new platform.WebAssembly!.Module(bytes)
  modules.set(isShared, module)
  return module
}

/** The hot half for one more end; undefined where the arena is no WebAssembly memory, or code must not be compiled. */
export const createHotEnd = (arena: Arena): HotEnd | undefined => {
  if (arena.memory === undefined) return undefined
  try {
    const module = moduleFor(!(arena.buffer instanceof ArrayBuffer))
    // A copy: what an instance exports is an object that is slow to look up in.
    return { ...(new platform.WebAssembly!.Instance(module, { e: { m: arena.memory } }).exports as HotEnd) }
  } catch {
    // A browser without vector instructions, or a page that does not allow WebAssembly.
    return undefined
  }
}

/** Do the bytes all lie in the arena? False for what is no number, too. */
export const isInside = (heap: Uint8Array, offset: number, length: number): boolean =>
  offset >= 0 && length >= 0 && offset + length <= heap.length

/** @throws SL_USAGE when the bytes do not all lie in the arena */
export const checkRange = (heap: Uint8Array, offset: number, length: number): void => {
  if (isInside(heap, offset, length)) return
  throw new StreamlineError('SL_USAGE', `[${offset}, ${offset + length}) is not in the arena`, {
    hint: 'Give the offset of memory that the arena has allocated.',
  })
}
