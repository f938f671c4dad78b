import { asError } from '@netstreamline/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compile, decodeProgram, disassemble, encodeProgram, type Program, run, validate } from '../index.js'

const ret = (k: number) => ({ code: 6, jt: 0, jf: 0, k })
const fails = (work: () => unknown): string => {
  try {
    work()
  } catch (e) {
    expect(asError(e).code).toBe('SL_FILTER')
    return asError(e).message
  }
  throw new Error('it did not fail')
}

describe('programs as text', () => {
  it('prints as tcpdump does', () => {
    const program = compile('ip', { linktype: 1 })
    expect(disassemble(program, 'dd')).toBe(`{ 0x28, 0, 0, 0x0000000c },
{ 0x15, 0, 1, 0x00000800 },
{ 0x6, 0, 0, 0x00040000 },
{ 0x6, 0, 0, 0x00000000 },`)
    expect(disassemble(program, 'ddd')).toBe('4\n40 0 0 12\n21 0 1 2048\n6 0 0 262144\n6 0 0 0')
  })

  it('prints every instruction', () => {
    const codes = [
      0x00, 0x60, 0x80, 0x20, 0x48, 0x01, 0x61, 0x81, 0xb1, 0x02, 0x03, 0x84, 0x0c, 0x54, 0x24, 0x05, 0x1d, 0x16, 0x07,
      0x87,
    ]
    const program = codes.map((code) => ({ code, jt: 0, jf: 1, k: code === 0x20 ? 0xfffff004 : 2 }))
    expect(
      disassemble(program, 'd')
        .split('\n')
        .map((line) => line.slice(6).trimEnd()),
    ).toEqual([
      'ld       #0x2',
      'ld       M[2]',
      'ld       #pktlen',
      'ld       [type]',
      'ldh      [x + 2]',
      'ldx      #0x2',
      'ldx      M[2]',
      'ldx      #pktlen',
      'ldxb     4*([2]&0xf)',
      'st       M[2]',
      'stx      M[2]',
      'neg',
      'add      x',
      'and      #0x2',
      'mul      #2',
      'ja       18',
      'jeq      x                jt 17\tjf 18',
      'ret',
      'tax',
      'txa',
    ])
  })

  it('is read back as it was', () => {
    const expressions = ['tcp port 80', 'ip6 protochain 6', 'wlan type mgt', 'host 10.0.0.1 or vlan 7']
    fc.assert(
      fc.property(fc.constantFrom(...expressions), fc.constantFrom(1, 105), (expression, linktype) => {
        let program: Program
        try {
          program = compile(expression, { linktype })
        } catch {
          return
        }
        expect(decodeProgram(encodeProgram(program))).toEqual(program)
        expect(decodeProgram(disassemble(program, 'ddd'))).toEqual(program)
      }),
    )
  })

  it('refuses other text', () => {
    for (const text of [
      '',
      'x',
      '1',
      '2,6 0 0 1',
      '1,6 0 0',
      '1,6 0 0 -1',
      '1,6 0 0 99999999999',
      '99999999,6 0 0 1',
    ]) {
      fails(() => decodeProgram(text))
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        fails(() => decodeProgram(text))
      }),
    )
  })
})

describe('validate', () => {
  it.each([
    ['it is empty', []],
    ['it does not end with ret', [{ code: 7, jt: 0, jf: 0, k: 0 }]],
    ['unknown instruction code 255', [{ code: 255, jt: 0, jf: 0, k: 0 }, ret(0)]],
    ['no memory word 16', [{ code: 2, jt: 0, jf: 0, k: 16 }, ret(0)]],
    ['division by zero', [{ code: 0x34, jt: 0, jf: 0, k: 0 }, ret(0)]],
    ['jump out of the program', [{ code: 0x15, jt: 0, jf: 1, k: 0 }, ret(0)]],
    ['jump out of the program', [{ code: 0x05, jt: 0, jf: 0, k: 1 }, ret(0)]],
    ['jump out of the program', [{ code: 0x05, jt: 0, jf: 0, k: 0xfffffffe }, ret(0)]],
    ['a field is out of range', [{ code: 6, jt: 0, jf: 256, k: 0 }]],
  ])('refuses: %s', (why, program) => {
    expect(fails(() => validate(program))).toBe(`BPF program is not valid: ${why}`)
  })
})

describe('run', () => {
  const bytes = Uint8Array.of(0xff, 0x45, 0x81, 0x02, 0x03, 0x04, 0x05)
  const load = (code: number, k: number, x = 0, length = 6): number =>
    run(
      [
        { code: 0x01, jt: 0, jf: 0, k: x },
        { code, jt: 0, jf: 0, k },
        { code: 0x16, jt: 0, jf: 0, k: 0 },
      ],
      bytes,
      1,
      length,
      1500,
    )

  it('loads in network byte order inside the packet only', () => {
    expect([load(0x30, 0), load(0x28, 0), load(0x20, 0), load(0x20, 2)]).toEqual([0x45, 0x4581, 0x45810203, 0x02030405])
    expect([load(0x30, 6), load(0x28, 5), load(0x20, 3), load(0x30, 0, 0, 0)]).toEqual([0, 0, 0, 0])
    expect(load(0x80, 0)).toBe(1500)
  })

  it('does not wrap an index around', () => {
    expect([load(0x50, 2, 1), load(0x50, 2, 0xffffffff), load(0x40, 0xffffffff, 1)]).toEqual([3, 0, 0])
  })

  it('ends programs that go round in circles', () => {
    expect(run([{ code: 0x05, jt: 0, jf: 0, k: 0xffffffff }, ret(1)], bytes, 0, 6, 6)).toBe(0)
  })
})
