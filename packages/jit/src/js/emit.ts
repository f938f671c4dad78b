import { analyse, type Facts } from '../facts.js'
import type { Program } from '../ir/format.js'
import { OP } from '../ir/ops.js'
import { registersOf } from '../ir/operands.js'
import { jumpTargets, shape } from '../structure.js'
import type { Names } from './names.js'
import { Operations } from './operations.js'

/** More open labels than this and the text becomes a loop over a switch, which parsers take at any size. */
const MAX_LABELS = 250

/** Text of one program. Only numbers and the given names get into it: no text of a request is ever part of code. */
class Emitter {
  readonly #program: Program
  readonly #prefix: string
  readonly #facts: (Facts | undefined)[]
  readonly #operations: Operations
  readonly #lines: string[] = []
  constructor(program: Program, names: Names) {
    this.#program = program
    this.#prefix = names.prefix
    this.#facts = analyse(program)
    this.#operations = new Operations(program, names)
  }
  #instruction(pc: number, jump: (to: number) => string): void {
    const facts = this.#facts[pc]
    if (facts) this.#lines.push(this.#operations.text(this.#program.code[pc]!, facts, jump))
  }
  #begin(pc: number): string {
    if (!this.#facts[pc]) return ''
    const { d, imm } = this.#program.code[pc]!
    return `${this.#operations.register(d)}=${imm};`
  }
  /** What a LOOP compares with 0; 0 where the loop is never entered. */
  #counts(pc: number): string {
    const { d, to } = this.#program.code[pc]!
    const counter = this.#operations.register(d)
    return this.#facts[to - 1] ? `(${counter}=${counter}-1|0)` : '0'
  }

  /** Jumps as `break` out of labelled blocks: a label's block closes where its target stands. */
  #labelled(targets: readonly number[]): void {
    const label = (to: number) => `${this.#prefix}${to}`
    shape(this.#program, targets, {
      open: (to) => this.#lines.push(`${label(to)}:{`),
      close: () => this.#lines.push('}'),
      loop: (pc) => this.#lines.push(`${this.#begin(pc)}for(;;){`),
      endLoop: (pc) => this.#lines.push(`if(${this.#counts(pc)}===0)break}`),
      instruction: (pc) => this.#instruction(pc, (to) => `break ${label(to)};`),
    })
  }

  #switched(targets: readonly number[]): void {
    const p = `${this.#prefix}p`
    const jump = (to: number) => `{${p}=${to};continue ${this.#prefix}l}`
    const starts = new Set(targets)
    this.#lines.push(`let ${p}=0;${this.#prefix}l:for(;;){switch(${p}){case 0:`)
    for (let pc = 0; pc < this.#program.code.length; pc++) {
      const { op, to } = this.#program.code[pc]!
      if (starts.has(pc) || this.#program.code[pc - 1]?.op === OP.FOR) this.#lines.push(`case ${pc}:`)
      if (op === OP.FOR) this.#lines.push(this.#begin(pc))
      else if (op === OP.LOOP) this.#lines.push(`if(${this.#counts(pc)}!==0)${jump(to)}`)
      else this.#instruction(pc, jump)
    }
    this.#lines.push('}}')
  }

  text(): string {
    const targets = jumpTargets(this.#program, (pc) => this.#facts[pc] !== undefined)
    if (targets.length > MAX_LABELS) this.#switched(targets)
    else this.#labelled(targets)
    const reached = this.#program.code.filter((_, pc) => this.#facts[pc])
    const variables = [...registersOf(reached).map((r) => this.#operations.register(r)), ...this.#operations.scratch]
    const declared = variables.length ? `let ${variables.map((v) => `${v}=0`).join(',')};` : ''
    return `{${declared}${this.#prefix}e:{\n${this.#lines.join('\n')}\n}}`
  }
}

/** Statements that run a verified program on the block that `names` stand for and leave the classifier in `names.result`. */
export const emitJavaScript = (program: Program, names: Names): string => new Emitter(program, names).text()
