import fc from 'fast-check'
import { expect, it } from 'vitest'
import { distance, suggest } from './suggest.js'

it('counts insertions, deletions, substitutions and swaps', () => {
  for (const [a, b, n] of [
    ['', '', 0],
    ['', 'abc', 3],
    ['pcap', 'pcap', 0],
    ['pcp', 'pcap', 1],
    ['pcapp', 'pcap', 1],
    ['pacp', 'pcap', 1],
    ['count', 'print', 3],
    ['ca', 'abc', 3],
  ] as const) {
    expect([a, b, distance(a, b)]).toEqual([a, b, n])
    expect(distance(b, a)).toBe(n)
  }
})

it('is zero only for equals, and never more than the longer length', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      const n = distance(a, b)
      expect(n === 0).toBe(a === b)
      expect(n).toBeGreaterThanOrEqual(Math.abs(a.length - b.length))
      expect(n).toBeLessThanOrEqual(Math.max(a.length, b.length))
    }),
  )
})

it('proposes what is near, nearest first, three at most', () => {
  const names = ['pcap', 'print', 'port', 'count', 'counter', 'tcp', 'udp']
  expect(suggest('pcpa', names)).toEqual(['pcap'])
  expect(suggest('conter', names)).toEqual(['counter'])
  expect(suggest('countr', names)).toEqual(['count', 'counter'])
  expect(suggest('PCAP', names)).toEqual(['pcap'])
  expect(suggest('zzzzzz', names)).toEqual([])
  expect(suggest('aa', ['ab', 'ac', 'ad', 'ae'])).toHaveLength(3)
  expect(suggest('x'.repeat(1e6), names)).toEqual([])
})
