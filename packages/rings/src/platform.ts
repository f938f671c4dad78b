import type { WasmMemory } from './memory.js'

/** The parts of the platform that ECMAScript itself does not have; Node and browsers share them. */
export const platform = globalThis as unknown as {
  readonly WebAssembly?: {
    Memory: new (d: { initial: number; maximum: number; shared?: boolean }) => WasmMemory
    Module: new (bytes: Uint8Array) => object
    Instance: new (module: unknown, imports: object) => { readonly exports: object }
  }
  atob(text: string): string
  readonly SharedArrayBuffer?: SharedArrayBufferConstructor
  readonly crossOriginIsolated?: boolean
  readonly TextEncoder: new () => { encode(text: string): Uint8Array }
  readonly TextDecoder: new (label: string, options: { fatal: boolean }) => { decode(bytes: Uint8Array): string }
  queueMicrotask(f: () => void): void
  setTimeout(f: () => void, ms: number): unknown
  readonly setImmediate?: (f: () => void, unused: number) => unknown
  setInterval(f: () => void, ms: number): unknown
  clearInterval(timer: unknown): void
  clearTimeout(timer: unknown): void
  readonly performance: { now(): number }
}
