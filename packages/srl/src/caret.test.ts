import fc from 'fast-check'
import { expect, test } from 'vitest'
import { position } from './caret.js'
import { caret } from './index.js'
import { anyText } from './testing/arbitraries.js'

test.each([
  ['(a) > b', 6, '(a) > b\n      ^'],
  ['(a) > (bcd)', [6, 11], '(a) > (bcd)\n      ^^^^^'],
  ['(a)\n > b\n(c)', 6, ' > b\n  ^'],
  ['(a)\r\n(b', [5, 99], '(b\n^^'],
  ['(a', 99, '(a\n  ^'],
  ['\t(é\u{1f600}) x', 6, '\t(é\u{1f600}) x\n\t    ^'],
  ['(a\n(b\n', [1, 6], '(a\n ^'],
  ['a\u001b[31m\u0000\u202e', 1, 'a\u241b[31m\u2400\ufffd\n ^'],
  ['x', -5, 'x\n^'],
  ['x', Number.NaN, 'x\n^'],
] as const)('%j at %j', (text, at, shown) => {
  expect(caret(text, at)).toBe(shown)
})

test('long lines are cut around the place', () => {
  const [line, marks] = caret(`${'a'.repeat(5000)}X${'b'.repeat(5000)}`, 5000).split('\n') as [string, string]
  expect(line.length).toBeLessThan(200)
  expect(line.indexOf('X')).toBe(marks.indexOf('^'))
  expect([line[0], line.at(-1)]).toEqual(['…', '…'])
})

test('lines and columns count from 1, characters as one', () => {
  expect(position('a\r\nb\rc\n\u{1f600}d', 9)).toEqual({ line: 4, column: 2 })
  expect(position('', 0)).toEqual({ line: 1, column: 1 })
})

test('any place in any text has two lines and a mark', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: -5, max: 50 }), fc.integer({ min: -5, max: 50 }), (text, a, b) => {
      expect(caret(text, [a, b])).toMatch(/^[^\n\r]*\n\s*\^+$/)
      const { line, column } = position(text, a)
      expect(line).toBeLessThanOrEqual(text.split(/\r\n|\r|\n/).length)
      expect(column).toBeLessThanOrEqual(text.length + 1)
    }),
    { seed: 10, numRuns: 2000 },
  )
})
