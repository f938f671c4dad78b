/**
 * What authors of functional elements test with: a harness that runs one FE, and checks that every FE should pass.
 * @packageDocumentation
 */
export type { InputBlock, OutputBlock } from './blocks.js'
export { type Conformance, conformFE, type Failure } from './conform.js'
export { type RunOptions, type RunResult, runFE } from './run.js'
export type { Sample } from './samples.js'
