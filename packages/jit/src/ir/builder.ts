import { StreamlineError } from '@netstreamline/core'
import { BASE, type BaseName, encode, type Instruction, NONE, OP } from './format.js'
import { verify } from './verify.js'

/** A place in a program under construction. */
export class Label {
  at = -1
}

type AluName = 'ADD' | 'SUB' | 'MUL' | 'DIV' | 'MOD' | 'AND' | 'OR' | 'XOR' | 'SHL' | 'SHR'
type Condition = 'JEQ' | 'JNE' | 'JLT' | 'JGE' | 'JLE' | 'JGT' | 'JSET'
type LoadName = 'LDB' | 'LDW' | 'LDD' | 'LDSB' | 'LDSW' | 'LDBIT'

/**
 * Writes a program of the IR. Registers are numbers 0..31, immediates u32.
 * @example
 * const b = new Builder()
 * const no = b.label()
 * b.load('LDW', 0, 12).jumpI('JNE', 0, 0x800, no).returnI(1).place(no).returnI(0)
 * const program = b.finish()
 */
export class Builder {
  readonly #code: (Omit<Instruction, 'to'> & { to?: Label })[] = []
  readonly #memory: number
  constructor(options: { memory?: number } = {}) {
    this.#memory = options.memory ?? 0
  }
  #add(op: number, d = 0, a = 0, b = 0, imm = 0, to?: Label): this {
    this.#code.push({ op, d, a, b, imm: imm >>> 0, to })
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
  /** d = a op b. Division by 0 ends the program with 0; shifts are taken modulo 32. */
  alu(op: AluName, d: number, a: number, b: number): this {
    return this.#add(OP[op], d, a, b)
  }
  aluI(op: AluName, d: number, a: number, imm: number): this {
    return this.#add(OP[`${op}I`], d, a, 0, imm)
  }
  /** d = big-endian value at base + index register (if any) + imm; outside the window the program ends with 0. */
  load(op: LoadName, d: number, imm: number, options: { index?: number; base?: BaseName } = {}): this {
    return this.#add(OP[op], d, options.index ?? NONE, BASE[options.base ?? 'window'], imm)
  }
  /** LEN, WLEN (on the wire), CLS (classifier it came with), KIND, PROTO (transport protocol, 0xffffffff unknown). */
  special(op: 'LEN' | 'WLEN' | 'CLS' | 'KIND' | 'PROTO', d: number): this {
    return this.#add(OP[op], d)
  }
  /** The window becomes no longer than register a. */
  trim(a: number): this {
    return this.#add(OP.TRIM, 0, a)
  }
  trimI(imm: number): this {
    return this.#add(OP.TRIMI, 0, 0, 0, imm)
  }
  /** The window loses its first (register `index`, if any, + imm) bytes. Outside it the program ends with 0. */
  narrow(imm: number, index = NONE): this {
    return this.#add(OP.NARROW, 0, index, 0, imm)
  }
  setKind(imm: number): this {
    return this.#add(OP.SETKIND, 0, 0, 0, imm)
  }
  stream(a: number): this {
    return this.#add(OP.STREAM, 0, a)
  }
  /** d = memory[index + imm]; outside memory the program ends with 0. */
  loadMemory(d: number, imm: number, index = NONE): this {
    return this.#add(OP.LDM, d, index, 0, imm)
  }
  storeMemory(b: number, imm: number, index = NONE): this {
    return this.#add(OP.STM, 0, index, b, imm)
  }
  addMemory(b: number, imm: number, index = NONE): this {
    return this.#add(OP.ADDM, 0, index, b, imm)
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
  /** The verified program's bytes. @throws SL_IR */
  finish(): Uint8Array {
    const code = this.#code.map((i): Instruction => {
      if (i.to && i.to.at < 0) throw new StreamlineError('SL_IR', 'a label was used and never placed')
      return { ...i, to: i.to?.at ?? 0 }
    })
    return encode(verify({ memory: this.#memory, code }))
  }
}
