import type { Facts } from '../facts.js'
import { SEED } from '../ir/compute.js'
import { ABORT, BASE, type Instruction, NONE, type Program } from '../ir/format.js'
import {
  isAlu,
  isAluImmediate,
  isBranch,
  isLoad,
  isMemory,
  isSet,
  isSetImmediate,
  isStore,
  OP,
  width,
} from '../ir/ops.js'
import { switchText } from './dispatch.js'
import type { Names } from './names.js'

const plain: Record<number, string> = {
  [OP.ADD]: '+',
  [OP.SUB]: '-',
  [OP.AND]: '&',
  [OP.OR]: '|',
  [OP.XOR]: '^',
  [OP.SHL]: '<<',
  [OP.SHR]: '>>>',
  [OP.ASR]: '>>',
}
/** Their result is an int32 already. */
const whole = new Set<number>([OP.AND, OP.OR, OP.XOR, OP.SHL, OP.ASR])
const compares = ['===', '!==', '<', '>=', '<=', '>']
export const int = (imm: number): string => ((imm | 0) < 0 ? `(${imm | 0})` : String(imm))

/** Text of single instructions. Registers are variables that hold int32. */
export class Operations {
  readonly #program: Program
  readonly #n: Names
  /** Scratch variables that the text uses. */
  readonly scratch = new Set<string>()
  constructor(program: Program, names: Names) {
    this.#program = program
    this.#n = names
  }

  register(r: number): string {
    return `${this.#n.prefix}r${r}`
  }
  #temporary(name: string): string {
    const full = `${this.#n.prefix}${name}`
    this.scratch.add(full)
    return full
  }
  #unsigned(r: number, { small }: Facts): string {
    return small & (1 << r) ? this.register(r) : `(${this.register(r)}>>>0)`
  }
  #fail(why: number): string {
    return `{${this.#n.result}=0;${this.#n.aborted(why)}break ${this.#n.prefix}e}`
  }

  /** Checks that `bytes` bytes are there; where they begin. Without a check the text is empty. */
  #address(i: Instruction, bytes: number, facts: Facts, outside: string): { check: string; at: string } {
    const n = this.#n
    const { op, a, b, imm } = i
    const bit = op === OP.LDBIT
    const start = b === BASE.l3 ? n.l3 : b === BASE.l4 ? n.l4 : n.offset
    const unknown = b === BASE.window || facts.proved[b]! > 0 ? '' : `${start}<0||`
    const room = b === BASE.window ? n.length : `${n.offset}+${n.length}-${start}`
    if (a === NONE) {
      const address = bit ? Math.floor(imm / 8) : imm
      const proved = address + bytes <= facts.proved[b]!
      return {
        check: proved ? '' : `if(${unknown}${room}<${address + bytes})${outside}`,
        at: address === 0 ? start : `${start}+${address}`,
      }
    }
    const x = this.#temporary('x')
    const index = `${this.#unsigned(a, facts)}+${imm}`
    return {
      check: `${x}=${bit ? `Math.floor((${index})/8)` : index};if(${unknown}${x}+${bytes}>${room})${outside}`,
      at: `${start}+${x}`,
    }
  }
  #load(i: Instruction, facts: Facts, jump: (to: number) => string): string {
    const { op, d, a, imm, to } = i
    const { check, at } = this.#address(i, width(op), facts, to ? jump(to) : this.#fail(ABORT.window))
    const byte = (k: number) => `${this.#n.bytes}[${at}${k ? `+${k}` : ''}]`
    const r = this.register(d)
    if (op === OP.LDBIT) {
      const within = a === NONE ? String(7 - (imm % 8)) : `7-((${this.register(a)}+${imm % 8})&7)`
      return `${check}${r}=(${byte(0)}>>(${within}))&1;`
    }
    if (op === OP.LDB) return `${check}${r}=${byte(0)};`
    if (op === OP.LDSB) return `${check}${r}=(${byte(0)}<<24)>>24;`
    if (op === OP.LDW) return `${check}${r}=${byte(0)}<<8|${byte(1)};`
    if (op === OP.LDSW) return `${check}${r}=(${byte(0)}<<24)>>16|${byte(1)};`
    return `${check}${r}=${byte(0)}<<24|${byte(1)}<<16|${byte(2)}<<8|${byte(3)};`
  }
  #store(i: Instruction, facts: Facts): string {
    const bytes = width(i.op)
    const { check, at } = this.#address(i, bytes, facts, this.#fail(ABORT.window))
    const put = Array.from({ length: bytes }, (_, k) => {
      const by = 8 * (bytes - 1 - k)
      return `${this.#n.bytes}[${at}${k ? `+${k}` : ''}]=${this.register(i.d)}${by ? `>>>${by}` : ''};`
    })
    return check + put.join('')
  }
  #hash(i: Instruction, facts: Facts): string {
    const { to: length, d } = i
    const { check, at } = this.#address(i, length, facts, this.#fail(ABORT.window))
    const [h, p, end] = [this.#temporary('h'), this.#temporary('i'), this.#temporary('j')]
    const byte = (k: number) => `${this.#n.bytes}[${k ? `${p}+${k}` : p}]`
    const word = (bytes: number) =>
      Array.from({ length: bytes }, (_, k) => `${byte(k)}<<${24 - 8 * k}`).join('|') || undefined
    const mix = (bytes: number) => `${h}^=${word(bytes)};${h}=${h}<<13|${h}>>>19;${h}=${h}+(${h}<<2)|0;`
    const last = length % 4 ? mix(length % 4) : ''
    return (
      `${check}${h}=${(SEED ^ length) | 0};${p}=${at};` +
      `for(${end}=${p}+${length - (length % 4)};${p}<${end};${p}+=4){${mix(4)}}${last}` +
      `${h}^=${h}>>>16;${h}=${h}+(${h}<<3)|0;${h}^=${h}>>>11;${h}=${h}+(${h}<<15)|0;${this.register(d)}=${h}^${h}>>>16;`
    )
  }
  #scan({ d, a, b, imm, to }: Instruction, facts: Facts): string {
    const n = this.#n
    const pattern = this.#program.patterns![b]!
    const [p, end] = [this.#temporary('i'), this.#temporary('j')]
    const from = a === NONE ? String(imm) : `${this.#unsigned(a, facts)}+${imm}`
    const same = Array.from(pattern, (byte, k) => `${n.bytes}[${n.offset}+${p}${k ? `+${k}` : ''}]===${byte}`)
    const r = this.register(d)
    return (
      `${r}=0;${p}=${from};${end}=Math.min(${p}+${to},${n.length})-${pattern.length};` +
      `for(;${p}<=${end};${p}++)if(${same.join('&&')}){${r}=${p}+1;break}`
    )
  }
  #alu(op: number, d: number, a: number, right: string, unsignedRight: string, facts: Facts): string {
    const [left, to] = [this.register(a), `${this.register(d)}=`]
    const sign = plain[op]
    if (sign) return `${to}${left}${sign}${right}${whole.has(op) ? '' : '|0'};`
    if (op === OP.MUL) return `${to}Math.imul(${left},${right});`
    const fail = this.#fail(ABORT.division)
    const zero = unsignedRight === '0' ? fail : /^\d+$/.test(unsignedRight) ? '' : `if(${right}===0)${fail}`
    return `${zero}${to}${this.#unsigned(a, facts)}${op === OP.DIV ? '/' : '%'}${unsignedRight}|0;`
  }
  /** A comparison of a with b, or with imm: `how` is JEQ … JSET. */
  #condition(how: number, a: number, b: number | undefined, imm: number, facts: Facts): string {
    const right = b === undefined ? int(imm) : this.register(b)
    if (how === OP.JSET) return `(${this.register(a)}&${right})!==0`
    const sign = compares[how - OP.JEQ]!
    if (how <= OP.JNE) return `${this.register(a)}${sign}${right}`
    return `${this.#unsigned(a, facts)}${sign}${b === undefined ? imm : this.#unsigned(b, facts)}`
  }
  #memory({ op, d, a, b, imm }: Instruction, facts: Facts): string {
    const x = this.#temporary('x')
    const cell = `${this.#n.memory}[${x}]`
    const index = a === NONE ? String(imm) : `${this.#unsigned(a, facts)}+${imm}`
    const sum = op === OP.ADDM ? `${cell}+` : ''
    const act = op === OP.LDM ? `${this.register(d)}=${cell}|0;` : `${cell}=${sum}${this.register(b)};`
    return `${x}=${index};if(${x}>=${this.#program.memory})${this.#fail(ABORT.memory)}${act}`
  }
  #edit({ edited }: Facts): string {
    if (edited === 'yes') return ''
    const w = this.#temporary('w')
    return edited === 'no' ? `${this.#n.edit}${w}=1;` : `if(${w}===0){${this.#n.edit}${w}=1}`
  }

  /** One instruction that is neither FOR nor LOOP; `jump` writes the way to another one. */
  text(i: Instruction, facts: Facts, jump: (to: number) => string): string {
    const n = this.#n
    const { op, d, a, b, imm, to } = i
    if (isLoad(op)) return this.#load(i, facts, jump)
    if (isStore(op)) return this.#store(i, facts)
    if (isMemory(op)) return this.#memory(i, facts)
    if (isAlu(op)) return this.#alu(op, d, a, this.register(b), this.#unsigned(b, facts), facts)
    if (isAluImmediate(op)) {
      const shift = op === OP.SHLI || op === OP.SHRI || op === OP.ASRI
      return this.#alu(op - 10, d, a, shift ? String(imm & 31) : int(imm), String(imm), facts)
    }
    const r = this.register(d)
    if (isBranch(op)) {
      const [how, right] = op >= OP.JEQI ? [op - 10] : [op, b]
      return `if(${this.#condition(how!, a, right, imm, facts)})${jump(to)}`
    }
    if (isSet(op)) return `${r}=${this.#condition(op - OP.SEQ + OP.JEQ, a, b, 0, facts)}?1:0;`
    if (isSetImmediate(op)) return `${r}=${this.#condition(op - OP.SEQI + OP.JEQ, a, undefined, imm, facts)}?1:0;`
    const ra = this.register(a)
    switch (op) {
      case OP.JMP:
        return jump(to)
      case OP.SWITCH:
        return switchText(ra, this.#program.tables![imm]!, to, jump)
      case OP.RET:
        return `${n.result}=${ra}&65535;break ${n.prefix}e;`
      case OP.RETI:
        return `${n.result}=${imm & 0xffff};break ${n.prefix}e;`
      case OP.MOV:
        return `${r}=${ra};`
      case OP.MOVI:
        return `${r}=${int(imm)};`
      case OP.NEG:
        return `${r}=-${ra}|0;`
      case OP.NOT:
        return `${r}=~${ra};`
      case OP.EDIT:
        return this.#edit(facts)
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
      case OP.HASH:
        return this.#hash(i, facts)
      case OP.SCAN:
        return this.#scan(i, facts)
      case OP.NOW:
        return `${r}=${n.now}|0;`
      case OP.MBOX:
        return `${r}=${n.mail(imm)}|0;`
      case OP.MAIL:
        return `${n.mail(imm)}=${ra};`
      case OP.TRIM:
        return `if(${this.#unsigned(a, facts)}<${n.length})${n.length}=${ra};`
      case OP.TRIMI:
        return imm >= 2 ** 31 ? '' : `if(${imm}<${n.length})${n.length}=${imm};`
      case OP.NARROW: {
        const x = this.#temporary('x')
        const by = a === NONE ? imm : `${this.#unsigned(a, facts)}+${imm}`
        return `${x}=${by};if(${x}>${n.length})${this.#fail(ABORT.window)}${n.offset}=${n.offset}+${x}|0;${n.length}=${n.length}-${x}|0;`
      }
      case OP.SETKIND:
        return `${n.kind}=${int(imm)};`
      case OP.STREAM:
        return `${n.stream}=${ra}>>>0;`
      default:
        return `if(!${n.external(b)}(${n.memory},${imm},${to}))${this.#fail(ABORT.external)}`
    }
  }
}
