import type { Block } from '@netstreamline/core'

/**
 * The one Block that an FE's call site reuses. Reading outside the window returns 0 and latches `fault`, which the
 * datapath turns into result 0 after the call: nothing is thrown in the hot path and nothing misleads.
 */
export class Cursor implements Block {
  readonly bytes: Uint8Array
  offset = 0
  length = 0
  kind = 0
  l3 = -1
  l4 = -1
  proto = -1
  classifier = 0
  stream = 0
  flags = 0
  seconds = 0
  nanoseconds = 0
  wireLength = 0
  ring = 0
  position = 0
  input = 0
  /** A read was outside the window. */
  fault = false
  /** The FE is being called: names the culprit when it throws. */
  busy = false
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
  u8(at: number): number {
    if (!(at >= 0 && at < this.length)) return this.#outside()
    return this.bytes[this.offset + at]!
  }
  u16(at: number): number {
    if (!(at >= 0 && at + 2 <= this.length)) return this.#outside()
    const i = this.offset + at
    return (this.bytes[i]! << 8) | this.bytes[i + 1]!
  }
  u32(at: number): number {
    if (!(at >= 0 && at + 4 <= this.length)) return this.#outside()
    const i = this.offset + at
    const b = this.bytes
    return ((b[i]! << 24) | (b[i + 1]! << 16) | (b[i + 2]! << 8) | b[i + 3]!) >>> 0
  }
  #outside(): number {
    this.fault = true
    return 0
  }
}
