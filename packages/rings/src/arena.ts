import { StreamlineError } from '@netstreamline/core'
import { createFreeList } from './free-list.js'
import { acquire, type WasmMemory } from './memory.js'

/** One memory for everything a process streams: rings, records, blocks (architecture: one arena per process). */
export interface Arena {
  /** Where the platform has one: what WebAssembly functional elements import, and what a worker is sent. */
  readonly memory?: WasmMemory
  readonly buffer: ArrayBuffer | SharedArrayBuffer
  /** The whole memory. Offsets everywhere count bytes from its start and stay below 2^31. */
  readonly bytes: Uint8Array
  /** The range that this arena hands out: all of the memory, or what a worker was given. */
  readonly from: number
  readonly to: number
  /**
   * Offset of `bytes` bytes, never 0, at a multiple of `align` (a power of two up to 64 KiB, default 64). The bytes
   * are as their last owner left them; pages that nobody touches cost nothing.
   * @throws SL_ARENA_FULL when no free piece is large enough, SL_USAGE for a size or alignment that makes no sense.
   */
  alloc(bytes: number, align?: number): number
  /** Takes back what `alloc` gave. @throws SL_USAGE when it is not (or no longer) allocated. */
  free(offset: number): void
  /** Bytes allocated now. */
  readonly used: number
  /** Bytes that can be allocated in all. */
  readonly capacity: number
  /** What this platform's memory cannot do; undefined when nothing is lost. */
  readonly lost?: string
}

/** Largest arena: offsets of 2^31 and above cost two to three times as much to access. */
export const MAX_ARENA = 2 ** 31
const PAGE = 65536
const LINE = 64
const DEFAULT_SIZES = [2 ** 30, 2 ** 28, 2 ** 26]

const usage = (message: string, hint: string): StreamlineError => new StreamlineError('SL_USAGE', message, { hint })

const arenaOver = (
  buffer: ArrayBuffer | SharedArrayBuffer,
  from: number,
  to: number,
  memory?: WasmMemory,
  lost?: string,
): Arena => {
  const free = createFreeList(from, to)
  let used = 0
  return {
    memory,
    buffer,
    bytes: new Uint8Array(buffer),
    from,
    to,
    lost,
    get used() {
      return used
    },
    capacity: to - from,
    alloc(bytes, align = LINE) {
      if (!Number.isInteger(bytes) || bytes < 1) throw usage(`cannot allocate ${bytes} bytes`, 'Ask for 1 or more.')
      if (!Number.isInteger(align) || align < 1 || align > PAGE || (align & (align - 1)) !== 0) {
        throw usage(`cannot align to ${align}`, 'Alignments are powers of two from 1 to 65536.')
      }
      const offset = free.take(bytes, align)
      if (offset < 0) {
        throw new StreamlineError('SL_ARENA_FULL', `no ${bytes} bytes in one piece are left in the arena`, {
          hint: 'Make the arena larger (at most 2 GiB) or the rings smaller.',
          bytes,
          used,
          capacity: to - from,
        })
      }
      used += bytes
      return offset
    },
    free(offset) {
      const bytes = free.give(offset)
      if (bytes < 0) throw usage(`nothing is allocated at ${offset}`, 'Free what alloc returned, once.')
      used -= bytes
    },
  }
}

/**
 * Makes the arena of a process: a shared WebAssembly memory that never grows, or the best there is; `lost` then says
 * what cannot be done. `bytes` (64 KiB to 2 GiB, rounded up to 64 KiB) defaults to 1 GiB, less where the platform
 * does not give that; only touched pages cost memory.
 * @throws SL_USAGE for a size out of range, SL_ARENA_FULL when the platform gives no memory.
 */
export const createArena = (options: { bytes?: number; shared?: boolean } = {}): Arena => {
  const wanted = options.bytes
  if (wanted !== undefined && (!Number.isInteger(wanted) || wanted < 1 || wanted > MAX_ARENA)) {
    throw usage(`an arena cannot have ${wanted} bytes`, 'Choose a size of at most 2 GiB (2147483648).')
  }
  for (const size of wanted === undefined ? DEFAULT_SIZES : [wanted]) {
    const bytes = Math.ceil(size / PAGE) * PAGE
    const got = acquire(bytes, options.shared ?? true)
    if (!got) continue
    const less = wanted === undefined && size < DEFAULT_SIZES[0]! ? `only ${size >> 20} MiB could be had` : undefined
    return arenaOver(got.buffer, LINE, bytes, got.memory, [got.lost, less].filter(Boolean).join('; ') || undefined)
  }
  throw new StreamlineError('SL_ARENA_FULL', 'the platform gives no memory for an arena', {
    hint: 'Ask for fewer bytes, or raise the limit on address space (ulimit -v).',
    bytes: wanted,
  })
}

/**
 * The arena of a worker: the same memory, of which it hands out [from, to) only. The space that starts the worker
 * allocates that range in its own arena and sends memory (or buffer), `from` and `to`; so both allocate without
 * ever talking about it. All rings can be attached, wherever they lie.
 * @throws SL_USAGE when the range is not in the memory or holds offset 0.
 */
export const attachArena = (memory: WasmMemory | ArrayBuffer | SharedArrayBuffer, from: number, to: number): Arena => {
  const wasm = 'buffer' in memory ? memory : undefined
  const buffer = wasm ? wasm.buffer : (memory as ArrayBuffer | SharedArrayBuffer)
  const inside = Number.isInteger(from) && Number.isInteger(to) && from > 0 && from <= to && to <= buffer.byteLength
  if (!inside || to > MAX_ARENA) {
    throw usage(`[${from}, ${to}) is not a range of this memory`, 'Give a range that alloc has returned.')
  }
  return arenaOver(buffer, from, to, wasm)
}
