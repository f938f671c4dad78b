import { END, KIND, START } from '@netstreamline/core'
import { interpret, verify } from '@netstreamline/jit/ir'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createContext, instantiate } from '../testing/context.js'
import count from './count.js'
import inspect from './inspect.js'
import nothing from './null.js'
import print from './print.js'

describe('print', () => {
  it('shows time, kind, length, classifier and stream', async () => {
    const context = createContext()
    context.openStream({ id: 2, src: 'fe80::1', sport: 80, dst: '10.0.0.1', dport: 5, name: 'x' })
    const { process } = await instantiate(print, {}, context)
    const block = context.block('abc', { seconds: 12, nanoseconds: 34, wireLength: 60, classifier: 7 })
    expect(process?.(block)).toBe(7)
    process?.(context.block('', { kind: KIND.tcp, stream: 2, flags: START | END, classifier: 1 }))
    expect(context.printed).toEqual([
      '12.000000034 EN10MB 3 of 60 B class 7',
      '0.000000000 tcp 0 B class 1 start end stream 2 x [fe80::1]:80 > 10.0.0.1:5',
    ])
  })

  it('shows data as text or in hexadecimal, up to its limit', async () => {
    const context = createContext()
    const text = await instantiate(print, { format: 'text', limit: 1 }, context)
    text.process?.(context.block('GET /\r\nHost: \u001b[2Jx\u202e'))
    text.process?.(context.block('more'))
    expect(context.printed.slice(1)).toEqual(['  GET /', '  Host: \\x1b[2Jx\\u{202e}'])
    const hex = await instantiate(print, { format: 'hex' }, context)
    hex.process?.(context.block('0123456789abcdef\n'))
    expect(context.printed.slice(4)).toEqual([
      '  000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef',
      `  000010  0a${' '.repeat(45)}  .`,
    ])
  })

  it('never sends what a terminal would obey', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array(), fc.string({ unit: 'binary' }), async (bytes, name) => {
        const context = createContext({ size: 1 << 16 })
        context.openStream({ id: 1, name, src: name })
        for (const format of ['text', 'hex'] as const)
          (await instantiate(print, { format }, context)).process?.(context.block(bytes, { stream: 1 }))
        for (const line of context.printed)
          expect(line).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028-\u202e]/)
      }),
    ))
})

describe('count and null', () => {
  it('are one instruction', async () => {
    const context = createContext()
    const run = async (fe: typeof count): Promise<number> => {
      const { program } = await instantiate(fe, {}, context)
      const frame = { ...context.block('abc'), wire: 3 }
      return interpret(verify(program!), frame as never, new Uint32Array(0))
    }
    expect([await run(count), await run(nothing)]).toEqual([1, 0])
    expect((await instantiate(count, {}, context)).counters?.()).toEqual({ blocks: 0, bytes: 0 })
  })
})

describe('inspect', () => {
  it('sums up what has passed', async () => {
    const context = createContext()
    const { process, counters } = await instantiate(inspect, {}, context)
    expect(counters?.()).toEqual({ blocks: 0, bytes: 0, starts: 0, ends: 0, gaps: 0 })
    process?.(context.block('', { flags: START, seconds: 1 }))
    process?.(context.block('ab', { kind: 1, seconds: 2 }))
    process?.(context.block('abcd', { kind: 113, seconds: 3, nanoseconds: 5e8 }))
    expect(counters?.()).toEqual({
      blocks: 2,
      bytes: 6,
      starts: 1,
      ends: 0,
      gaps: 0,
      minLength: 2,
      maxLength: 4,
      averageLength: 3,
      firstTime: 1,
      lastTime: 3.5,
      'kind.EN10MB': 1,
      'kind.LINUX_SLL': 1,
    })
  })

  it('bounds what it remembers of kinds', async () => {
    const context = createContext()
    const { process, counters } = await instantiate(inspect, {}, context)
    for (let kind = 1000; kind < 1100; kind++) process?.(context.block('a', { kind }))
    const all = counters?.() ?? {}
    expect(Object.keys(all).filter((k) => k.startsWith('kind.'))).toHaveLength(65)
    expect(all['kind.others']).toBe(36)
  })
})
