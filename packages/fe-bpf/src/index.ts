/**
 * pcap-filter(7) expressions compiled to classic BPF, and classic BPF as text, checked, and run.
 * @packageDocumentation
 */
export { decodeProgram, encodeProgram } from './cbpf/encode.js'
export { run } from './cbpf/interpret.js'
export type { Instruction, Program } from './cbpf/opcodes.js'
export { disassemble } from './cbpf/print.js'
export { validate } from './cbpf/validate.js'
export { type CompileOptions, compile } from './compile.js'
export { linkTypeDescription, linkTypeName, linkTypeNumber, linkTypes } from './linktypes.js'
export type { Names } from './names/resolver.js'
export { type Programs, toIr } from './to-ir/program.js'
