import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  Builder,
  decode,
  encode,
  type Frame,
  type Instruction,
  interpret,
  NONE,
  OP,
  type Program,
  verify,
} from '../ir/index.js'
import { compileProgram } from './compile.js'

const loads = [OP.LDB, OP.LDW, OP.LDD, OP.LDSB, OP.LDSW, OP.LDBIT] as number[]
const others = Object.values(OP).filter((op) => op > OP.JMP && op < OP.JEQ && !loads.includes(op)) as number[]
const branches = Object.values(OP).filter((op) => op >= OP.JEQ) as number[]

const immediate = fc.oneof(
  fc.nat(40),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  fc.constantFrom(0, 31, 32, 2 ** 31, 2 ** 32 - 1),
)
const register = fc.nat(5)
const instruction = fc.oneof(
  fc.record({
    op: fc.constantFrom(...loads),
    d: register,
    a: fc.oneof(register, fc.constant(NONE)),
    b: fc.nat(2),
    imm: immediate,
    to: fc.nat(),
  }),
  fc.record({ op: fc.constantFrom(...others), d: register, a: register, b: register, imm: immediate, to: fc.nat() }),
  fc.record({
    op: fc.constantFrom(...branches, OP.JMP),
    d: register,
    a: register,
    b: register,
    imm: immediate,
    to: fc.nat(),
  }),
)

/** Any list of instructions as a program that verifies: jumps bent forward, a return at the end. */
const programs = fc
  .tuple(fc.array(instruction, { maxLength: 60 }), register, fc.nat(8))
  .map(([list, a, memory]): Program => {
    const code: Instruction[] = list.map((i, pc) => ({
      ...i,
      to: i.op === OP.JMP || i.op >= OP.JEQ ? pc + 1 + (i.to % (list.length - pc)) : 0,
    }))
    code.push({ op: OP.RET, d: 0, a, b: 0, imm: 0, to: 0 })
    return { memory, code }
  })

const frames = fc
  .record({
    bytes: fc.uint8Array({ minLength: 0, maxLength: 64 }),
    skip: fc.nat(20),
    l3: fc.integer({ min: -1, max: 30 }),
    l4: fc.integer({ min: -1, max: 50 }),
    proto: fc.integer({ min: -1, max: 255 }),
    classifier: fc.nat(65535),
    wireLength: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  })
  .map(({ bytes, skip, ...rest }): Frame => {
    const offset = Math.min(skip, bytes.length)
    return { bytes, offset, length: bytes.length - offset, kind: 1, stream: 0, ...rest }
  })

describe('the JavaScript back end', () => {
  it('does what the reference interpreter does, window and memory included', () => {
    fc.assert(
      fc.property(programs, fc.array(frames, { minLength: 1, maxLength: 4 }), (program, list) => {
        const memory = new Uint32Array(program.memory)
        const verified = verify(decode(encode(program)))
        const run = compileProgram(program)
        for (const frame of list) {
          const wanted = { ...frame }
          const classifier = interpret(verified, wanted, memory)
          const got = { ...frame }
          expect(run(got)).toBe(classifier)
          expect(got).toEqual(wanted)
        }
      }),
      { numRuns: 2000, seed: 20261123 },
    )
  })
  it('takes programs with thousands of jump targets', () => {
    const b = new Builder()
    b.load('LDB', 0, 0)
    const labels = Array.from({ length: 3000 }, () => b.label())
    labels.forEach((label, i) => {
      b.jumpI('JEQ', 0, i, label)
    })
    labels.forEach((label, i) => {
      b.place(label).returnI(i + 1)
    })
    const run = compileProgram(b.finish())
    const frame = (byte: number): Frame => ({
      bytes: Uint8Array.of(byte),
      offset: 0,
      length: 1,
      kind: 1,
      l3: -1,
      l4: -1,
      proto: -1,
      classifier: 0,
      stream: 0,
      wireLength: 1,
    })
    expect([0, 7, 255].map((byte) => run(frame(byte)))).toEqual([1, 8, 256])
  })
  it('refuses what does not verify', () => {
    const bad: Partial<Instruction>[][] = [
      [],
      [{ op: OP.JMP, to: 0 }],
      [{ op: 200 }],
      [{ op: OP.MOV, d: 40 }, { op: OP.RETI }],
      [{ op: OP.MOVI }],
    ]
    for (const code of bad) {
      const full = code.map((i) => ({ op: 0, d: 0, a: 0, b: 0, imm: 0, to: 0, ...i }))
      expect(() => compileProgram({ memory: 0, code: full })).toThrow(expect.objectContaining({ code: 'SL_IR' }))
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(() => verify(bytes)).toThrow(expect.objectContaining({ code: 'SL_IR' }))
      }),
      { numRuns: 300, seed: 1 },
    )
  })
})
