import { BASE, isAlu, isAluImmediate, isBranch, isJump, NONE, OP, type Program, width } from '../ir/format.js'
import { analyse, type Facts } from './flow.js'

/** JavaScript expressions (assignable variables, except the first three) that stand for the block in hand. */
export interface Names {
  readonly bytes: string
  readonly wireLength: string
  readonly classifier: string
  readonly offset: string
  readonly length: string
  readonly kind: string
  readonly l3: string
  readonly l4: string
  readonly proto: string
  readonly stream: string
  /** A Uint32Array; only used by programs with memory. */
  readonly memory: string
  /** Variable that receives the classifier. */
  readonly result: string
  /** Prefix of labels and registers: unique where the text is placed. */
  readonly prefix: string
}

/** More open labels than this and the text becomes a loop over a switch, which parsers take at any size. */
const MAX_LABELS = 250

const signedOps: Record<number, string> = { [OP.ADD]: '+', [OP.SUB]: '-', [OP.AND]: '&', [OP.OR]: '|', [OP.XOR]: '^' }
const compares = ['===', '!==', '<', '>=', '<=', '>']
const int = (imm: number): string => ((imm | 0) < 0 ? `(${imm | 0})` : String(imm))

/** Text of one program. Only numbers and the given names get into it: no text of a request is ever part of code. */
class Emitter {
  readonly #program: Program
  readonly #n: Names
  readonly #facts: (Facts | undefined)[]
  readonly #lines: string[] = []
  #scratch = false
  constructor(program: Program, names: Names) {
    this.#program = program
    this.#n = names
    this.#facts = analyse(program)
  }

  #r(register: number): string {
    return `${this.#n.prefix}r${register}`
  }
  #unsigned(register: number, facts: Facts): string {
    return facts.small & (1 << register) ? this.#r(register) : `(${this.#r(register)}>>>0)`
  }
  get #fail(): string {
    return `{${this.#n.result}=0;break ${this.#n.prefix}e}`
  }

  #load(op: number, d: number, a: number, b: number, imm: number, facts: Facts): string {
    const n = this.#n
    const start = b === BASE.l3 ? n.l3 : b === BASE.l4 ? n.l4 : n.offset
    const bytes = width(op)
    const bit = op === OP.LDBIT
    const unknown = b === BASE.window ? '' : `${start}<0||`
    const room = b === BASE.window ? n.length : `${n.offset}+${n.length}-${start}`
    let check = ''
    let at: string
    if (a === NONE) {
      const address = bit ? Math.floor(imm / 8) : imm
      if (address + bytes > facts.proved[b]!) check = `if(${unknown}${room}<${address + bytes})${this.#fail}`
      at = address === 0 ? start : `${start}+${address}`
    } else {
      this.#scratch = true
      const x = `${n.prefix}x`
      const index = `${this.#unsigned(a, facts)}+${imm}`
      check = bit ? `${x}=Math.floor((${index})/8);` : `${x}=${index};`
      check += `if(${unknown}${x}+${bytes}>${room})${this.#fail}`
      at = `${start}+${x}`
    }
    const byte = (k: number) => `${n.bytes}[${at}${k ? `+${k}` : ''}]`
    const r = this.#r(d)
    if (bit) {
      const within = a === NONE ? String(7 - (imm % 8)) : `7-((${this.#r(a)}+${imm % 8})&7)`
      return `${check}${r}=(${byte(0)}>>(${within}))&1;`
    }
    if (op === OP.LDB) return `${check}${r}=${byte(0)};`
    if (op === OP.LDSB) return `${check}${r}=(${byte(0)}<<24)>>24;`
    if (op === OP.LDW) return `${check}${r}=${byte(0)}<<8|${byte(1)};`
    if (op === OP.LDSW) return `${check}${r}=(${byte(0)}<<24)>>16|${byte(1)};`
    return `${check}${r}=${byte(0)}<<24|${byte(1)}<<16|${byte(2)}<<8|${byte(3)};`
  }

  #alu(op: number, d: number, a: number, right: string, unsignedRight: string, facts: Facts): string {
    const left = this.#r(a)
    const to = `${this.#r(d)}=`
    const sign = signedOps[op]
    if (sign) return `${to}${left}${sign}${right}|0;`.replace(/([&^|])(\(-\d+\)|\w+)\|0;$/, '$1$2;')
    if (op === OP.MUL) return `${to}Math.imul(${left},${right});`
    if (op === OP.SHL) return `${to}${left}<<${right};`
    if (op === OP.SHR) return `${to}${left}>>>${right}|0;`
    const zero = unsignedRight === '0' ? this.#fail : /^\d+$/.test(unsignedRight) ? '' : `if(${right}===0)${this.#fail}`
    return `${zero}${to}${this.#unsigned(a, facts)}${op === OP.DIV ? '/' : '%'}${unsignedRight}|0;`
  }

  #condition(op: number, a: number, b: number, imm: number, facts: Facts): string {
    const immediate = op >= OP.JEQI
    const base = immediate ? op - 10 : op
    const right = immediate ? int(imm) : this.#r(b)
    if (base === OP.JSET) return `(${this.#r(a)}&${right})!==0`
    const sign = compares[base - OP.JEQ]!
    if (base <= OP.JNE) return `${this.#r(a)}${sign}${right}`
    return `${this.#unsigned(a, facts)}${sign}${immediate ? imm : this.#unsigned(b, facts)}`
  }

  #memory(op: number, d: number, a: number, b: number, imm: number, facts: Facts): string {
    const x = `${this.#n.prefix}x`
    this.#scratch = true
    const cell = `${this.#n.memory}[${x}]`
    const index = a === NONE ? String(imm) : `${this.#unsigned(a, facts)}+${imm}`
    const act =
      op === OP.LDM
        ? `${this.#r(d)}=${cell}|0;`
        : op === OP.STM
          ? `${cell}=${this.#r(b)};`
          : `${cell}=${cell}+${this.#r(b)};`
    return `${x}=${index};if(${x}>=${this.#program.memory})${this.#fail}${act}`
  }

  /** One instruction; `jump` writes the way to another one. */
  #instruction(pc: number, jump: (to: number) => string): string {
    const facts = this.#facts[pc]
    if (!facts) return ''
    const n = this.#n
    const { op, d, a, b, imm, to } = this.#program.code[pc]!
    if (width(op) > 0) return this.#load(op, d, a, b, imm, facts)
    if (isAlu(op)) return this.#alu(op, d, a, this.#r(b), this.#unsigned(b, facts), facts)
    if (isAluImmediate(op)) {
      const shift = op === OP.SHLI || op === OP.SHRI
      return this.#alu(op - 10, d, a, shift ? String(imm & 31) : int(imm), String(imm), facts)
    }
    if (isBranch(op)) return `if(${this.#condition(op, a, b, imm, facts)})${jump(to)}`
    const r = this.#r(d)
    const narrowing = `${n.prefix}x`
    switch (op) {
      case OP.JMP:
        return jump(to)
      case OP.RET:
        return `${n.result}=${this.#r(a)}&65535;break ${n.prefix}e;`
      case OP.RETI:
        return `${n.result}=${imm & 0xffff};break ${n.prefix}e;`
      case OP.MOV:
        return `${r}=${this.#r(a)};`
      case OP.MOVI:
        return `${r}=${int(imm)};`
      case OP.NEG:
        return `${r}=-${this.#r(a)}|0;`
      case OP.NOT:
        return `${r}=~${this.#r(a)};`
      case OP.LEN:
        return `${r}=${n.length};`
      case OP.WLEN:
        return `${r}=${n.wireLength}|0;`
      case OP.CLS:
        return `${r}=${n.classifier};`
      case OP.KIND:
        return `${r}=${n.kind};`
      case OP.PROTO:
        return `${r}=${n.proto};`
      case OP.TRIM:
        return `if(${this.#unsigned(a, facts)}<${n.length})${n.length}=${this.#r(a)};`
      case OP.TRIMI:
        return imm >= 2 ** 31 ? '' : `if(${imm}<${n.length})${n.length}=${imm};`
      case OP.NARROW:
        this.#scratch = true
        return (
          `${narrowing}=${a === NONE ? imm : `${this.#unsigned(a, facts)}+${imm}`};` +
          `if(${narrowing}>${n.length})${this.#fail}${n.offset}=${n.offset}+${narrowing}|0;${n.length}=${n.length}-${narrowing}|0;`
        )
      case OP.SETKIND:
        return `${n.kind}=${int(imm)};`
      case OP.STREAM:
        return `${n.stream}=${this.#r(a)}>>>0;`
      default:
        return this.#memory(op, d, a, b, imm, facts)
    }
  }

  /** Forward jumps as `break` out of labelled blocks: a label's block closes where its target stands. */
  #labelled(targets: readonly number[]): void {
    const label = (to: number) => `${this.#n.prefix}${to}`
    for (const to of [...targets].reverse()) this.#lines.push(`${label(to)}:{`)
    const open = new Set(targets)
    for (let pc = 0; pc < this.#program.code.length; pc++) {
      if (open.has(pc)) this.#lines.push('}')
      this.#lines.push(this.#instruction(pc, (to) => `break ${label(to)};`))
    }
  }

  #switched(targets: readonly number[]): void {
    const { prefix } = this.#n
    const starts = new Set(targets)
    this.#lines.push(`let ${prefix}p=0;${prefix}l:for(;;){switch(${prefix}p){case 0:`)
    for (let pc = 0; pc < this.#program.code.length; pc++) {
      if (starts.has(pc)) this.#lines.push(`case ${pc}:`)
      this.#lines.push(this.#instruction(pc, (to) => `{${prefix}p=${to};continue ${prefix}l}`))
    }
    this.#lines.push('}}')
  }

  text(): string {
    const { code } = this.#program
    const live = code.flatMap((i, pc) => (isJump(i.op) && this.#facts[pc] ? [i.to] : []))
    const targets = [...new Set(live)].sort((x, y) => x - y)
    if (targets.length > MAX_LABELS) this.#switched(targets)
    else this.#labelled(targets)
    const used = new Set(code.flatMap((i) => [i.d, i.a, i.b]).filter((r) => r !== NONE))
    const body = this.#lines.join('\n')
    const registers = [...used].map((r) => this.#r(r)).filter((r) => new RegExp(`\\b${r}\\b`).test(body))
    if (this.#scratch) registers.push(`${this.#n.prefix}x`)
    const declared = registers.length ? `let ${registers.map((r) => `${r}=0`).join(',')};` : ''
    return `{${declared}${this.#n.prefix}e:{\n${body}\n}}`
  }
}

/** Statements that run a verified program on the block that `names` stand for and leave the classifier in `names.result`. */
export const emitJavaScript = (program: Program, names: Names): string => new Emitter(program, names).text()
