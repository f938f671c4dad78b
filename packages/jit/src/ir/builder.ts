import { StreamlineError } from '@netstreamline/core'
import { BASE, type BaseName, encode, type Extern, type Instruction, NONE, type Program } from './format.js'
import { OP } from './ops.js'
import { verify } from './verify.js'

/** A place in a program under construction. */
export class Label {
  at = -1
}

export type AluName = 'ADD' | 'SUB' | 'MUL' | 'DIV' | 'MOD' | 'AND' | 'OR' | 'XOR' | 'SHL' | 'SHR' | 'ASR'
export type Condition = 'JEQ' | 'JNE' | 'JLT' | 'JGE' | 'JLE' | 'JGT' | 'JSET'
export type SetName = 'SEQ' | 'SNE' | 'SLT' | 'SGE' | 'SLE' | 'SGT'
export type LoadName = 'LDB' | 'LDW' | 'LDD' | 'LDSB' | 'LDSW' | 'LDBIT'
export type StoreName = 'STB' | 'STW' | 'STD'
/** An address: base + index register + the constant that comes with it. */
export interface Address {
  readonly index?: number
  readonly base?: BaseName
}

/**
 * Writes a program of the IR. Registers are numbers 0..31, immediates u32.
 * @example
 * const b = new Builder()
 * const no = b.label()
 * b.load('LDW', 0, 12).jumpI('JNE', 0, 0x800, no).returnI(1).place(no).returnI(0)
 * const program = b.finish()
 */
export class Builder {
  readonly #code: (Omit<Instruction, 'to'> & { to?: Label | number })[] = []
  readonly #memory: number
  readonly #counted: boolean
  readonly #patterns: Uint8Array[] = []
  readonly #tables: (readonly (readonly [number, Label])[])[] = []
  readonly #externs: Extern[] = []
  /** FOR instructions whose body has not ended, innermost last. */
  readonly #loops: number[] = []

  /** @param options `memory`: words; `counted`: aborts count (§ `aborts` of the instance) */
  constructor(options: { memory?: number; counted?: boolean } = {}) {
    this.#memory = options.memory ?? 0
    this.#counted = options.counted ?? false
  }
  #add(op: number, d = 0, a = 0, b = 0, imm = 0, to?: Label | number): this {
    this.#code.push({ op, d, a, b, imm: imm >>> 0, ...(to !== undefined && { to }) })
    return this
  }
  /** Instructions so far. */
  get length(): number {
    return this.#code.length
  }
  label(): Label {
    return new Label()
  }
  /** The label stands here. */
  place(label: Label): this {
    label.at = this.#code.length
    return this
  }
  /** Classifier = register a & 0xffff. */
  return(a: number): this {
    return this.#add(OP.RET, 0, a)
  }
  returnI(imm: number): this {
    return this.#add(OP.RETI, 0, 0, 0, imm)
  }
  move(d: number, a: number): this {
    return this.#add(OP.MOV, d, a)
  }
  moveI(d: number, imm: number): this {
    return this.#add(OP.MOVI, d, 0, 0, imm)
  }
  negate(d: number, a: number): this {
    return this.#add(OP.NEG, d, a)
  }
  not(d: number, a: number): this {
    return this.#add(OP.NOT, d, a)
  }
  /** d = a op b. Division by 0 aborts; shifts are taken modulo 32; ASR keeps the sign. */
  alu(op: AluName, d: number, a: number, b: number): this {
    return this.#add(OP[op], d, a, b)
  }
  aluI(op: AluName, d: number, a: number, imm: number): this {
    return this.#add(OP[`${op}I`], d, a, 0, imm)
  }
  /** d = 1 where the unsigned comparison holds, else 0. */
  set(op: SetName, d: number, a: number, b: number): this {
    return this.#add(OP[op], d, a, b)
  }
  setI(op: SetName, d: number, a: number, imm: number): this {
    return this.#add(OP[`${op}I`], d, a, 0, imm)
  }
  /** d = big-endian value at the address. Outside the window the program goes to `outside`, or aborts without one. */
  load(op: LoadName, d: number, imm: number, at: Address & { outside?: Label } = {}): this {
    return this.#add(OP[op], d, at.index ?? NONE, BASE[at.base ?? 'window'], imm, at.outside)
  }
  /** Writes register `value`, big endian, at the address; aborts outside the window. {@link edit} comes before. */
  store(op: StoreName, value: number, imm: number, at: Address = {}): this {
    return this.#add(OP[op], value, at.index ?? NONE, BASE[at.base ?? 'window'], imm)
  }
  /** The window becomes a private copy, once. */
  edit(): this {
    return this.#add(OP.EDIT)
  }
  /** d = hash of `length` (1..256) bytes at the address; aborts outside the window. */
  hash(d: number, imm: number, length: number, at: Address = {}): this {
    return this.#add(OP.HASH, d, at.index ?? NONE, BASE[at.base ?? 'window'], imm, length)
  }
  /** d = 1 + where `pattern` first stands in the window, if it lies in the `length` bytes from index + imm on; else 0. */
  scan(d: number, imm: number, length: number, pattern: Uint8Array, index = NONE): this {
    return this.#add(OP.SCAN, d, index, this.#patterns.push(pattern) - 1, imm, length)
  }
  /** LEN, WLEN (on the wire), CLS (classifier it came with), KIND, PROTO (0xffffffff unknown), NOW (capture time, ms). */
  special(op: 'LEN' | 'WLEN' | 'CLS' | 'KIND' | 'PROTO' | 'NOW', d: number): this {
    return this.#add(OP[op], d)
  }
  /** d = mailbox word `word` (0..7), as programs above have left it for this block. */
  mailbox(d: number, word: number): this {
    return this.#add(OP.MBOX, d, 0, 0, word)
  }
  /** Leaves register a in mailbox word `word` for programs below. */
  mail(word: number, a: number): this {
    return this.#add(OP.MAIL, 0, a, 0, word)
  }
  /** The window becomes no longer than register a. */
  trim(a: number): this {
    return this.#add(OP.TRIM, 0, a)
  }
  trimI(imm: number): this {
    return this.#add(OP.TRIMI, 0, 0, 0, imm)
  }
  /** The window loses its first (register `index`, if any, + imm) bytes. Beyond its end the program aborts. */
  narrow(imm: number, index = NONE): this {
    return this.#add(OP.NARROW, 0, index, 0, imm)
  }
  setKind(imm: number): this {
    return this.#add(OP.SETKIND, 0, 0, 0, imm)
  }
  stream(a: number): this {
    return this.#add(OP.STREAM, 0, a)
  }
  /** d = memory[index + imm]; outside memory the program aborts. */
  loadMemory(d: number, imm: number, index = NONE): this {
    return this.#add(OP.LDM, d, index, 0, imm)
  }
  storeMemory(b: number, imm: number, index = NONE): this {
    return this.#add(OP.STM, 0, index, b, imm)
  }
  addMemory(b: number, imm: number, index = NONE): this {
    return this.#add(OP.ADDM, 0, index, b, imm)
  }
  /** Calls an external function with its input from memory word `from` on and its result from word `to` on. */
  external(extern: Extern, from: number, to: number): this {
    let n = this.#externs.findIndex(({ name }) => name === extern.name)
    if (n < 0) n = this.#externs.push(extern) - 1
    return this.#add(OP.EXT, 0, 0, n, from, to)
  }
  jump(to: Label): this {
    return this.#add(OP.JMP, 0, 0, 0, 0, to)
  }
  /** Compares unsigned; JSET: a & b ≠ 0. */
  jumpIf(op: Condition, a: number, b: number, to: Label): this {
    return this.#add(OP[op], 0, a, b, 0, to)
  }
  jumpI(op: Condition, a: number, imm: number, to: Label): this {
    return this.#add(OP[`${op}I`], 0, a, 0, imm, to)
  }
  /** Goes where the value of register a leads, `otherwise` for values that are not there. */
  switch(a: number, cases: Iterable<readonly [value: number, to: Label]>, otherwise: Label): this {
    const table = [...cases].sort(([x], [y]) => x - y)
    return this.#add(OP.SWITCH, 0, a, 0, this.#tables.push(table) - 1, otherwise)
  }
  /** What follows, up to {@link endLoop}, runs `rounds` times (1..65536); the counter counts down to 1, and is 0 after it. */
  loop(counter: number, rounds: number): this {
    this.#loops.push(this.#code.length)
    return this.#add(OP.FOR, counter, 0, 0, rounds)
  }
  endLoop(): this {
    const at = this.#loops.pop()
    if (at === undefined) throw new StreamlineError('SL_IR', 'endLoop without loop')
    const begin = this.#code[at]!
    this.#code[at] = { ...begin, to: this.#code.length }
    return this.#add(OP.LOOP, begin.d, 0, 0, 0, at + 1)
  }
  /** The verified program. @throws SL_IR */
  program(): Program {
    const at = (to: Label | number | undefined): number => {
      if (to instanceof Label && to.at < 0) throw new StreamlineError('SL_IR', 'a label was used and never placed')
      return to instanceof Label ? to.at : (to ?? 0)
    }
    return verify({
      memory: this.#memory,
      code: this.#code.map((i): Instruction => ({ ...i, to: at(i.to) })),
      ...(this.#counted && { counted: true }),
      ...(this.#patterns.length && { patterns: this.#patterns }),
      ...(this.#tables.length && { tables: this.#tables.map((t) => t.map(([value, to]) => [value, at(to)] as const)) }),
      ...(this.#externs.length && { externs: this.#externs }),
    })
  }
  /** Its bytes. @throws SL_IR */
  finish(): Uint8Array {
    return encode(this.program())
  }
}
