import { StreamlineError } from '@netstreamline/core'
import type { Program } from '../ir/format.js'
import type { External } from '../ir/interpret.js'
import { emitWasm } from './module.js'
import type { Layout } from './operations.js'

interface Api {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> }
}
const api = (): Api | undefined => (globalThis as { WebAssembly?: Api }).WebAssembly

/** A memory of WebAssembly, as far as the compiler needs to know. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer | SharedArrayBuffer
}

/** May modules be made here? Not where WebAssembly lacks, nor under a strict content security policy. */
export const canCompileWasm = (): boolean => {
  try {
    const WebAssembly = api()
    return WebAssembly !== undefined && new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)) !== null
  } catch {
    return false
  }
}

/** A program in WebAssembly, over a memory. */
export interface WasmProgram {
  /** Runs it on one block; what it has made of the block stands in its record. @returns the classifier */
  run(
    offset: number,
    length: number,
    kind: number,
    stream: number,
    l3: number,
    l4: number,
    proto: number,
    classifier: number,
    wireLength: number,
    now: number,
  ): number
  /** Runs it on `count` blocks fresh from a source; the rest are addresses of columns, see COLUMNS. */
  batch?(count: number, ...columns: number[]): void
}

/** Where a program's code works. */
export interface WasmPlace extends Layout {
  readonly memory: WasmMemory
  /** The functions that its externs name. */
  readonly externals?: readonly External[]
  /** Makes the window that stands in the record a private copy, and moves the record's positions. */
  edit?(): void
}

/**
 * Compiles a verified program. The record and the words must be zero, and stay allocated as long as it is used.
 * @throws SL_IR where the platform refuses the module: it has no WebAssembly, or not of this size
 */
export const compileWasm = (program: Program, place: WasmPlace): WasmProgram => {
  const { memory, words, externals = [], edit } = place
  const WebAssembly = api()
  try {
    const shared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer
    const module = new WebAssembly!.Module(emitWasm(program, place, shared))
    const own = new Uint32Array(memory.buffer, words, program.memory)
    const imports: Record<string, unknown> = { memory, edit: () => edit?.() }
    externals.forEach((external, n) => {
      imports[`x${n}`] = (from: number, to: number) => Number(external(own, from, to))
    })
    const { exports } = new WebAssembly!.Instance(module, { s: imports })
    return exports as unknown as WasmProgram
  } catch (error) {
    throw new StreamlineError(
      'SL_IR',
      `WebAssembly refuses the program: ${(error as Error).message}`,
      { hint: 'Use target js, or none.' },
      error,
    )
  }
}
