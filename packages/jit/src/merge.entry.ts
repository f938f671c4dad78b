/**
 * One program for many: what filters on the same blocks look at is looked at once (§4).
 * @packageDocumentation
 */
export { type Decision, isMergeable, mergePrograms } from './merge/merge.js'
export type { Outcome } from './merge/tree.js'
