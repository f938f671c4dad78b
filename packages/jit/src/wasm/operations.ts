import type { Facts } from '../facts.js'
import { ABORT, type Instruction, NONE, type Program } from '../ir/format.js'
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
import { address, branch, loadWord, type Otherwise, type Place } from './address.js'
import type { Body, WASM } from './code.js'
import { switchCode } from './dispatch.js'
import { hashCode, scanCode } from './loops.js'
import type { Locals } from './locals.js'
import { RECORD } from './record.js'

/** Where a program's code finds what is its own. */
export interface Layout {
  /** Arena offset of its record, see {@link RECORD}. */
  readonly record: number
  /** Arena offset of its memory, a multiple of 4. */
  readonly words: number
}

const alus: Record<number, keyof typeof WASM> = {
  [OP.ADD]: 'add',
  [OP.SUB]: 'sub',
  [OP.MUL]: 'mul',
  [OP.DIV]: 'div_u',
  [OP.MOD]: 'rem_u',
  [OP.AND]: 'and',
  [OP.OR]: 'or',
  [OP.XOR]: 'xor',
  [OP.SHL]: 'shl',
  [OP.SHR]: 'shr_u',
  [OP.ASR]: 'shr_s',
}
const compares: (keyof typeof WASM)[] = ['eq', 'ne', 'lt_u', 'ge_u', 'le_u', 'gt_u', 'and']

/** Which imported function an operation calls. */
export interface Imports {
  readonly edit: number
  external(n: number): number
}

/** Code of single instructions. */
export class Operations {
  readonly #program: Program
  readonly #body: Body
  readonly #l: Locals
  readonly #layout: Layout
  readonly #imports: Imports
  constructor(program: Program, body: Body, locals: Locals, layout: Layout, imports: Imports) {
    this.#program = program
    this.#body = body
    this.#l = locals
    this.#layout = layout
    this.#imports = imports
  }

  /** Stops the program; its result is 0 already. Aborts are noted only where the program wants it. */
  #fail(why: number): Otherwise {
    const body = this.#body
    return (condition) => {
      if (!this.#program.counted) return branch(body, 'end')(condition)
      if (condition === 'if') body.begin('if', 'fail')
      this.#store(RECORD.aborted, () => body.i32(why))
      const count = RECORD.aborts + 4 * why
      this.#store(count, () => body.i32(this.#layout.record).access('i32_load', count).i32(1).op('add'))
      body.br('end')
      if (condition === 'if') body.end()
    }
  }
  /** A word of the record. */
  #store(at: number, value: () => void): void {
    this.#body.i32(this.#layout.record)
    value()
    this.#body.access('i32_store', at)
  }
  #load(i: Instruction, facts: Facts): void {
    const [body, l] = [this.#body, this.#l]
    const { op, d, a, imm, to } = i
    const place = address(body, l, i, width(op), facts, to ? branch(body, to) : this.#fail(ABORT.window))
    const byte = (k: number) => {
      place.push()
      body.access('load8_u', place.offset + k)
    }
    if (op === OP.LDD) loadWord(body, l, place)
    else {
      byte(0)
      if (op === OP.LDSB) body.i32(24).op('shl').i32(24).op('shr_s')
      if (op === OP.LDW) body.i32(8).op('shl')
      if (op === OP.LDSW) body.i32(24).op('shl').i32(16).op('shr_s')
      if (width(op) === 2) {
        byte(1)
        body.op('or')
      }
      if (op === OP.LDBIT) {
        body.i32(7)
        if (a === NONE) body.i32(imm % 8)
        else body.get(l.register(a)).i32(imm % 8).op('add').i32(7).op('and')
        body.op('sub', 'shr_u').i32(1).op('and')
      }
    }
    body.set(l.register(d))
  }
  #put(i: Instruction, facts: Facts): void {
    const body = this.#body
    const bytes = width(i.op)
    const place: Place = address(body, this.#l, i, bytes, facts, this.#fail(ABORT.window))
    for (let k = 0; k < bytes; k++) {
      place.push()
      body.get(this.#l.register(i.d)).i32(8 * (bytes - 1 - k)).op('shr_u').access('store8', place.offset + k)
    }
  }
  #alu(op: number, d: number, a: number, b: number | undefined, imm: number): void {
    const [body, l] = [this.#body, this.#l]
    if (op === OP.DIV || op === OP.MOD) {
      const fail = this.#fail(ABORT.division)
      if (b === undefined) {
        if (imm === 0) return fail('always')
      } else {
        body.get(l.register(b)).op('eqz')
        fail('if')
      }
    }
    body.get(l.register(a))
    if (b === undefined) body.i32(imm)
    else body.get(l.register(b))
    body.op(alus[op]!).set(l.register(d))
  }
  /** Pushes whether a comparison holds: `how` is JEQ … JSET. Not 0 or 1 for JSET. */
  #condition(how: number, a: number, b: number | undefined, imm: number): Body {
    const body = this.#body.get(this.#l.register(a))
    if (b === undefined) body.i32(imm)
    else body.get(this.#l.register(b))
    return body.op(compares[how - OP.JEQ]!)
  }
  #memory(i: Instruction, facts: Facts): void {
    const [body, l] = [this.#body, this.#l]
    const { op, d, a, b, imm } = i
    const { memory } = this.#program
    const fail = this.#fail(ABORT.memory)
    const x = l.temporary('x')
    if (a === NONE) {
      if (imm >= memory) return fail('always')
      body.i32(imm * 4).set(x)
    } else {
      if (imm >= memory) return fail('always')
      // Below 2^31 nothing wraps; what is larger is outside, or would be.
      if (!(facts.small & (1 << a))) {
        body.get(l.register(a)).i32(0).op('lt_s')
        fail('if')
      }
      body.get(l.register(a)).i32(imm).op('add').tee(x).i32(memory).op('ge_u')
      fail('if')
      body.get(x).i32(2).op('shl').set(x)
    }
    const { words } = this.#layout
    if (op === OP.LDM) {
      body.get(x).access('i32_load', words).set(l.register(d))
      return
    }
    body.get(x)
    if (op === OP.ADDM) body.get(x).access('i32_load', words)
    body.get(l.register(b))
    if (op === OP.ADDM) body.op('add')
    body.access('i32_store', words)
  }
  #edit({ edited }: Facts): void {
    if (edited === 'yes') return
    const [body, l] = [this.#body, this.#l]
    const w = l.temporary('w')
    if (edited === 'maybe') body.get(w).op('eqz').begin('if', 'edit')
    for (const name of ['offset', 'length', 'l3', 'l4'] as const) this.#store(RECORD[name], () => body.get(l.field(name)))
    body.op('call').u32(this.#imports.edit)
    for (const name of ['offset', 'l3', 'l4'] as const) {
      body.i32(this.#layout.record).access('i32_load', RECORD[name]).set(l.field(name))
    }
    body.i32(1).set(w)
    if (edited === 'maybe') body.end()
  }
  #trim(push: () => void): void {
    const [body, l] = [this.#body, this.#l]
    push()
    body.get(l.length).op('lt_u').begin('if', 'trim')
    push()
    body.set(l.length).end()
  }
  #narrow({ a, imm }: Instruction): void {
    const [body, l] = [this.#body, this.#l]
    if (a === NONE) body.i64(imm)
    else body.get(l.register(a)).op('extend_u').i64(imm).op('i64_add')
    body.tee(l.wide).get(l.length).op('extend_s', 'i64_gt_s')
    this.#fail(ABORT.window)('if')
    body.get(l.offset).get(l.wide).op('wrap', 'add').set(l.offset)
    body.get(l.length).get(l.wide).op('wrap', 'sub').set(l.length)
  }

  /** One instruction that is neither FOR nor LOOP. */
  write(i: Instruction, facts: Facts): void {
    const [body, l] = [this.#body, this.#l]
    const { op, d, a, b, imm, to } = i
    if (isLoad(op)) return this.#load(i, facts)
    if (isStore(op)) return this.#put(i, facts)
    if (isMemory(op)) return this.#memory(i, facts)
    if (isAlu(op)) return this.#alu(op, d, a, b, imm)
    if (isAluImmediate(op)) return this.#alu(op - 10, d, a, undefined, imm)
    if (isBranch(op)) {
      if (op >= OP.JEQI) this.#condition(op - 10, a, undefined, imm).brIf(to)
      else this.#condition(op, a, b, 0).brIf(to)
      return
    }
    const set = () => void body.set(l.register(d))
    const get = (r: number) => body.get(l.register(r))
    if (isSet(op) || isSetImmediate(op)) {
      const right = isSet(op) ? b : undefined
      this.#condition(OP.JEQ + (op - (isSet(op) ? OP.SEQ : OP.SEQI)), a, right, imm)
      return set()
    }
    switch (op) {
      case OP.JMP:
        return void body.br(to)
      case OP.SWITCH:
        return switchCode(body, l.register(a), this.#program.tables![imm]!, to)
      case OP.RET:
        get(a).i32(0xffff).op('and').set(l.temporary('result'))
        return void body.br('end')
      case OP.RETI:
        body.i32(imm & 0xffff).set(l.temporary('result'))
        return void body.br('end')
      case OP.MOV:
        get(a)
        return set()
      case OP.MOVI:
        body.i32(imm)
        return set()
      case OP.NEG:
        body.i32(0)
        get(a).op('sub')
        return set()
      case OP.NOT:
        get(a).i32(-1).op('xor')
        return set()
      case OP.EDIT:
        return this.#edit(facts)
      case OP.LEN:
        body.get(l.length)
        return set()
      case OP.WLEN:
        body.get(l.field('wireLength'))
        return set()
      case OP.CLS:
        body.get(l.field('classifier'))
        return set()
      case OP.KIND:
        body.get(l.field('kind'))
        return set()
      case OP.PROTO:
        body.get(l.field('proto'))
        return set()
      case OP.HASH:
        hashCode(body, l, address(body, l, i, to, facts, this.#fail(ABORT.window)), to)
        return set()
      case OP.SCAN:
        scanCode(body, l, i, this.#program.patterns![b]!)
        return set()
      case OP.NOW:
        body.get(l.field('now'))
        return set()
      case OP.MBOX:
        body.i32(this.#layout.record).access('i32_load', RECORD.mail + 4 * imm)
        return set()
      case OP.MAIL:
        return this.#store(RECORD.mail + 4 * imm, () => get(a))
      case OP.TRIM:
        return this.#trim(() => get(a))
      case OP.TRIMI:
        return this.#trim(() => body.i32(imm))
      case OP.NARROW:
        return this.#narrow(i)
      case OP.SETKIND:
        return void body.i32(imm).set(l.field('kind'))
      case OP.STREAM:
        get(a).set(l.field('stream'))
        return
      default:
        body.i32(imm).i32(to).op('call').u32(this.#imports.external(b)).op('eqz')
        this.#fail(ABORT.external)('if')
    }
  }
}
