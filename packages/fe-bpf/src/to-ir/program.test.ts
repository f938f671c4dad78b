import { asError, KIND } from '@netstreamline/core'
import { compileProgram } from '@netstreamline/jit'
import { decode, type Frame, interpret } from '@netstreamline/jit/ir'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compile, type Instruction, type Program, run, toIr, validate } from '../index.js'

const at = (bytes: Uint8Array, wireLength = bytes.length): Frame => ({
  bytes,
  offset: 0,
  length: bytes.length,
  kind: 1,
  l3: -1,
  l4: -1,
  proto: -1,
  classifier: 0,
  stream: 0,
  wireLength,
})

/** Classifier and length of the window, as the BPF interpreter, the IR's interpreter and its JavaScript have them. */
const outcomes = (program: Program, bytes: Uint8Array, wireLength: number): [string, string, string] => {
  const ir = toIr(new Map([['any', program]]))
  const decoded = decode(ir)
  const result = run(program, bytes, 0, bytes.length, wireLength)
  const show = (classifier: number, f: Frame) => (classifier === 0 ? 'rejected' : `${classifier}: ${f.length}`)
  const first = at(bytes, wireLength)
  const second = at(bytes, wireLength)
  return [
    result === 0 ? 'rejected' : `1: ${Math.min(result, bytes.length)}`,
    show(interpret(decoded, first, new Uint32Array(decoded.memory)), first),
    show(compileProgram(ir, true)(second), second),
  ]
}

const k = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe))
const loads = [0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0x00, 0x80, 0x01, 0x81, 0xb1]
const alus = [0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x90, 0xa0].flatMap((o) => [o | 0x04, o | 0x0c])
const straight: fc.Arbitrary<Instruction> = fc.oneof(
  fc.tuple(fc.constantFrom(...loads), k).map(([code, n]) => ({ code, jt: 0, jf: 0, k: n })),
  fc
    .tuple(fc.constantFrom(0x60, 0x61, 0x02, 0x03), fc.integer({ min: 0, max: 15 }))
    .map(([code, n]) => ({ code, jt: 0, jf: 0, k: n })),
  fc.tuple(fc.constantFrom(...alus), k).map(([code, n]) => {
    const divides = code === 0x34 || code === 0x94
    return { code, jt: 0, jf: 0, k: divides && n === 0 ? 1 : n }
  }),
  fc.constantFrom(0x84, 0x07, 0x87).map((code) => ({ code, jt: 0, jf: 0, k: 0 })),
)
const jump: fc.Arbitrary<Instruction> = fc
  .tuple(fc.constantFrom(0x15, 0x1d, 0x25, 0x2d, 0x35, 0x3d, 0x45, 0x4d, 0x05), fc.nat(6), fc.nat(6), k)
  .map(([code, jt, jf, n]) => (code === 0x05 ? { code, jt: 0, jf: 0, k: jt } : { code, jt, jf, k: n }))
const ret: fc.Arbitrary<Instruction> = fc
  .constantFrom(0, 1, 20, 262144)
  .map((n) => ({ code: 0x06, jt: 0, jf: 0, k: n }))
const program: fc.Arbitrary<Program> = fc
  .array(fc.oneof({ weight: 6, arbitrary: straight }, { weight: 3, arbitrary: jump }, { weight: 1, arbitrary: ret }), {
    maxLength: 40,
  })
  .map((list) => {
    const ends: Instruction[] = [{ code: 0x16, jt: 0, jf: 0, k: 0 }]
    const code = [...list, ...ends]
    // Jumps end inside the program.
    return code.map((i, n) => {
      const room = code.length - n - 2
      return (i.code & 7) === 5
        ? { ...i, jt: Math.min(i.jt, room), jf: Math.min(i.jf, room), k: i.code === 5 ? Math.min(i.k, room) : i.k }
        : i
    })
  })

describe('classic BPF in the IR', () => {
  it('means the same, also in JavaScript', () => {
    fc.assert(
      fc.property(program, fc.uint8Array({ maxLength: 48 }), fc.nat(2000), (code, bytes, wireLength) => {
        validate(code)
        const [bpf, ir, js] = outcomes(code, bytes, wireLength)
        expect([ir, js]).toEqual([bpf, bpf])
      }),
      { numRuns: 3000 },
    )
  })

  it('writes the loop of protochain out', () => {
    const program = compile('ip6 protochain 6', { linktype: 12 })
    /** IPv6 with this many destination options headers of eight bytes before TCP. */
    const packet = (headers: number) => {
      const bytes = new Uint8Array(60 + 8 * headers)
      bytes[0] = 0x60
      bytes[6] = headers > 0 ? 60 : 6
      for (let i = 0; i < headers; i++) bytes[40 + 8 * i] = i === headers - 1 ? 6 : 60
      return bytes
    }
    for (const headers of [0, 1, 2, 5, 31]) {
      const bytes = packet(headers)
      expect(outcomes(program, bytes, bytes.length)).toEqual(new Array(3).fill(`1: ${bytes.length}`))
    }
    const many = packet(40)
    expect(outcomes(program, many, many.length)).toEqual([`1: ${many.length}`, 'rejected', 'rejected'])
    const other = packet(0)
    other[6] = 17
    expect(outcomes(program, other, other.length)).toEqual(['rejected', 'rejected', 'rejected'])
  })

  it('chooses by the kind of block', () => {
    const one = (n: number): Program => [{ code: 6, jt: 0, jf: 0, k: n }]
    const filter = compileProgram(
      toIr(
        new Map([
          [1, one(10)],
          [KIND.ip, one(20)],
          [113, one(0)],
        ]),
      ),
    )
    const length = (kind: number) => {
      const frame = { ...at(new Uint8Array(64)), kind }
      return filter(frame) && frame.length
    }
    expect([1, KIND.ip, 113, 12].map(length)).toEqual([10, 20, 0, 0])
  })

  it('refuses what is too long for it', () => {
    const long: Program = [
      ...new Array(70_000).fill({ code: 0x87, jt: 0, jf: 0, k: 0 }),
      { code: 6, jt: 0, jf: 0, k: 1 },
    ]
    try {
      toIr(new Map([['any', long]]))
      expect.unreachable()
    } catch (e) {
      expect(asError(e)).toMatchObject({ code: 'SL_FILTER' })
    }
  })
})
