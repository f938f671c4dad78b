import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Arena } from '../arena.js'
import { loadNative, nativeProblem } from '../native/load.node.js'
import type { NativeArea, NativeRings } from '../native/types.js'
import { formatArea, measure, type RingArea, type RingShapeOptions, shapeOf } from '../ring/area.js'

/** Why the native addon cannot be tested here. */
export const problem = nativeProblem()
if (problem !== undefined) console.warn(`tests of the native addon are skipped: ${problem}`)
/** For tests, which are skipped without it. */
export const native = loadNative() as NativeRings
/** What worker threads and other processes load. */
export const addon = fileURLToPath(
  new URL(`../../prebuilds/${process.platform}-${process.arch}/rings.node`, import.meta.url),
)

/** A directory of names of its own. */
export const namesDir = (): { dir: string; left: () => string[]; remove: () => void } => {
  const dir = mkdtempSync(join(tmpdir(), 'streamline-names-'))
  return { dir, left: () => readdirSync(dir), remove: () => rmSync(dir, { recursive: true, force: true }) }
}

export interface Made {
  readonly handle: NativeArea
  readonly area: RingArea
}

let ids = 1000

/** The memory of a ring, formatted and not yet served. */
export const makeArea = (arena: Arena, options: Partial<RingShapeOptions> & { id?: number } = {}): Made => {
  const shape = shapeOf({ bytes: 4096, kind: 'v', ...options })
  const { header, table } = measure(shape, native.pageSize)
  const offset = arena.alloc(header + table, 65536)
  const handle = native.create(arena.bytes, offset, header, table, 'test')
  const area = formatArea(arena, offset, shape, { id: options.id ?? ids++, name: 'test', tableAt: header })
  return { handle, area }
}

/** Maps what was opened; where. */
export const mapArea = (arena: Arena, handle: NativeArea): number => {
  const offset = arena.alloc(handle.sizeA + handle.sizeB, 65536)
  handle.map(arena.bytes, offset)
  return offset
}

/** The code of the error that something throws. */
export const codeOf = (what: () => unknown): string => {
  try {
    what()
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
  return 'none'
}

/** Turns of the event loop until something holds; whoever runs the suite stops a test that hangs. */
export const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((done) => setTimeout(done, 1))
}
