/** Writes little-endian numbers into bytes that grow. */
export class Writer {
  #bytes = new Uint8Array(256)
  #view = new DataView(this.#bytes.buffer)
  #used = 0
  #room(n: number): number {
    const at = this.#used
    this.#used += n
    if (this.#used > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#used, this.#bytes.length * 2))
      larger.set(this.#bytes)
      this.#bytes = larger
      this.#view = new DataView(larger.buffer)
    }
    return at
  }
  u8(n: number): this {
    const at = this.#room(1)
    this.#bytes[at] = n
    return this
  }
  u16(n: number): this {
    const at = this.#room(2)
    this.#view.setUint16(at, n, true)
    return this
  }
  u32(n: number): this {
    const at = this.#room(4)
    this.#view.setUint32(at, n, true)
    return this
  }
  bytes(more: Uint8Array): this {
    const at = this.#room(more.length)
    this.#bytes.set(more, at)
    return this
  }
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#used)
  }
}

/** Reads little-endian numbers; beyond the end it throws what `over` makes. */
export class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #over: () => Error
  #at = 0
  constructor(bytes: Uint8Array, over: () => Error) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#over = over
  }
  get left(): number {
    return this.#bytes.length - this.#at
  }
  #take(n: number): number {
    if (n > this.left) throw this.#over()
    const at = this.#at
    this.#at += n
    return at
  }
  u8(): number {
    return this.#bytes[this.#take(1)]!
  }
  u16(): number {
    return this.#view.getUint16(this.#take(2), true)
  }
  u32(): number {
    return this.#view.getUint32(this.#take(4), true)
  }
  bytes(n: number): Uint8Array {
    const at = this.#take(n)
    return this.#bytes.slice(at, at + n)
  }
  /** `n` items of at least `least` bytes each: a count beyond what is there is refused before anything is made. */
  list<T>(n: number, least: number, item: () => T): T[] {
    if (n * least > this.left) throw this.#over()
    return Array.from({ length: n }, item)
  }
}
