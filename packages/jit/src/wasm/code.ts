/** Instructions of WebAssembly that the back end uses. */
export const WASM = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  br_if: 0x0d,
  br_table: 0x0e,
  call: 0x10,
  get: 0x20,
  set: 0x21,
  tee: 0x22,
  i32_load: 0x28,
  load8_u: 0x2d,
  i32_store: 0x36,
  store8: 0x3a,
  i32_const: 0x41,
  i64_const: 0x42,
  eqz: 0x45,
  eq: 0x46,
  ne: 0x47,
  lt_s: 0x48,
  lt_u: 0x49,
  gt_s: 0x4a,
  gt_u: 0x4b,
  le_u: 0x4d,
  ge_s: 0x4e,
  ge_u: 0x4f,
  i64_lt_s: 0x53,
  i64_gt_s: 0x55,
  i64_ge_u: 0x5a,
  add: 0x6a,
  sub: 0x6b,
  mul: 0x6c,
  div_u: 0x6e,
  rem_u: 0x70,
  and: 0x71,
  or: 0x72,
  xor: 0x73,
  shl: 0x74,
  shr_s: 0x75,
  shr_u: 0x76,
  rotl: 0x77,
  i64_add: 0x7c,
  i64_shr_u: 0x88,
  wrap: 0xa7,
  extend_s: 0xac,
  extend_u: 0xad,
} as const
const VOID = 0x40

/** Bytes of a module, or of a part of one. */
export class Code {
  readonly bytes: number[] = []
  byte(...b: number[]): this {
    this.bytes.push(...b)
    return this
  }
  /** A u32 in LEB128. */
  u32(n: number): this {
    let left = n >>> 0
    while (left > 0x7f) {
      this.bytes.push((left & 0x7f) | 0x80)
      left >>>= 7
    }
    this.bytes.push(left)
    return this
  }
  /** A signed integer below 2^53 in LEB128. */
  signed(n: number): this {
    let left = n
    for (;;) {
      const low = ((left % 128) + 128) % 128
      left = Math.floor(left / 128)
      const done = (left === 0 && low < 64) || (left === -1 && low >= 64)
      this.bytes.push(done ? low : low | 0x80)
      if (done) return this
    }
  }
  append(more: Code): this {
    for (const b of more.bytes) this.bytes.push(b)
    return this
  }
  /** A part with its length before it. */
  sized(part: Code): this {
    return this.u32(part.bytes.length).append(part)
  }
  text(s: string): this {
    this.u32(s.length)
    for (const c of s) this.bytes.push(c.charCodeAt(0))
    return this
  }
}

/** What a branch can leave: the number of the instruction that it leads to, or a name. */
export type Target = number | string

/** The body of a function: keeps the stack of open blocks, so that branches can be written by name. */
export class Body extends Code {
  readonly #open: Target[] = []
  op(...ops: (keyof typeof WASM)[]): this {
    for (const name of ops) this.bytes.push(WASM[name])
    return this
  }
  get(local: number): this {
    return this.op('get').u32(local)
  }
  set(local: number): this {
    return this.op('set').u32(local)
  }
  tee(local: number): this {
    return this.op('tee').u32(local)
  }
  i32(n: number): this {
    return this.op('i32_const').signed(n | 0)
  }
  i64(n: number): this {
    return this.op('i64_const').signed(n)
  }
  /** A load or store; the address on the stack, `offset` added. */
  access(op: 'i32_load' | 'load8_u' | 'i32_store' | 'store8', offset = 0): this {
    return this.op(op).u32(0).u32(offset)
  }
  begin(kind: 'block' | 'loop' | 'if', target: Target): this {
    this.#open.push(target)
    return this.op(kind).byte(VOID)
  }
  end(): this {
    this.#open.pop()
    return this.op('end')
  }
  depth(target: Target): number {
    return this.#open.length - 1 - this.#open.lastIndexOf(target)
  }
  br(target: Target): this {
    return this.op('br').u32(this.depth(target))
  }
  brIf(target: Target): this {
    return this.op('br_if').u32(this.depth(target))
  }
}
