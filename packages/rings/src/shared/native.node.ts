import { StreamlineError } from '@netstreamline/core'
import { type Arena, createArena } from '../arena.js'
import { loadNative, nativeProblem } from '../native/load.node.js'
import type { NativeRings } from '../native/types.js'

/** @throws SL_RING_NATIVE */
export const needNative = (): NativeRings => {
  const native = loadNative()
  if (native !== undefined) return native
  throw new StreamlineError('SL_RING_NATIVE', 'rings between processes need the native part of @netstreamline/rings', {
    hint: `${nativeProblem() ?? 'It is not there'}. Rings between threads work without.`,
  })
}

let common: Arena | undefined

/** The arena of a thread that has not chosen one: rings of other processes are mapped into it. */
export const commonArena = (): Arena => {
  common ??= createArena()
  return common
}

/** Places in an arena where memory of another process is mapped begin at a multiple of this. */
export const MAP_ALIGN = 65536
