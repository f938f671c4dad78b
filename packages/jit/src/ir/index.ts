/**
 * The filter IR: format, builder, verifier and reference interpreter. Small enough for every FE package.
 * @packageDocumentation
 */
export {
  type Address,
  type AluName,
  Builder,
  type Condition,
  Label,
  type LoadName,
  type SetName,
  type StoreName,
} from './builder.js'
export { hash } from './compute.js'
export {
  ABORT,
  type AbortName,
  BASE,
  type BaseName,
  decode,
  encode,
  type Extern,
  type Instruction,
  MAILBOX,
  NONE,
  type Program,
  type Table,
} from './format.js'
export { type External, type Frame, interpret } from './interpret.js'
export { OP, type OpName } from './ops.js'
export { LIMITS, verify, worstCaseCost } from './verify.js'
