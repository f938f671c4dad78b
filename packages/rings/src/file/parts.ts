import { StreamlineError } from '@netstreamline/core'

/** Copies of the pieces of one block, until all of them are there. */
export class Parts {
  /** Did the first one begin the block? */
  begins = false
  private readonly limit: number
  private list: Uint8Array[] = []
  private bytes = 0

  /** `limit`: most bytes of a block. */
  constructor(limit: number) {
    this.limit = limit
  }

  get isEmpty(): boolean {
    return this.list.length === 0
  }

  /** False: it would be longer than a block may be, and nothing is left of it. */
  add(copy: Uint8Array, begins: boolean): boolean {
    if (this.list.push(copy) === 1) this.begins = begins
    this.bytes += copy.length
    if (this.bytes <= this.limit) return true
    this.drop()
    return false
  }

  /** The block. */
  take(): Uint8Array {
    const block = this.list.length === 1 ? this.list[0]! : new Uint8Array(this.bytes)
    let at = 0
    if (this.list.length > 1) {
      for (const part of this.list) {
        block.set(part, at)
        at += part.length
      }
    }
    this.drop()
    return block
  }

  drop(): void {
    if (this.list.length > 0) this.list = []
    this.bytes = 0
  }

  tooLong(): StreamlineError {
    const { limit } = this
    return new StreamlineError('SL_RING', `a block is longer than the limit of ${limit} bytes`, {
      hint: 'Read it in parts with read, or raise maxBlock.',
      limit,
    })
  }
}
