// Blocks out of a stream of bytes that comes in chunks of any size.
import { Blocks, MemoryChecker } from './blocks.mjs'

const SPACE = 2 ** 20

/** Collects chunks in a WebAssembly memory, where blocks are checked fastest. */
export class Chunks {
  constructor(bytes) {
    this.bytes = bytes
    this.count = 0
    this.have = 0
    const memory = new WebAssembly.Memory({ initial: Math.ceil((SPACE + bytes) / 65536) })
    this.into = new Uint8Array(memory.buffer)
    this.checker = new MemoryChecker(new Blocks(bytes), memory)
  }

  /** Checks all blocks that have come. */
  add(chunk) {
    const { into, bytes } = this
    for (let at = 0; at < chunk.length; ) {
      const n = Math.min(chunk.length - at, into.length - this.have)
      into.set(n === chunk.length ? chunk : chunk.subarray(at, at + n), this.have)
      at += n
      this.have += n
      let from = 0
      for (; this.have - from >= bytes; from += bytes) this.checker.check(this.count++, from)
      if (from > 0) into.copyWithin(0, from, this.have)
      this.have -= from
    }
  }
}
