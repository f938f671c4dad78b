import type { Program } from '../ir/format.js'
import { OP } from '../ir/ops.js'
import { Code } from './code.js'
import { batchFunction, runFunction, runsInBatches } from './emit.js'
import type { Imports, Layout } from './operations.js'
import { COLUMNS, PARAMETERS } from './record.js'

const I32 = 0x7f
const FUNCTION = 0x60
const MEMORY = 2
/** Most pages that a memory may have: an import names an upper bound, and takes any memory below. */
const PAGES = 65_536

const list = (items: readonly Code[]): Code => {
  const all = new Code().u32(items.length)
  for (const item of items) all.append(item)
  return all
}
const signature = (parameters: number, results: number): Code => {
  const code = new Code().byte(FUNCTION).u32(parameters)
  for (let n = 0; n < parameters; n++) code.byte(I32)
  code.u32(results)
  for (let n = 0; n < results; n++) code.byte(I32)
  return code
}

/**
 * The module of a verified program, specified in docs/reference/ir.md. It imports the arena as `s.memory`, `s.edit`
 * where it edits, and `s.x0` … for its externs; it exports `run` and, where it can, `batch`.
 * @param shared is the arena's memory shared?
 */
export const emitWasm = (program: Program, layout: Layout, shared: boolean): Uint8Array => {
  const edits = program.code.some((i) => i.op === OP.EDIT)
  const externs = program.externs ?? []
  const batches = runsInBatches(program)
  const types = [signature(PARAMETERS.length, 1), signature(COLUMNS.length, 0), signature(0, 0), signature(2, 1)]
  const [RUN, BATCH, EDIT, EXTERN] = [0, 1, 2, 3]
  const limits = shared ? new Code().byte(3).u32(1).u32(PAGES) : new Code().byte(0).u32(1)
  const imported = (name: string) => new Code().text('s').text(name)
  const imports: Imports = { edit: 0, external: (n) => Number(edits) + n }
  const functions = [
    { type: RUN, name: 'run', code: runFunction(program, layout, imports) },
    ...(batches ? [{ type: BATCH, name: 'batch', code: batchFunction(program, layout, imports) }] : []),
  ]
  const first = Number(edits) + externs.length
  const sections: [number, Code][] = [
    [1, list(types)],
    [
      2,
      list([
        imported('memory').byte(MEMORY).append(limits),
        ...(edits ? [imported('edit').byte(0).u32(EDIT!)] : []),
        ...externs.map((_, n) => imported(`x${n}`).byte(0).u32(EXTERN!)),
      ]),
    ],
    [3, list(functions.map(({ type }) => new Code().u32(type!)))],
    [7, list(functions.map(({ name }, n) => new Code().text(name).byte(0).u32(first + n)))],
    [10, list(functions.map(({ code }) => new Code().sized(code)))],
  ]
  const module = new Code().byte(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)
  for (const [id, section] of sections) module.byte(id).sized(section)
  return Uint8Array.from(module.bytes)
}
