/**
 * The filter IR: format, builder, verifier and reference interpreter. Small enough for every FE package.
 * @packageDocumentation
 */
export { Builder, Label } from './builder.js'
export { BASE, type BaseName, decode, encode, type Instruction, NONE, OP, type OpName, type Program } from './format.js'
export { type Frame, interpret } from './interpret.js'
export { verify } from './verify.js'
