// Blocks that prove themselves, as in peers/common.h: word 0 is the number of the block, the other words depend on one
// of a few templates. Whoever receives a block sums all its words. Sizes are multiples of 32.
import { sumWords } from './sum.mjs'

const templates = (bytes) => {
  let count = 16
  while (count > 2 && count * bytes > 131072) count /= 2
  return count
}

/** Bytes that the templates need. */
export const templateBytes = (bytes) => templates(bytes) * bytes

/**
 * The blocks of a producer or the sums of a consumer. Templates lie in `buffer` from `offset` on, or in memory of
 * their own.
 */
export class Blocks {
  constructor(bytes, buffer = new ArrayBuffer(templateBytes(bytes)), offset = 0) {
    this.bytes = bytes
    this.count = templates(bytes)
    this.offset = offset
    this.memory = new Int32Array(buffer)
    this.views = []
    this.words = []
    this.sums = new Int32Array(this.count)
    for (let t = 0; t < this.count; t++) {
      const words = new Int32Array(buffer, offset + t * bytes, bytes / 4)
      words[0] = 0
      let sum = 0
      for (let j = 1; j < words.length; j++) {
        let x = (Math.imul(t + 1, 0x9e3779b9) + Math.imul(j, 0x85ebca6b)) | 0
        x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d)
        words[j] = x ^ (x >>> 12)
        sum = (sum + words[j]) | 0
      }
      this.words.push(words)
      this.views.push(new Uint8Array(buffer, offset + t * bytes, bytes))
      this.sums[t] = sum
    }
  }

  /** Block n, ready to be copied; valid until the next call. */
  block(n) {
    const t = n & (this.count - 1)
    this.words[t][0] = n
    return this.views[t]
  }

  /** Block n, ready to be copied: where it lies in the buffer; valid until the next call. */
  place(n) {
    const at = this.offset + (n & (this.count - 1)) * this.bytes
    this.memory[at >> 2] = n
    return at
  }

  /** Is that block n? `first`: its word 0, `sum`: of all its words. */
  check(n, first, sum) {
    if (first !== (n | 0) || sum !== ((this.sums[n & (this.count - 1)] + n) | 0)) {
      throw new Error(`block ${n} is not what was written`)
    }
  }
}

/** Checks blocks that lie in a WebAssembly memory. */
export class MemoryChecker {
  constructor(blocks, memory) {
    this.blocks = blocks
    this.words = new Int32Array(memory.buffer)
    this.sum = sumWords(memory)
  }

  /** Block n begins at this offset of the memory, a multiple of 4. */
  check(n, offset) {
    const { blocks, sum } = this
    blocks.check(n, this.words[offset >> 2], sum(offset, blocks.bytes))
  }
}
