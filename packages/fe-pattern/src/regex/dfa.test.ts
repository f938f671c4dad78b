import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Problem } from '../problem.js'
import { ends, expression, text } from '../testing/expressions.js'
import { found } from '../testing/found.js'
import type { Node } from './ast.js'
import { Dfa } from './dfa.js'
import { parseRegex } from './parse.js'
import { ProgramBuilder } from './program.js'

const node = (source: string, flags = ''): Node =>
  parseRegex(source, { i: flags.includes('i'), m: flags.includes('m'), s: flags.includes('s') })
const make = (nodes: readonly Node[], memory = 1 << 20): Dfa => {
  const builder = new ProgramBuilder()
  for (const one of nodes) builder.add(one)
  return new Dfa(builder.finish(), memory)
}
const bytes = (string: string) => new TextEncoder().encode(string)
/** Undefined for expressions that match nothing at all, which are refused. */
const parsed = (source: string, flags: string): Node | undefined => {
  try {
    return node(source, flags)
  } catch (e) {
    if (e instanceof Problem && /where nothing is/.test(e.message)) return undefined
    throw e
  }
}
const flags = fc.subarray(['i', 'm', 's']).map((set) => set.join(''))
/** 0 or 1, without a pattern that a small automaton could follow. */
const coin = (i: number): number => {
  const mixed = Math.imul(i ^ (i >>> 7), 0x21f0aaad)
  return (Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97) >>> 16) & 1
}
const cuts = fc.array(fc.nat(24), { maxLength: 4 })

describe('regular expressions', () => {
  it('match where JavaScript’s match, however the text is cut', () => {
    let tried = 0
    fc.assert(
      fc.property(expression, flags, text, cuts, (source, set, subject, where) => {
        const one = parsed(source, set)
        if (!one) return
        tried++
        const expected = ends(source, set, subject).map((at) => `0@${at}`)
        expect(found(make([one]), subject, where)).toEqual(expected.sort())
      }),
      { numRuns: 2000 },
    )
    expect(tried).toBeGreaterThan(500)
  })

  it('match together as each does alone, in memory for a few states only', () => {
    const several = fc.array(fc.tuple(expression, flags), { minLength: 2, maxLength: 6 })
    fc.assert(
      fc.property(several, fc.array(text, { maxLength: 8 }), cuts, (sources, texts, where) => {
        const nodes = sources.flatMap(([source, set]) => parsed(source, set) ?? [])
        if (nodes.length === 0) return
        const subject = Uint8Array.from(texts.flatMap((part) => [...part]))
        const expected = nodes.flatMap((one, n) => found(make([one]), subject).map((at) => at.replace('0@', `${n}@`)))
        let least = 1 << 12
        for (;;) {
          try {
            expect(found(make(nodes, least), subject, where)).toEqual(expected.sort())
            return
          } catch (e) {
            if ((e as { code?: string }).code !== 'SL_OPTION') throw e
            least *= 2
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  it('begin and end with the stream, lines and words, also at borders of blocks', () => {
    const at = (source: string, set: string, subject: string, ...where: number[]) =>
      found(make([node(source, set)]), bytes(subject), where)
    expect(at('^ab', '', 'abab', 2)).toEqual(['0@2'])
    expect(at('ab$', '', 'abab', 2, 4)).toEqual(['0@4'])
    expect(at('^b$', 'm', 'a\nb\nb', 2, 3)).toEqual(['0@3', '0@5'])
    expect(at('\\bcat\\b', '', 'cat concat cat', 3, 7)).toEqual(['0@14', '0@3'])
    expect(at('\\Aa\\z', '', 'a')).toEqual(['0@1'])
    expect(at('a\\B', '', 'ab a')).toEqual(['0@1'])
  })

  it('know characters by their UTF-8, and repeat them whole', () => {
    expect(found(make([node('é{2}')]), bytes('éé'))).toEqual(['0@4'])
    expect(found(make([node('(?:é|ü)x')]), bytes('üx'))).toEqual(['0@3'])
  })

  it('stay in their memory when every byte makes a new state', () => {
    // 2^21 states: where the last 21 bytes had their a.
    const memory = 1 << 18
    const machine = make([node('a[ab]{20}c')], memory)
    const subject = Uint8Array.from({ length: 100_000 }, (_, i) => 97 + coin(i))
    subject.set(bytes('aababababababababababc'), 70_000)
    expect(found(machine, subject, [50_000])).toEqual(['0@70022'])
    const { regexFlushes: flushes, regexStates: states } = machine.counters()
    expect(flushes).toBeGreaterThan(5)
    expect(states! * (5 * 4 + 32)).toBeLessThan(memory)
  })

  it('take linear time where backtracking takes exponential', () => {
    // 2^25000 ways to try: it ends at all only because none is tried twice.
    const subject = bytes(`${'a'.repeat(50_000)}!`)
    for (const source of ['(?:a+)+b', '(?:a|aa)+b', '(?:a*)*b', '(?:a?){50}a{50}b', '(?:.*a){12}b']) {
      expect(found(make([node(source)], 1 << 23), subject)).toEqual([])
    }
  })

  it('cost nothing once all are bound to a beginning that has passed', () => {
    const machine = make([node('^GET')])
    const state = machine.scan(bytes('POST /'), 0, 6, machine.begin, { match() {} })
    expect(state).toBe(machine.middle)
  })

  it('tell when the memory is too little', () => {
    expect(() => make([node('(?:abc){1000}')], 1 << 12)).toThrow(expect.objectContaining({ code: 'SL_OPTION' }))
  })
})
