/**
 * The compiler of the filter IR to WebAssembly. A module works on the arena itself: it imports its memory.
 * @packageDocumentation
 */
export { canCompileWasm, compileWasm, type WasmMemory, type WasmPlace, type WasmProgram } from './wasm/compile.js'
export { changes, runsInBatches } from './wasm/emit.js'
export { emitWasm } from './wasm/module.js'
export type { Layout } from './wasm/operations.js'
export { COLUMNS, PARAMETERS, RECORD, RECORD_BYTES } from './wasm/record.js'
