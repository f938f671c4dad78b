/**
 * Compilers of the filter IR. `@netstreamline/jit/ir` holds the IR itself.
 * @packageDocumentation
 */
export { canGenerate, compileProgram } from './js/compile.js'
export { emitJavaScript, type Names } from './js/emit.js'
