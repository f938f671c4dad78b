import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  advance,
  distance,
  isPosition,
  loadPosition,
  POSITION_MODULUS,
  resetPosition,
  storePosition,
} from './position.js'

const position = fc.oneof(
  fc.maxSafeInteger().map((n) => Math.abs(n) % POSITION_MODULUS),
  fc
    .tuple(fc.constantFrom(2 ** 32, 2 ** 33, 2 ** 51, POSITION_MODULUS), fc.integer({ min: -5, max: 5 }))
    .map(([edge, by]) => (edge + by + POSITION_MODULUS) % POSITION_MODULUS),
)
const step = fc.integer({ min: 1, max: 2 ** 30 })

describe('positions', () => {
  it('advance and distance are inverse, exactly, also across the modulus', () => {
    fc.assert(
      fc.property(position, step, (p, n) => {
        const q = advance(p, n)
        expect(isPosition(q)).toBe(true)
        expect(BigInt(q)).toBe((BigInt(p) + BigInt(n)) % BigInt(POSITION_MODULUS))
        expect(distance(p, q)).toBe(n)
        expect(distance(q, p)).toBe(POSITION_MODULUS - n)
      }),
    )
  })

  it('come back as they were stored, step by step', () => {
    fc.assert(
      fc.property(position, fc.array(step, { maxLength: 20 }), (start, steps) => {
        const words = new Int32Array(3)
        resetPosition(words, 0, start)
        let at = start
        for (const n of steps) {
          const next = advance(at, n)
          storePosition(words, 0, at, next)
          at = next
          expect(loadPosition(words, 0)).toBe(at)
        }
      }),
    )
  })

  it('read as the old or the new one when the writer dies between any two stores', () => {
    fc.assert(
      fc.property(position, step, (from, n) => {
        const to = advance(from, n)
        const words = new Int32Array(3)
        for (let died = 0; died <= 3; died++) {
          resetPosition(words, 0, from)
          const epoch = Math.floor(to / 2 ** 32)
          if (died > 0) words[1] = epoch
          if (died > 1) words[0] = to | 0
          if (died > 2) words[2] = epoch
          expect(loadPosition(words, 0)).toBe(died > 1 ? to : from)
        }
      }),
    )
  })

  it('that no writer leaves are refused, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 3, maxLength: 3 }), (raw) => {
        try {
          expect(isPosition(loadPosition(new Int32Array(raw), 0))).toBe(true)
        } catch (e) {
          expect(e).toMatchObject({ code: 'SL_RING' })
        }
      }),
    )
    expect(() => loadPosition(new Int32Array([0, 7, 3]), 0)).toThrow('position')
  })
})
