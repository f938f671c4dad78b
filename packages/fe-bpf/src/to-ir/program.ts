import { StreamlineError } from '@netstreamline/core'
import { Builder, type Label } from '@netstreamline/jit/ir'
import * as op from '../cbpf/opcodes.js'
import { validate } from '../cbpf/validate.js'
import { type Step, unroll } from './loops.js'

/** A and X are registers, and so is each word of scratch memory. */
const A = 0
const X = 1
const memory = (k: number): number => 2 + k
const KIND = 18

/** Programs by the kind of block that each is for; `any` for one that is for all. */
export type Programs = ReadonlyMap<number | 'any', op.Program>

const loads = { [op.W]: 'LDD', [op.H]: 'LDW', [op.B]: 'LDB' } as Record<number, 'LDD' | 'LDW' | 'LDB'>
const alus: Record<number, 'ADD' | 'SUB' | 'MUL' | 'DIV' | 'MOD' | 'AND' | 'OR' | 'XOR'> = {
  [op.ADD]: 'ADD',
  [op.SUB]: 'SUB',
  [op.MUL]: 'MUL',
  [op.DIV]: 'DIV',
  [op.MOD]: 'MOD',
  [op.AND]: 'AND',
  [op.OR]: 'OR',
  [op.XOR]: 'XOR',
}
/** A jump and its opposite; JSET has none. */
const jumps: Record<number, readonly ['JEQ' | 'JGT' | 'JGE' | 'JSET', 'JNE' | 'JLE' | 'JLT' | undefined]> = {
  [op.JEQ]: ['JEQ', 'JNE'],
  [op.JGT]: ['JGT', 'JLE'],
  [op.JGE]: ['JGE', 'JLT'],
  [op.JSET]: ['JSET', undefined],
}

const load = (b: Builder, { code, k }: op.Instruction): void => {
  const to = op.classOf(code) === op.LD ? A : X
  switch (op.modeOf(code)) {
    case op.IMM:
      b.moveI(to, k)
      break
    case op.MEM:
      b.move(to, memory(k))
      break
    case op.LEN:
      b.special('WLEN', to)
      break
    case op.MSH:
      b.load('LDB', X, k).aluI('AND', X, X, 0xf).aluI('SHL', X, X, 2)
      break
    case op.IND:
      b.load(loads[op.sizeOf(code)]!, A, k, { index: X })
      break
    default:
      b.load(loads[op.sizeOf(code)]!, A, k)
  }
}

/** Shifts by 32 and more give 0; the IR takes them modulo 32. */
const shift = (b: Builder, name: 'SHL' | 'SHR', { code, k }: op.Instruction): void => {
  if (op.srcOf(code) === op.K) {
    if (k > 31) b.moveI(A, 0)
    else b.aluI(name, A, A, k)
    return
  }
  const fits = b.label()
  const done = b.label()
  b.jumpI('JLT', X, 32, fits).moveI(A, 0).jump(done).place(fits).alu(name, A, A, X).place(done)
}

const alu = (b: Builder, i: op.Instruction): void => {
  const operation = op.opOf(i.code)
  if (operation === op.NEG) b.negate(A, A)
  else if (operation === op.LSH || operation === op.RSH) shift(b, operation === op.LSH ? 'SHL' : 'SHR', i)
  else if (op.srcOf(i.code) === op.K) b.aluI(alus[operation]!, A, A, i.k)
  else b.alu(alus[operation]!, A, A, X)
}

const branch = (b: Builder, i: op.Instruction, at: number, label: (at: number) => Label): void => {
  if (op.opOf(i.code) === op.JA) {
    b.jump(label(at + 1 + (i.k | 0)))
    return
  }
  const [name, opposite] = jumps[op.opOf(i.code)]!
  const jump = (how: Parameters<Builder['jumpI']>[0], to: Label) =>
    op.srcOf(i.code) === op.K ? b.jumpI(how, A, i.k, to) : b.jumpIf(how, A, X, to)
  if (i.jt === 0 && opposite) jump(opposite, label(at + 1 + i.jf))
  else {
    jump(name, label(at + 1 + i.jt))
    if (i.jf !== 0) b.jump(label(at + 1 + i.jf))
  }
}

/** A result is how many bytes to keep: 0 for none, else classifier 1 and a window no longer than that. */
const result = (b: Builder, { code, k }: op.Instruction, reject: Label): void => {
  if ((code & 0x18) === op.A) b.jumpI('JEQ', A, 0, reject).trim(A).returnI(1)
  else if (k === 0) b.returnI(0)
  else b.trimI(k).returnI(1)
}

const instruction = (b: Builder, i: op.Instruction, at: number, label: (at: number) => Label, reject: Label): void => {
  switch (op.classOf(i.code)) {
    case op.LD:
    case op.LDX:
      load(b, i)
      break
    case op.ST:
      b.move(memory(i.k), A)
      break
    case op.STX:
      b.move(memory(i.k), X)
      break
    case op.ALU:
      alu(b, i)
      break
    case op.JMP:
      branch(b, i, at, label)
      break
    case op.RET:
      result(b, i, reject)
      break
    default:
      if ((i.code & 0xf8) === op.TAX) b.move(X, A)
      else b.move(A, X)
  }
}

const append = (b: Builder, program: op.Program, reject: Label): void => {
  validate(program)
  const steps: Step[] = unroll(program)
  const labels = steps.map(() => b.label())
  steps.forEach(({ at, to }, n) => {
    const label = (target: number): Label => {
      const step = to(target)
      return step === undefined ? reject : labels[step]!
    }
    b.place(labels[n]!)
    instruction(b, program[at]!, at, label, reject)
  })
}

/**
 * Classic BPF as a program of the filter IR. Loads outside the window, and divisions by zero, end with 0 in both; so do
 * blocks of a kind that no program is for. @throws SL_FILTER for a program that is invalid or too long
 */
export const toIr = (programs: Programs): Uint8Array => {
  const b = new Builder()
  const reject = b.label()
  const entries = [...programs]
  const starts = entries.map(() => b.label())
  if (!programs.has('any')) {
    b.special('KIND', KIND)
    entries.forEach(([kind], i) => {
      b.jumpI('JEQ', KIND, kind as number, starts[i]!)
    })
    b.jump(reject)
  }
  entries.forEach(([, program], i) => {
    b.place(starts[i]!)
    append(b, program, reject)
  })
  b.place(reject).returnI(0)
  try {
    return b.finish()
  } catch (e) {
    throw new StreamlineError(
      'SL_FILTER',
      `the filter is too long: ${(e as Error).message}`,
      { hint: 'split it over several (bpf) joined by or' },
      e,
    )
  }
}
