import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { found } from '../testing/found.js'
import { Literals } from './automaton.js'

const lower = (byte: number): number => (byte >= 65 && byte <= 90 ? byte + 32 : byte)

/** All ends of all patterns, by looking at every place. */
const naive = (patterns: readonly Uint8Array[], text: Uint8Array, nocase: boolean): string[] => {
  const same = (a: number, b: number) => a === b || (nocase && lower(a) === lower(b))
  const seen: string[] = []
  for (const [p, pattern] of patterns.entries()) {
    for (let at = 0; at + pattern.length <= text.length; at++) {
      if (pattern.every((byte, i) => same(byte, text[at + i]!))) seen.push(`${p}@${at + pattern.length}`)
    }
  }
  return seen.sort()
}

/** Few letters, so that patterns overlap, contain each other and occur. */
const letters = (least: number, most: number) =>
  fc
    .array(fc.constantFrom(0x61, 0x62, 0x41, 0x00, 0xff), { minLength: least, maxLength: most })
    .map((bytes) => Uint8Array.from(bytes))
const cuts = fc.array(fc.nat(400), { maxLength: 8 })
const make = (patterns: readonly Uint8Array[], nocase: boolean) =>
  new Literals(
    patterns,
    patterns.map((_, p) => p),
    nocase,
  )
const bytes = (text: string) => new TextEncoder().encode(text)

describe('literal patterns', () => {
  it('are found where a naive search finds them, however the text is cut', () => {
    const lists = fc.oneof(
      fc.array(letters(1, 6), { minLength: 1, maxLength: 12 }),
      fc.array(letters(4, 9), { minLength: 1, maxLength: 12 }),
    )
    fc.assert(
      fc.property(lists, letters(0, 400), cuts, fc.boolean(), (patterns, text, where, nocase) => {
        expect(found(make(patterns, nocase), text, where)).toEqual(naive(patterns, text, nocase))
      }),
      { numRuns: 500 },
    )
  })

  it('are found by thousands, those beyond the states that have rows too', () => {
    let seed = 7
    const random = (n: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
      return Math.floor((seed / 2 ** 32) * n)
    }
    const word = () => Uint8Array.from({ length: 3 + random(20) }, () => 97 + random(20))
    const patterns = Array.from({ length: 5000 }, word)
    const machine = make(patterns, false)
    const text = Uint8Array.from(
      Array.from({ length: 400 }, () => (random(2) ? word() : patterns[random(5000)]!)).flatMap((one) => [...one]),
    )
    const border = Array.from({ length: 30 }, () => random(text.length))
    const expected = naive(patterns, text, false)
    expect(expected.length).toBeGreaterThan(150)
    expect(found(machine, text, border)).toEqual(expected)
    expect(machine.counters()['literalStates']).toBeGreaterThan(2 ** 20 / 4 / 21)
  })

  it('of the same bytes are all told, in the order they were given', () => {
    const seen: number[] = []
    const machine = new Literals([bytes('ab'), bytes('b'), bytes('ab')], [7, 5, 3], false)
    machine.scan(bytes('xab'), 0, 3, 0, { match: (n) => void seen.push(n) })
    expect(seen).toEqual([7, 3, 5])
  })

  it('ignore the case of ASCII letters only', () => {
    const accents = Uint8Array.from([0xc9, 0x41])
    expect(found(make([accents], true), Uint8Array.from([0xe9, 0x61, 0xc9, 0x61]))).toEqual(['0@4'])
  })

  it('are found where shifting does not pay, and after it has been given up', () => {
    const text = bytes(`${'needl'.repeat(5000)}needle${'.'.repeat(5000)}`)
    expect(found(make([bytes('needle')], false), text)).toEqual([`0@${25006}`])
  })

  it('keep every byte value apart', () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i)
    const patterns = Array.from(all, (byte) => Uint8Array.of(byte))
    expect(found(make(patterns, false), all)).toEqual(Array.from(all, (byte) => `${byte}@${byte + 1}`).sort())
  })
})
