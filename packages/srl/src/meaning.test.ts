import type { Request } from '@netstreamline/core'
import { accepts } from '@netstreamline/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from './index.js'

// The graph that a text is rewritten to must hand out exactly the blocks that the text speaks of. Every function
// gives a block a fixed classifier here, so what a text means can be computed without any graph.

type Meaning = { text: string; holds: (classifier: (fn: string) => number) => boolean }

const leaf: fc.Arbitrary<Meaning> = fc
  .constantFrom('a', 'b', 'c', 'd')
  .map((fn) => ({ text: `(${fn})`, holds: (c) => c(fn) !== 0 }))

const conditions: Record<'22' | '!22' | '!' | '0:22', (c: number) => boolean> = {
  '22': (c) => c === 22,
  '!22': (c) => c !== 22,
  '!': (c) => c === 0,
  '0:22': (c) => c <= 22,
}
const conditioned: fc.Arbitrary<Meaning> = fc
  .tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom(...(Object.keys(conditions) as (keyof typeof conditions)[])))
  .map(([fn, c]) => ({ text: `((${fn}) ${c}>)`, holds: (of) => conditions[c](of(fn)) }))

const meaning: fc.Arbitrary<Meaning> = fc.letrec<{ m: Meaning }>((tie) => {
  const two = (op: string, f: (a: boolean, b: boolean) => boolean) =>
    fc
      .tuple(tie('m'), tie('m'))
      .map(([a, b]): Meaning => ({ text: `(${a.text} ${op} ${b.text})`, holds: (c) => f(a.holds(c), b.holds(c)) }))
  return {
    m: fc.oneof(
      { depthSize: 'medium' },
      leaf,
      conditioned,
      two('and', (a, b) => a && b),
      two('or', (a, b) => a || b),
      two('|', (a, b) => a || b),
      two('>', (a, b) => a && b),
      tie('m').map((a) => ({ text: `not ${a.text}`, holds: (c: (fn: string) => number) => !a.holds(c) })),
    ),
  }
}).m

/**
 * How often a block that enters at `start` reaches `sink`. A union passes its first occurrence; an intersection the one
 * with which it has come by all inputs (by one of them it may come twice, where branches stand before).
 */
const arrivals = ({ vertices, edges }: Request, classifier: (fn: string) => number): number => {
  const indexOf = (name: string) => vertices.findIndex((v) => v.name === name)
  const seen = vertices.map(() => new Set<number>())
  let reached = 0
  const visit = (v: number, by: number): void => {
    if (v === indexOf('sink')) reached++
    const fn = vertices[v]!.function
    const isNew = !seen[v]!.has(by)
    seen[v]!.add(by)
    const inputs = edges.filter((e) => e.to === v).length
    const passes = isNew && seen[v]!.size === (fn === 'union' ? 1 : inputs)
    const out = fn === 'union' || fn === 'intersection' ? Number(passes) : classifier(fn)
    for (const [i, e] of edges.entries()) if (e.from === v && accepts(e.accept, out)) visit(e.to, i)
  }
  visit(indexOf('start'), -1)
  return reached
}

test('a rewritten request hands out what its text says', () => {
  const both = { yes: 0, no: 0 }
  fc.assert(
    fc.property(meaning, fc.array(fc.constantFrom(0, 1, 22, 80), { minLength: 4, maxLength: 4 }), (m, values) => {
      const classifier = (fn: string) => values['abcd'.indexOf(fn)] ?? 1
      const n = arrivals(parse(`(start,name=start) > ${m.text} > (sink,name=sink)`), classifier)
      expect(n > 0).toBe(m.holds(classifier))
      both[n > 0 ? 'yes' : 'no']++
      // Where no branches stand side by side, the block comes once.
      if (!/\|/.test(m.text)) expect(n).toBeLessThan(2)
    }),
    { seed: 3, numRuns: 5000 },
  )
  expect(Math.min(both.yes, both.no)).toBeGreaterThan(1000)
})
