/**
 * The arena alone, for who starts with nothing else: rings are loaded when the first one is needed.
 * @packageDocumentation
 */
export { type Arena, attachArena, createArena, MAX_ARENA } from './arena.js'
export type { WasmMemory } from './memory.js'
