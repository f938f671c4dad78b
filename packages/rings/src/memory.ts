import { platform } from './platform.js'

/** A `WebAssembly.Memory`, as far as rings need to know. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer | SharedArrayBuffer
}

/** Memory for an arena, and what cannot be done with it. */
export interface Acquired {
  readonly memory?: WasmMemory
  readonly buffer: ArrayBuffer | SharedArrayBuffer
  readonly lost?: string
}

const PAGE = 65536

const NO_WASM = 'WebAssembly functional elements and memory of other processes (mapping) cannot be used'
const NO_WORKERS = 'workers cannot share it, everything runs in one thread'

/** The best memory of `bytes` bytes that the platform gives; undefined when it gives none. */
export const acquire = (bytes: number, shared: boolean): Acquired | undefined => {
  // Without cross-origin isolation a browser may hand out shared memory, but it refuses to send it to a worker.
  const canShare = shared && platform.crossOriginIsolated !== false && platform.SharedArrayBuffer !== undefined
  const wasm = (share: boolean): WasmMemory =>
    new platform.WebAssembly!.Memory({ initial: bytes / PAGE, maximum: bytes / PAGE, shared: share })
  const noWorkers = shared ? NO_WORKERS : undefined
  const ways: (() => Acquired)[] = []
  if (canShare) {
    ways.push(() => {
      const memory = wasm(true)
      return { memory, buffer: memory.buffer }
    })
    ways.push(() => ({ buffer: new platform.SharedArrayBuffer!(bytes), lost: NO_WASM }))
  }
  ways.push(() => {
    const memory = wasm(false)
    return { memory, buffer: memory.buffer, lost: noWorkers }
  })
  ways.push(() => ({ buffer: new ArrayBuffer(bytes), lost: [NO_WASM, noWorkers].filter(Boolean).join('; ') }))
  for (const way of ways) {
    try {
      return way()
    } catch {
      // The platform lacks it, or its address space does not allow it (a shared memory reserves 10 GiB).
    }
  }
  return undefined
}
