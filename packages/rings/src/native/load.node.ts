import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { NativeRings } from './types.js'

/** From a file in dist/, and from this one in src/native/. */
const PARENTS = ['..', '../..']

interface Loaded {
  readonly rings?: NativeRings
  readonly problem?: string
}

let loaded: Loaded | undefined

const load = (): Loaded => {
  if (process.env.STREAMLINE_NO_NATIVE === '1') return { problem: 'STREAMLINE_NO_NATIVE=1 is set' }
  const file = `prebuilds/${process.platform}-${process.arch}/rings.node`
  for (const parent of PARENTS) {
    const path = fileURLToPath(new URL(`${parent}/${file}`, import.meta.url))
    if (!existsSync(path)) continue
    try {
      return { rings: createRequire(import.meta.url)(path) as NativeRings }
    } catch (error) {
      return { problem: `${path} does not load: ${(error as Error).message}` }
    }
  }
  return { problem: `there is no ${file}; npm run build:native makes it (Linux, needs g++)` }
}

/** The native addon, or undefined where there is none: then rings are shared between the threads of a process only. */
export const loadNative = (): NativeRings | undefined => {
  loaded ??= load()
  return loaded.rings
}

/** Why `loadNative` gives nothing, for people; undefined when it gives something. */
export const nativeProblem = (): string | undefined => {
  loaded ??= load()
  return loaded.problem
}
