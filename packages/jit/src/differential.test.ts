import { describe, expect, it } from 'vitest'
import { decode, encode, type Frame, interpret, OP, verify } from './ir/index.js'
import { compileProgram } from './js/compile.js'
import { generator } from './testing/random.js'
import { copyOf, randomFrame, stateOf } from './testing/random-frame.js'
import { externals, randomProgram } from './testing/random-program.js'

describe('the back ends', () => {
  it('do what the reference interpreter does: result, block, mailbox, memory, why they stopped', () => {
    const seen = new Set<number>()
    const ends = { returned: 0, zero: 0, aborted: [0, 0, 0, 0, 0] }
    for (let seed = 0; seed < 1500; seed++) {
      const random = generator(seed)
      const program = verify(decode(encode(randomProgram(random))))
      for (const { op } of program.code) seen.add(op)
      const memory = new Uint32Array(program.memory)
      const javascript = compileProgram(program, true, externals)
      for (let n = 0; n < 4; n++) {
        const frame = randomFrame(random)
        const wanted = copyOf(frame)
        const classifier = interpret(program, wanted, memory, externals)
        const check = (what: string, run: (frame: Frame) => number) => {
          const got = copyOf(frame)
          expect([what, seed, run(got)]).toEqual([what, seed, classifier])
          expect([what, seed, stateOf(got)]).toEqual([what, seed, stateOf(wanted)])
        }
        check('JavaScript', javascript)
        if (wanted.aborted) ends.aborted[wanted.aborted]!++
        else ends[classifier ? 'returned' : 'zero']++
      }
    }
    // It has tried everything there is.
    expect(Object.values(OP).filter((op) => !seen.has(op))).toEqual([])
    expect(ends.returned).toBeGreaterThan(1000)
    expect(ends.zero).toBeGreaterThan(100)
    for (const n of ends.aborted.slice(1)) expect(n).toBeGreaterThan(10)
  })
})
