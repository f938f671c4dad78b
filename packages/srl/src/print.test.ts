import type { Request } from '@netstreamline/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse, print } from './index.js'
import * as arbitrary from './testing/arbitraries.js'

/** Without what a text adds: the text itself and places in it. */
const bare = ({ text: _, ...r }: Request): Request => ({ ...r, vertices: r.vertices.map(({ span: _, ...v }) => v) })

test('parsing what was printed gives the request back, for any graph', () => {
  fc.assert(
    fc.property(arbitrary.request, (request) => {
      fc.pre(new Set(request.vertices.map((v) => v.name)).size === request.vertices.length)
      expect(bare(parse(print(request)))).toEqual(request)
    }),
    { seed: 1, numRuns: 3000 },
  )
})

test('and for what any text means', () => {
  let parsed = 0
  fc.assert(
    fc.property(arbitrary.text, (text) => {
      let request: Request
      try {
        request = parse(text)
      } catch (e) {
        // Random conditions may contradict each other; nothing else is wrong with these texts.
        expect((e as Error).message).toContain('no block can meet both')
        return
      }
      parsed++
      expect(bare(parse(print(request)))).toEqual(bare(request))
    }),
    { seed: 2, numRuns: 3000 },
  )
  expect(parsed).toBeGreaterThan(2000)
})

test.each([
  ['(tcp)>(http) >(file , path = "a b" )', '(tcp) > (http) > (file,path="a b")'],
  ['(tcp) > ( (http) | (ssh) | (rtsp) )', '(tcp) > ((http) | (ssh) | (rtsp))'],
  ['(x) > ((a)|(b)>(c)) 22> (y) !>', '(x) > ((a) | (b) > (c)) 22> (y) !>'],
  ['(a) or (b) and not (c)', '((a) | ((b) > | (c) !>) > (intersection)) > (union)'],
  ['(a,export=true,x=true,y,space=kernel,name=n)', '(a,x=true,y,space=kernel,export,name=n)'],
  ['(port) 5:5> | (port) !0>', '(port) 5> | (port) >'],
  [
    '(a,name=t) > (b,name=u) | (c,name=v) > (u) | (c,x=1) > (t)',
    '(a,name=t) > (b,name=u) | (c,name=v) > (u) | (c,x=1) > (t)',
  ],
])('%s prints as %s', (text, printed) => {
  expect(print(parse(text))).toBe(printed)
})

test('wide and long graphs print in text that is within the limits', () => {
  for (const text of [`(x) > (${'(a)|'.repeat(20_000)}(a)) > (z)`, `(a)${' > (a)'.repeat(60_000)} | (b)`]) {
    const request = parse(text)
    // Not toEqual, which takes its time over so much.
    expect(JSON.stringify(bare(parse(print(request)))) === JSON.stringify(bare(request))).toBe(true)
  }
})

test('what no text can say is refused, not printed wrongly', () => {
  const v = { name: 'a#1', function: 'a', options: {} }
  const refused = (r: Partial<Request>, code: string) =>
    expect(() => print({ vertices: [v], edges: [], outputs: [], ...r })).toThrow(expect.objectContaining({ code }))
  const plain = { not: true, lo: 0, hi: 0 }
  refused({ vertices: [] }, 'SL_SRL_SYNTAX')
  refused({ vertices: [{ ...v, name: 'a#2' }] }, 'SL_SRL_NAME')
  refused({ vertices: [v, v] }, 'SL_SRL_NAME')
  refused({ vertices: [{ ...v, name: 'not' }] }, 'SL_SRL_NAME')
  refused({ vertices: [{ ...v, function: 'a b', name: 'x' }] }, 'SL_SRL_SYNTAX')
  refused({ vertices: [{ ...v, options: { 'x y': '' } }] }, 'SL_SRL_SYNTAX')
  refused({ vertices: [{ ...v, options: { name: 'x' } }] }, 'SL_SRL_SYNTAX')
  refused({ vertices: [{ ...v, options: { list: ['x,y'] } }] }, 'SL_OPTION')
  refused({ edges: [{ from: 0, to: 1, accept: plain }] }, 'SL_SRL_SYNTAX')
  refused({ outputs: [{ from: 0, accept: { not: false, lo: 3, hi: 2 } }] }, 'SL_SRL_SYNTAX')
  refused({ outputs: [{ from: 0, accept: { not: false, lo: 0.5, hi: 2 } }] }, 'SL_SRL_SYNTAX')
  refused({ edges: [{ from: 0, to: 0, accept: plain }] }, 'SL_SRL_CYCLE')
})
