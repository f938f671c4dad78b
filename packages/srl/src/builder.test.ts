import type { Request } from '@netstreamline/core'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { and, type Builder, fe, not, on, or, parallel, parse, print, ref, request, sequence } from './index.js'

declare module '@netstreamline/core' {
  interface FEOptions {
    typedForTest: { size: number; mode?: 'x' | 'y' }
  }
}

const bare = ({ text: _, ...r }: Request): Request => ({ ...r, vertices: r.vertices.map(({ span: _, ...v }) => v) })

describe('calls and text make the same request', () => {
  const f = (name: string) => fe(name)
  const cases: [string, Request][] = [
    ['(tcp) > (http) > (file,path=out)', request(f('tcp'), f('http'), fe('file', { path: 'out' }))],
    [
      '(port) 22> (a) 80:90> (b) !80> (c) !>',
      request(f('port'), on(22), f('a'), on(80, 90), f('b'), on.not(80), f('c'), on.not()),
    ],
    ['(a) > (b) >', request(f('a'), on(), f('b'), on())],
    [
      '(tcp) > ((rtsp,name=tag) | (ssh)) > (sockets) | (udp) > (tag)',
      request(
        parallel(
          sequence(f('tcp'), parallel(fe('rtsp', {}, { name: 'tag' }), f('ssh')), f('sockets')),
          sequence(f('udp'), ref('tag')),
        ),
      ),
    ],
    ['(x) > not ((a) or (b) and (c)) > (y)', request(f('x'), not(or(f('a'), and(f('b'), f('c')))), f('y'))],
    ['not ((a) > (b) 22>)', request(not(sequence(f('a'), f('b'), on(22))))],
    ['((a) 22>) > (b)', request(sequence(f('a'), on(22)), f('b'))],
    [
      '(a,x,space=kernel,export,name=n)',
      request(fe('a', { x: true, y: undefined }, { name: 'n', space: 'kernel', export: true })),
    ],
    ['(t) > (a) | (b,name=t)', request(parallel(sequence(ref('t'), f('a')), fe('b', {}, { name: 't' })))],
  ]
  test.each(cases)('%s', (text, built) => {
    expect(built).toEqual(bare(parse(text)))
    expect(bare(parse(print(built)))).toEqual(built)
  })

  test('for any structure', () => {
    const pair: fc.Arbitrary<[string, Builder]> = fc.letrec<{ p: [string, Builder] }>((tie) => {
      const two = (op: string, make: (a: Builder, b: Builder) => Builder) =>
        fc.tuple(tie('p'), tie('p')).map(([[s, a], [t, b]]): [string, Builder] => [`(${s} ${op} ${t})`, make(a, b)])
      return {
        p: fc.oneof(
          { depthSize: 'small' },
          fc.constantFrom('a', 'b', 'union').map((n): [string, Builder] => [`(${n})`, fe(n)]),
          two('and', and),
          two('or', or),
          two('|', parallel),
          two('>', sequence),
          two('22>', (a, b) => sequence(a, on(22), b)),
          tie('p').map(([s, a]): [string, Builder] => [`not ${s}`, not(a)]),
        ),
      }
    }).p
    const outcome = (make: () => Request) => {
      try {
        return bare(make())
      } catch (e) {
        return (e as { code: string }).code
      }
    }
    fc.assert(
      // One call per bracket: (a and b) and c has two intersections in text, too.
      fc.property(pair, ([text, built]) => {
        expect(outcome(() => request(built))).toEqual(outcome(() => parse(text)))
      }),
      { seed: 9, numRuns: 2000 },
    )
  })

  test('values keep their types, and print as text', () => {
    const built = request(fe('a', { n: 5, yes: true, no: false, list: [1, 'b'] }))
    expect(built.vertices[0]!.options).toEqual({ n: 5, yes: true, no: false, list: [1, 'b'] })
    expect(print(built)).toBe('(a,n=5,yes,no=false,list="1,b")')
  })

  test('a call makes one vertex, wherever its result stands', () => {
    const c = fe('c', {}, { name: 't' })
    const d = fe('d')
    const built = request(parallel(sequence(fe('a'), c, d), sequence(fe('b'), c), sequence(fe('a'), d)))
    expect(built).toEqual(bare(parse('(a) > (c,name=t) > (d,name="d#1") | (b) > (t) | (a) > (d,name="d#1")')))
    expect(bare(parse(print(built)))).toEqual(built)
  })
})

test('fe is typed by what FEOptions declares', () => {
  expectTypeOf(fe<'typedForTest'>)
    .parameter(1)
    .toEqualTypeOf<{ size: number; mode?: 'x' | 'y' }>()
  fe('typedForTest', { size: 1, mode: 'x' })
  // @ts-expect-error size is missing
  fe('typedForTest', {})
  // @ts-expect-error the options are missing
  fe('typedForTest')
  // @ts-expect-error not a mode
  fe('typedForTest', { size: 1, mode: 'z' })
  fe('unknown', { anything: 'goes', even: [1, 2] })
  fe('unknown')
})

describe('what is no request is refused', () => {
  const evil = JSON.parse('{"__proto__": "x"}') as Record<string, string>
  const once = fe('a')
  let deep: Builder = once
  for (let i = 0; i < 300; i++) deep = not(deep)
  let huge: Builder = fe('a')
  for (let i = 0; i < 40; i++) huge = parallel(huge, huge)
  test.each<[string, () => unknown, string]>([
    ['nothing', () => request(), 'SL_SRL_SYNTAX'],
    ['a condition first', () => request(on(1), fe('a')), 'SL_SRL_SYNTAX'],
    ['two conditions', () => request(fe('a'), on(1), on(2), fe('b')), 'SL_SRL_SYNTAX'],
    ['no operands', () => or(), 'SL_SRL_SYNTAX'],
    ['a range downwards', () => on(2, 1), 'SL_SRL_SYNTAX'],
    ['a classifier too large', () => on.not(65_536), 'SL_SRL_SYNTAX'],
    ['a fraction', () => on(0.5), 'SL_SRL_SYNTAX'],
    ['a bad function', () => fe('a b'), 'SL_SRL_NAME'],
    ['a reserved function', () => fe('not'), 'SL_SRL_NAME'],
    ['a bad name', () => fe('a', {}, { name: '9' }), 'SL_SRL_NAME'],
    ['an empty space', () => fe('a', {}, { space: '' }), 'SL_SRL_SYNTAX'],
    ['a dangerous option', () => fe('a', evil), 'SL_SRL_NAME'],
    ['name among the options', () => fe('a', { name: 'x' }), 'SL_OPTION'],
    ['an object as a value', () => fe('a', { x: {} as string }), 'SL_OPTION'],
    ['NaN', () => fe('a', { x: Number.NaN }), 'SL_OPTION'],
    ['a reference to nothing', () => request(fe('a'), ref('t')), 'SL_SRL_NAME'],
    ['a name twice', () => request(fe('a', {}, { name: 't' }), fe('b', {}, { name: 't' })), 'SL_SRL_NAME'],
    ['a cycle', () => request(fe('a', {}, { name: 't' }), ref('t')), 'SL_SRL_CYCLE'],
    ['a vertex behind itself', () => request(fe('a'), once, once), 'SL_SRL_CYCLE'],
    ['too deep', () => request(deep), 'SL_SRL_LIMIT'],
    ['too much', () => request(huge), 'SL_SRL_LIMIT'],
  ])('%s', (_, make, code) => {
    expect(make).toThrow(expect.objectContaining({ code, hint: expect.stringMatching(/./) }))
  })
})
