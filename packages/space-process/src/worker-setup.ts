import { type FunctionalElement, isFE, StreamlineError } from '@netstreamline/core'
import type { Arena, RingDescriptor, WasmMemory } from '@netstreamline/rings'
import type { PortSize } from './port-reader.js'

/** How a worker's space is made. */
export interface WorkerSpaceOptions {
  /** Default `worker`. */
  readonly name?: string
  /** Default 0: as near to the data as the main thread. */
  readonly depth?: number
  /** Name of the space in this thread that data passes to and from. Default `process`. */
  readonly beside?: string
  /** The arena of this thread; default: that of the process. */
  readonly arena?: Arena
  /** Bytes of the arena that the worker allocates from; default 128 MiB, at most a quarter of the arena. */
  readonly bytes?: number
  /** `false`: interpret instead of generating code. */
  readonly generate?: boolean
  /** How much may be under way on an edge to the worker. */
  readonly ports?: PortSize
  print?(line: string): void
  log?(message: string): void
}

/** What the thread is started with; crosses by structured clone. */
export interface WorkerSetup {
  readonly name: string
  readonly depth: number
  readonly beside: string
  readonly memory: WasmMemory | ArrayBuffer | SharedArrayBuffer
  /** The part of the memory that the worker allocates from. */
  readonly from: number
  readonly to: number
  readonly generate?: boolean
  readonly ports?: PortSize
  /** Control channel, as the worker sees it. */
  readonly out: RingDescriptor
  readonly in: RingDescriptor
  /** Hub of the main thread. */
  readonly hub: number
}

/** Messages besides calls on the control channel: the worker's hub, data and talk for the user. */
export interface Talk {
  readonly hub?: number
  readonly print?: string
  readonly log?: string
}

/** Can a thread with no registry of its own load it? */
export const importable = (module: string): boolean => /^(file|data|https?|blob):/.test(module)

/** Loads an FE where there is no registry: the default export of a module at a URL. @throws SL_PLUGIN */
export const importElement = async (module: string, fn: string): Promise<FunctionalElement> => {
  const refuse = (what: string, cause?: unknown) =>
    new StreamlineError('SL_PLUGIN', `${module} ${what}`, { hint: 'Build its package again.', module }, cause)
  let fe: unknown
  try {
    fe = ((await import(module)) as { default?: unknown }).default
  } catch (error) {
    throw refuse(`cannot be loaded: ${(error as Error).message}`, error)
  }
  if (!isFE(fe)) throw refuse('exports no functional element as default')
  if (fe.meta.name !== fn) throw refuse(`provides (${fe.meta.name}), not (${fn})`)
  return fe
}
