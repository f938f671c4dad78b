/**
 * Compilers of the filter IR. `@netstreamline/jit/ir` holds the IR itself, `./wasm` the compiler to WebAssembly,
 * `./merge` what makes one program of many.
 * @packageDocumentation
 */
export { canGenerate, compileProgram } from './js/compile.js'
export { emitJavaScript } from './js/emit.js'
export type { Names } from './js/names.js'
